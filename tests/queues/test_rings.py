"""Rings are right at every instant, whether a scheduler runs or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.activities.arming import armed, due, rearmed, whom
from engine.activities.rings import overdue, ring
from engine.registry.model import Team
from engine.sla.calendars import always
from engine.sla.escalating import TOLD

TICK = timedelta(microseconds=1)
LINE = always("America/Sao_Paulo")
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
instants = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(minutes=2), timedelta(days=400))
shares = st.none() | st.integers(1, 99)
steps = st.lists(
    st.tuples(
        st.integers(1, 100).map("{}%".format)
        | st.integers(1, 99).map("-PT{}H".format)
        | st.integers(1, 99).map("+PT{}M".format)
        | st.integers(1, 9).map("+P{}D".format)
        | st.integers(1, 9).map("-P{}D".format),
        st.sampled_from(TOLD),
    ).map(":".join),
    max_size=4,
).map(", ".join)


def a_team(share=None, tells=()):
    return Team(key="t", label="T", yellow_from=share, tells=tells)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(start=instants, span=spans, share=shares)
def test_a_ring_changes_at_its_boundaries_and_not_a_microsecond_beside(start, span, share):
    found = armed(start, start + span, escalate=None, team=a_team(share), line=LINE)
    yellow_at = found.yellow_at or start
    assert start <= yellow_at <= found.limit_at

    def at(now, status="queued"):
        return ring(status, found.limit_at, found.yellow_at, now)

    assert at(found.limit_at) == at(found.limit_at + TICK) == at(found.limit_at + timedelta(days=9)) == "red"
    assert at(found.limit_at - TICK) == ("yellow" if yellow_at < found.limit_at else None)
    if yellow_at < found.limit_at:
        assert at(yellow_at) == "yellow"
    if found.yellow_at is not None:
        assert at(yellow_at - TICK) is None
    for status in ("pending", "finished"):
        assert at(found.limit_at, status) is None
    late = [overdue("pending", found.limit_at, found.limit_at + one) for one in (-TICK, 0 * TICK, TICK)]
    assert late == [False, True, True]
    assert not overdue("queued", found.limit_at, found.limit_at)


def test_without_a_limit_there_is_no_ring():
    found = armed(START, None, escalate=None, team=a_team(50), line=LINE)
    assert (found.limit_at, found.to_announce, found.announce_at) == (None, None, None)
    assert ring("queued", None, None, START) is None
    assert not overdue("pending", None, START)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(start=instants, span=spans, share=shares, escalate=steps, beats=st.lists(st.floats(-0.2, 1.5), max_size=8))
def test_each_threshold_is_crossed_once_whenever_one_looks(start, span, share, escalate, beats):
    found = armed(start, start + span, escalate=escalate, team=a_team(share), line=LINE)
    wanted = {"limit", *(one.replace(" ", "") for one in escalate.split(",") if one.strip())}
    wanted |= {"yellow"} if share else set()
    told, rest = [], found
    looks = [*(start + span * one for one in beats), start + span + timedelta(days=30)]
    for now in looks:
        crossed, rest = due(rest.to_announce, now)
        assert all(one.at <= now for one in crossed)
        assert rest.announce_at is None or rest.announce_at > now
        told += crossed
    assert {one.threshold for one in told} == wanted
    assert len(told) == len(wanted)
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert {one.threshold: one.at for one in told}["limit"] == start + span
    assert all(one.at >= start for one in told)


def test_steps_are_relative_to_the_limit():
    told = "50%:team, -PT1H:responsible, +PT2H:manager, +P1D:manager, -P1D:team"
    found = armed(START, START + timedelta(days=4), escalate=told, team=None, line=LINE)
    after = {name: datetime.fromisoformat(at) - START for name, at in found.to_announce}
    day, hour = timedelta(days=1), timedelta(hours=1)
    assert after == {
        "50%:team": 2 * day,
        "-P1D:team": 3 * day,
        "-PT1H:responsible": 4 * day - hour,
        "limit": 4 * day,
        "+PT2H:manager": 4 * day + 2 * hour,
        "+P1D:manager": 5 * day,
    }
    assert list(after) == sorted(after, key=after.get)


def test_a_step_before_the_start_is_told_at_the_start():
    found = armed(START, START + timedelta(hours=1), escalate="-PT2H:team", team=None, line=LINE)
    assert found.to_announce[0] == ["-PT2H:team", START.isoformat()]


def test_another_team_keeps_what_was_told_and_brings_its_own_yellow():
    before = armed(START, START + timedelta(hours=10), escalate="50%:team", team=None, line=LINE)
    _, rest = due(before.to_announce, START + timedelta(hours=6))
    now = START + timedelta(hours=6)
    was = type(before)(limit_at=before.limit_at, to_announce=rest.to_announce, announce_at=rest.announce_at)
    for share, names in ((80, ["yellow", "limit"]), (50, ["limit"]), (None, ["limit"])):
        after = armed(START, before.limit_at, escalate="50%:team", team=a_team(share), line=LINE)
        found = rearmed(was, after, now=now)
        assert [name for name, _ in found.to_announce] == names
        assert found.limit_at == before.limit_at


@pytest.mark.parametrize(
    ("threshold", "tells", "told"),
    [
        ("50%:manager", ("team",), ("manager",)),
        ("limit", ("team", "manager"), ("team", "manager")),
        ("limit", (), ("responsible",)),
        ("yellow", (), ("responsible",)),
    ],
)
def test_a_step_says_whom_and_else_the_team_does(threshold, tells, told):
    assert whom(threshold, a_team(tells=tells)) == told
