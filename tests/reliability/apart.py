"""Work in processes of their own: forked from one that has no threads and has imported everything already."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import event

from engine.config import Settings
from engine.starting import start

MESSAGES = {"pagamento_confirmado": frozenset({"valor"})}  # as in conftest.py


def apart(work, **arguments):
    """Call `module:function` of this folder in a fresh interpreter; what it returns comes back as JSON."""
    program = "from reliability.apart import main; main()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, work],
        input=json.dumps(arguments),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-8000:]
    return json.loads(done.stdout)


def main():
    module, _, function = sys.argv[1].partition(":")
    arguments = json.loads(sys.stdin.read())
    found = getattr(importlib.import_module(f"reliability.{module}"), function)(**arguments)
    sys.stdout.write(json.dumps(found))


def engine_on(url, **more):
    """An engine as the product starts it."""
    return start(Settings(database_url=url, messages=MESSAGES), **more)


def hasty(engine):
    """The same engine where nobody pulls the plug: SQLite need not wait for the disk at each commit."""
    if engine.database.dialect.name == "sqlite":
        engine.database.dispose()
        event.listen(engine.database, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine


class Child(NamedTuple):
    pid: int
    reader: int

    def told(self):
        """All lines the child has written; comes back when it has ended."""
        with os.fdopen(self.reader, "rb") as pipe:
            text = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "a child failed by itself: see above"
        # A line that is cut off has not been told.
        return [json.loads(line) for line in text.split(b"\n")[:-1]]


def fork(work):
    """Begin `work(tell)` in a child; `tell(value)` writes one line at once, so that it survives the child."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Child(pid, reader)
    code = 1
    try:
        os.close(reader)
        work(lambda value: os.write(writer, json.dumps(value).encode() + b"\n"))
        code = 0
    except BaseException:  # noqa: BLE001 - a child must never come back into its parent's code
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)
