"""What a ticket keeps of its clocks, moved on deed by deed, is what its whole history says."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sla.test_against_oracle import ODD, one_calendar, one_life

from engine.sla.instants import SECOND, us
from engine.sla.kept import Kept, Terms, kept
from engine.sla.life import Life, Visit
from engine.sla.policies import Policy

POLICY = Policy(key="p", label="P", first_response="PT1M", next_response="PT3M", resolution="PT10M")
DAYS = Policy(key="p", label="P", first_response="P1D", next_response="P1D/24x7", resolution="P2D")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from((POLICY, DAYS)))
def test_moved_on_it_is_what_the_whole_life_says(seed, policy):
    dice = random.Random(seed)
    zone, day = dice.choice(ODD)
    begin = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    calendar, _ = one_calendar(dice, zone, day, 12 * 60)
    life = one_life(dice, begin, 900)
    other, _ = one_calendar(dice, zone, day, 12 * 60)

    def terms(_began):
        return Terms(policy=policy, calendar=calendar)

    events = sorted([*life.visits[1:], *life.talk], key=lambda one: one.seq)
    so_far = Life(life.visits[:1])
    found = kept(so_far, life.opened, terms)
    for one in events:
        if isinstance(one, Visit):
            so_far = Life((*so_far.visits, one), so_far.talk)
        else:
            so_far = Life(so_far.visits, (*so_far.talk, one))
        now = one.begin if isinstance(one, Visit) else one.at
        state = so_far.visits[-1].state
        whole = kept(so_far, now, terms)
        if state == "over" or found is None:
            found = whole
        elif isinstance(one, Visit):
            found = found.entered(state, now, terms)
        else:
            found = found.said(ours=one.ours, state=state, now=now, terms=terms)
        assert found == whole
        if found is not None:
            assert Kept.of_json(found.as_json()) == found
            by_others = found.measured(lambda _: Terms(policy=policy, calendar=other))
            assert by_others is None or by_others == kept(so_far, now, lambda _: Terms(policy=policy, calendar=other))


def test_a_word_of_thanks_on_a_finished_ticket_starts_no_clock():
    from engine.sla.life import Said, next_responses

    visits = (
        Visit(0, 1, "p:a", is_open=True, pauses=False),
        Visit(60 * SECOND, 3, "p:fim", is_open=False, pauses=False),
    )
    talk = (Said(30 * SECOND, 2, ours=True), Said(90 * SECOND, 4, ours=False))
    assert next_responses(Life(visits, talk), 120 * SECOND) == []
    assert kept(Life(visits, talk), 120 * SECOND, lambda _: None) is None


def test_leap_day_and_a_year_without_one():
    from engine.sla.calendars import Calendar, Version
    from engine.sla.hours import Hours, read_lines

    read = read_lines(["seg-dom 08:00-18:00"], ["02-29 fechado Dia bissexto"])
    assert read.wrong == []
    calendar = Calendar("c", [Version(number=1, hours=Hours(zone="UTC", week=read.week, own=read.own))])
    leap, plain = datetime(2024, 2, 28, 12, tzinfo=UTC), datetime(2025, 2, 28, 12, tzinfo=UTC)
    assert calendar.days_later(leap, 1) == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert calendar.days_later(plain, 1) == datetime(2025, 3, 1, 12, tzinfo=UTC)
    noon = us(leap + timedelta(days=1))
    assert [one.holiday for one in calendar.pieces(noon, noon + SECOND)] == ["Dia bissexto"]
    assert calendar.at(leap).hours.day(date(2024, 2, 29)).periods == ()
