from __future__ import annotations

import random

import pytest
from reliability.apart import apart


def killed(url, kills):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    report = apart("killing:kill_at_random", url=url, kills=kills, seed=seed)
    print({name: value for name, value in report.items() if name != "wrong"})
    assert not any(report["wrong"].values()), report
    assert report["asked"] > kills
    return report


def test_nothing_acknowledged_is_lost_and_nothing_doubled_by_100_kills(database_url):
    killed(database_url, 100)


@pytest.mark.long
def test_nothing_acknowledged_is_lost_and_nothing_doubled_by_10000_kills(database_url):
    assert killed(database_url, 10_000)["found_done"] > 0


def test_the_harness_notices_a_worker_that_answers_before_it_commits(database_url):
    report = apart("killing:kill_at_random", url=database_url, kills=20, seed=1, liar=True)
    assert report["wrong"]["lost"]
