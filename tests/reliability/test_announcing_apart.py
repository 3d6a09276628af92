from __future__ import annotations

import os
import random

import pytest
from reliability.apart import apart

PROCESSES = 8


def announced(url, periods, items):
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    report = apart("announcing:schedulers", url=url, periods=periods, items=items, seed=seed)
    about = f"SEED={seed} repeats this: {report}"
    assert (report["missing"], report["strange"], report["wrong"]) == ([], [], []), about
    assert report["wanted"] > items
    return report


def test_four_schedulers_killed_at_random_announce_every_crossing_once(database_url):
    assert announced(database_url, 60, 80)["kills"] > 5


@pytest.mark.long
def test_four_schedulers_killed_over_600_periods_announce_every_crossing_once(database_url):
    assert announced(database_url, 600, 800)["kills"] > 100


def test_take_transfer_and_finish_raced_by_many_have_one_winner_each(database_url):
    rounds = 6
    report = apart("announcing:taking", url=database_url, processes=PROCESSES, rounds=rounds)
    assert report["not taken"] == []
    assert report["finished"] == [1] * rounds
    assert report["wrong"] == []
    assert report["asked"] == PROCESSES * rounds * 5
    assert set(report["outcomes"]) <= {"done", "repeated", "taken", "not_yours", "activity_finished"}
