from __future__ import annotations

import pytest
from reliability.apart import apart

PROCESSES = {"sqlite": 4, "postgresql": 8}


def test_processes_moving_one_ticket_lose_nothing_and_are_shown_no_error(database, database_url):
    processes, moves = PROCESSES[database], 40
    report = apart("racing:one_ticket", url=database_url, processes=processes, moves=moves)
    assert report == {"answered": processes * moves, "done": processes * moves, "twice": [], "wrong": []}


@pytest.mark.long
def test_processes_moving_one_ticket_2000_times_each_lose_nothing(database, database_url):
    processes = PROCESSES[database]
    report = apart("racing:one_ticket", url=database_url, processes=processes, moves=2000)
    assert report == {"answered": processes * 2000, "done": processes * 2000, "twice": [], "wrong": []}


def test_same_key_from_many_processes_has_one_effect_and_the_same_bytes(database, database_url):
    processes, keys = PROCESSES[database], 8
    report = apart("racing:one_key", url=database_url, processes=processes, keys=keys)
    assert report == {
        "answers": processes * keys * 4,
        "different": [],
        "first": keys * 4,
        "not once": [],
        "wrong": [],
    }
