"""Buckets: how many tries get through, whoever makes them and whenever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.people.throttle import ADDRESS, LOGIN, SECRET, TOGETHER

START = datetime(2026, 3, 2, tzinfo=UTC)
BUCKETS = st.sampled_from([TOGETHER, LOGIN, ADDRESS, SECRET])
PAUSES = st.lists(st.integers(0, 600), min_size=1, max_size=120)


def let_through(bucket, pauses):
    """Instants at which tries were let through; a refused one does not count."""
    empty_at, now, through = None, START, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        after, wait = bucket.with_one_more(empty_at, now)
        if not wait:
            empty_at = after
            through.append(now)
    return through


@settings(max_examples=60, derandomize=True)
@given(BUCKETS, PAUSES)
def test_no_more_than_it_holds_and_what_has_left_since(bucket, pauses):
    through = let_through(bucket, pauses)
    for n, first in enumerate(through):
        for m, last in enumerate(through[n:], 1):
            assert m <= bucket.holds + (last - first) / bucket.every


@settings(max_examples=60, derandomize=True)
@given(BUCKETS, PAUSES)
def test_whoever_waits_as_told_gets_a_try(bucket, pauses):
    empty_at, now = None, START
    for pause in pauses:
        now += timedelta(seconds=pause)
        after, wait = bucket.with_one_more(empty_at, now)
        if wait:
            assert wait <= bucket.every
            after, none = bucket.with_one_more(empty_at, now + wait)
            assert not none
            _, less = bucket.with_one_more(empty_at, now + wait - timedelta(microseconds=1))
            assert less
            continue
        empty_at = after


@settings(max_examples=60, derandomize=True)
@given(BUCKETS, st.integers(0, 3600))
def test_a_try_taken_out_again_leaves_it_as_it_was(bucket, filled):
    empty_at = START + timedelta(seconds=filled)
    after, _ = bucket.with_one_more(empty_at, START)
    assert bucket.with_one_less(after) == empty_at
