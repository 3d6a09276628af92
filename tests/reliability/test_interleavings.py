from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from reliability.apart import engine_on
from reliability.deeds import Clock, prepared
from reliability.interleaving import Session, in_turn, interleaved
from reliability.invariants import check

from engine.db import connect

DEEDS = ("hop", "loop", "resolve", "message", "tick", "relocate", "finish", "alter")


@pytest.fixture
def sessions(database_url):
    clock = Clock()
    found = [Session(database_url, clock) for _ in range(2)]
    yield found
    for session in found:
        session.close()


@pytest.fixture
def engine(database_url, sessions):
    """One that looks on: it prepares the stage and paints what came of it."""
    found = engine_on(database_url, clock=sessions[0].engine.clock)
    yield found
    found.database.dispose()


@pytest.fixture
def is_blocked(database, database_url, sessions):
    """Whether a session waits for a lock that another one holds."""
    if database == "sqlite":
        yield lambda session: session.statement == "BEGIN IMMEDIATE" and sessions[0].passed > 1
        return
    monitor = connect(database_url)
    asks = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %(pid)s"
    with monitor.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda session: connection.exec_driver_sql(asks, {"pid": session.backend}).scalar()
    monitor.dispose()


def test_two_at_once_are_as_one_after_the_other_and_the_loser_is_told_what_happened(
    database, engine, sessions, is_blocked
):
    tried = 0
    for one, other in combinations_with_replacement(DEEDS, 2):
        orders = [in_turn(sessions, names, prepared(engine)) for names in ((one, other), (other, one))]
        for names in {(one, other), (other, one)}:
            # On SQLite the other one waits at its first statement as soon as a writer has begun.
            for k in (1, 2, 6) if database == "sqlite" else range(1, 30):
                found = interleaved(sessions, names, prepared(engine), k, is_blocked)
                if found is None:
                    break
                tried += 1
                assert found in orders, (names, k)
                refusals = [what for _, how, what in found["seen"] if how == "refused"]
                assert all(
                    (what["status"] == 409 and what["present"]) or what["code"] == "not_active" for what in refusals
                ), (names, k)
    assert tried >= 2 * len(DEEDS) ** 2
    check(engine)
