"""Start diagrams once in a child process with little time and memory, before a version may be used.

`python -m engine.processes.trial` reads the files from standard input and answers in one line of JSON.
"""

from __future__ import annotations

import base64
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from engine.processes.checking import Known, check
from engine.runtime import walk
from engine.runtime.movement import Stuck
from engine.runtime.process import compile_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.runtime.tables import DecisionTable

CPU_S = 10
WALL_S = 60
MEMORY_BYTES = 1 << 30
# What depends on a ticket's facts is no fault of the diagram: an empty ticket cannot answer it.
_FORGIVEN = frozenset({"undecided", "no_way_out", "table", "timer"})


def try_start(files: Sequence[tuple[str, bytes]], deployed: Sequence[tuple[str, bytes]]) -> str | None:
    """Check, compile and start every process of the files in a child under RLIMIT_CPU and RLIMIT_AS.

    Args:
        files: (name, content) of diagrams and tables that shall be deployed.
        deployed: (name, content) of those that are deployed already; the new ones replace them.

    Returns:
        None when all went well or the linter has something to say; else one Portuguese sentence.
    """
    told = [[[name, base64.b64encode(raw).decode()] for name, raw in part] for part in (files, deployed)]
    try:
        child = subprocess.run(
            [sys.executable, "-m", "engine.processes.trial"],
            input=orjson.dumps(told),
            capture_output=True,
            timeout=WALL_S,
            check=False,
            # No database, no secrets: only what Python needs to find itself.
            env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "TZ") if name in os.environ},
            preexec_fn=_limit,  # the child calls exec at once; setrlimit takes no lock
        )
    except subprocess.TimeoutExpired:
        return f"não terminou em {WALL_S} s."
    if child.returncode != 0:
        return f"precisou de mais de {CPU_S} s ou {MEMORY_BYTES >> 20} MiB."
    problem: str | None = orjson.loads(child.stdout)
    return problem


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _start_all(files: Sequence[tuple[str, bytes]], deployed: Sequence[tuple[str, bytes]]) -> str | None:
    around = check(deployed)
    report = check(files, Known(diagrams=around.diagrams, tables=around.tables))
    if report.errors:
        return None  # told in full by the check with the installation's names
    diagrams = {**around.diagrams, **report.diagrams}
    tables = {**around.tables, **report.tables}

    def table(key: str) -> tuple[DecisionTable, int]:
        return tables[key], 0

    for key, diagram in diagrams.items():
        try:
            walk.begin(compile_process(diagram, diagrams), {}, datetime.now(UTC), table)
        except Stuck as stuck:
            if stuck.kind not in _FORGIVEN:
                return f"{key}, elemento {stuck.element!r}: {stuck.detail}"
        except KeyError as error:
            return f"{key}: falta {error}."
    return None


def _main() -> None:
    files, deployed = (
        [(name, base64.b64decode(content)) for name, content in part] for part in orjson.loads(sys.stdin.buffer.read())
    )
    sys.stdout.buffer.write(orjson.dumps(_start_all(files, deployed)))


if __name__ == "__main__":
    _main()
