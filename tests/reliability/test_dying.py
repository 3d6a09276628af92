from __future__ import annotations

from reliability.apart import apart


def test_worker_that_dies_at_any_boundary_leaves_all_or_nothing_and_a_repetition_makes_it_one(database_url):
    reports = apart("dying:die_at_every_boundary", url=database_url)
    assert not any(report["wrong"] for report in reports.values()), reports
    assert not reports.pop("after all")["wrong"]
    for deed, report in reports.items():
        boundaries = report["boundaries"]
        done = [each for _, each in boundaries]
        assert done == sorted(done), deed  # what is done stays done
        assert boundaries[0][1] is False, deed
        assert boundaries[-1] == ["after commit", True], deed
        assert len(boundaries) >= 4, deed
