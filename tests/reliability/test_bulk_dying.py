from __future__ import annotations

import os
import random

from reliability.apart import apart


def test_bulk_worker_that_dies_at_any_boundary_neither_repeats_nor_loses_a_ticket(database_url):
    report = apart("bulk_dying:die_at_every_boundary", url=database_url)
    assert not report["wrong"], report
    assert len(report["boundaries"]) > 20
    assert {where for (where,) in report["boundaries"]} >= {"before commit", "after commit"}


def test_a_job_whose_workers_are_killed_again_and_again_is_done_once(database_url):
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    report = apart("bulk_dying:kill_at_random", url=database_url, kills=5, tickets=150, seed=seed)
    assert not report["wrong"], f"SEED={seed} repeats this: {report}"
    assert any(0 < left < 150 for left in report["left"]), report["left"]  # killed at work, not on the way to it
