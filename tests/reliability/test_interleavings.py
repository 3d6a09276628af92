from __future__ import annotations

from itertools import product

import pytest
from reliability.apart import engine_on
from reliability.deeds import Clock, prepared
from reliability.interleaving import Session, comparable, in_turn, interleaved
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
    for names in product(DEEDS, repeat=2):
        orders = []
        for turn in (1, -1):
            stage = prepared(engine)
            outcomes = in_turn(sessions[::turn], names[::turn], stage)[::turn]
            orders.append(comparable(engine, outcomes, stage))
        for k in range(1, 30):
            if database == "sqlite" and 2 < k < 5:
                continue  # once a writer has begun, the other one waits at its first statement
            stage = prepared(engine)
            outcomes = interleaved(sessions, names, stage, k, is_blocked)
            if outcomes is None:
                break
            tried += 1
            assert comparable(engine, outcomes, stage) in orders, (names, k)
            for how, what in outcomes:
                told = how == "done" or (what["status"] == 409 and what["present"]) or what["code"] == "not_active"
                assert told, (names, k, what)
    assert tried > 2 * len(DEEDS) ** 2
    check(engine)
