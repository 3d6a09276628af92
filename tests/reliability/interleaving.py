"""Two sessions, step by step: one pauses before its k-th statement while the other runs as far as it can (R-4)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

from reliability.apart import engine_on, hasty
from reliability.deeds import do, portrait
from sqlalchemy import event

from engine.errors import Refused

PATIENCE_S = 30


class Session:
    """An engine of its own that can be stopped before any statement, and asked whether it waits for another's lock."""

    def __init__(self, url, clock):
        self.engine = hasty(engine_on(url, clock=clock))
        self.worker = ThreadPoolExecutor(1)
        self.backend = None
        self.let_go()
        database = self.engine.database
        event.listen(database, "before_cursor_execute", lambda *a: self._at(a[0], a[2]))
        event.listen(database, "commit", lambda connection: self._at(connection, "COMMIT"))

    def let_go(self):
        self.stop_at, self.passed, self.statement = None, 0, ""
        self.stopped, self.go_on = threading.Event(), threading.Event()

    def begin(self, name, stage, stop_at=None):
        self.let_go()
        self.stop_at = stop_at
        return self.worker.submit(self._outcome, name, stage)

    def close(self):
        self.worker.shutdown()
        self.engine.database.dispose()

    def _at(self, connection, statement):
        if connection.dialect.name == "postgresql":
            self.backend = connection.connection.driver_connection.info.backend_pid
        self.passed += 1
        self.statement = statement
        if self.passed == self.stop_at:
            self.stopped.set()
            assert self.go_on.wait(PATIENCE_S)

    def _outcome(self, name, stage):
        try:
            return ("done", do(self.engine, name, stage, f"{name} {id(self)} {stage.protocol}"))
        except Refused as refused:
            return ("refused", {"code": refused.code, "status": refused.status, **refused.extra})


def in_turn(sessions, names, stage):
    """One after the other, undisturbed: what came of it."""
    outcomes = [session.begin(name, stage).result() for session, name in zip(sessions, names, strict=True)]
    return _told(sessions[0].engine, names, outcomes, stage)


def interleaved(sessions, names, stage, k, is_blocked):
    """The first stops before its k-th statement, the second runs until it is done or waits; None: there is no k-th."""
    first, second = sessions
    paused = first.begin(names[0], stage, stop_at=k)
    while not first.stopped.wait(0.001):
        if paused.done():
            return None
    other = second.begin(names[1], stage)
    until = time.monotonic() + PATIENCE_S
    while not other.done() and not is_blocked(second):
        assert time.monotonic() < until, f"{names}, {k}: neither done nor blocked, at {second.statement}"
        wait([other], timeout=0.002)
    first.go_on.set()
    outcomes = [paused.result(), other.result()]
    first.let_go()
    return _told(first.engine, names, outcomes, stage)


def _told(engine, names, outcomes, stage):
    """What callers saw and what is stored, without what differs from ticket to ticket."""
    seen = [
        (name, how, {key: value for key, value in what.items() if key not in {"happened", "seq", "closed"}})
        for name, (how, what) in zip(names, outcomes, strict=True)
    ]
    return {"seen": sorted(seen, key=repr), "stored": portrait(engine, stage)}
