from __future__ import annotations

import os
import random

import pytest
from reliability.apart import apart


def killed(url, kills):
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    report = apart("killing:kill_at_random", url=url, kills=kills, seed=seed)
    assert not any(report["wrong"].values()), f"SEED={seed} repeats this: {report}"
    assert report["answered"] > kills // 4  # they were killed at work, not only on their way to it
    return report


def test_nothing_acknowledged_is_lost_and_nothing_doubled_by_100_kills(database_url):
    killed(database_url, 100)


@pytest.mark.long
def test_nothing_acknowledged_is_lost_and_nothing_doubled_by_10000_kills(database_url):
    assert killed(database_url, 10_000)["found_done"] > 0


def test_the_harness_notices_a_worker_that_answers_before_it_commits(database_url):
    report = apart("killing:kill_at_random", url=database_url, kills=20, seed=1, liar=True)
    assert report["wrong"]["lost"]
