"""Say where and when a figure was measured: without that it means nothing."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def header() -> str:
    """CPU, cores, Python, date and commit, one per line, for the top of every benchmark."""
    return "\n".join(
        [
            f"cpu     {_cpu()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
            f"python  {platform.python_version()} on {platform.system()} {platform.machine()}",
            f"date    {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"commit  {_commit()}",
        ]
    )


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    here = Path(__file__).parent
    asked = subprocess.run(
        [git, "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "none yet"


if __name__ == "__main__":
    print(header())
