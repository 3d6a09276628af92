"""Calendar arithmetic and ledgers agree with a second-by-second oracle on random calendars, zones and histories."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sla.oracle import Wall, clock

from engine.sla import life as lives
from engine.sla import splicing
from engine.sla.calendars import Calendar, Version
from engine.sla.clocks import ledger, standing
from engine.sla.durations import Amount
from engine.sla.hours import Hours
from engine.sla.instants import SECOND, instant
from engine.sla.life import Life, Said, Visit

MINUTE = 60 * SECOND
# Days on which something odd happens to the clock on the wall, or to the date.
ODD = [
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 17)),  # the last hour of the day comes twice
    ("America/Sao_Paulo", date(2026, 3, 2)),
    ("Europe/Lisbon", date(2026, 3, 29)),
    ("Europe/Lisbon", date(2026, 10, 25)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2025, 4, 6)),  # half an hour comes twice
    ("America/St_Johns", date(2006, 10, 29)),  # the clock goes back at one minute past midnight
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that there never was
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Asia/Kathmandu", date(2024, 2, 29)),
    ("UTC", date(2024, 2, 29)),
    ("UTC", date(2100, 2, 28)),
    ("America/Sao_Paulo", date(2025, 12, 31)),
]


def one_calendar(dice, zone, around, near):
    """A random calendar with one to three versions, for us and for the oracle."""
    versions, told = [], []
    for number in range(dice.choice((1, 1, 2, 3))):
        here = zone if dice.random() < 0.8 else dice.choice(ODD)[0]
        week = tuple(periods(dice, near) if dice.random() < 0.85 else () for _ in range(7))
        if not any(week):
            week = (*week[:6], ((0, 1440),))
        own = [
            (
                None if dice.random() < 0.3 else day.year,
                day.month,
                day.day,
                periods(dice, near) if dice.random() < 0.5 else (),
                "x",
            )
            for day in {around + timedelta(days=dice.randint(-2, 3)) for _ in range(dice.randint(0, 2))}
        ]
        holidays = sorted({around + timedelta(days=dice.randint(-2, 3)) for _ in range(dice.randint(0, 2))})
        valid_from = around + timedelta(days=dice.randint(-2, 3)) if number else None
        hours = Hours(
            zone=here,
            week=tuple(tuple((a * MINUTE, b * MINUTE) for a, b in one) for one in week),
            own=tuple((y, m, d, tuple((a * MINUTE, b * MINUTE) for a, b in ps), n) for y, m, d, ps, n in own),
            place="XX",
            known=tuple((day, "feriado") for day in holidays),
            known_years=(1900, 2300),
        )
        versions.append(Version(number=number + 1, hours=hours, valid_from=valid_from))
        days = {(m, d): ps for y, m, d, ps, _ in own if y is None} | {date(y, m, d): ps for y, m, d, ps, _ in own if y}
        told.append((valid_from, here, week, days, set(holidays)))
    return Calendar("c", versions), Wall(told)


def periods(dice, near):
    """Up to three periods of a day, in minutes, most of them about the minute `near`."""
    if dice.random() < 0.1:
        return ((0, 1440),)
    minutes = {max(0, min(1440, near + dice.randint(-25, 25))) for _ in range(2 * dice.randint(1, 3))}
    cuts = sorted(minutes | {dice.choice((0, 1440))})
    found = []
    for a, b in zip(cuts[::2], cuts[1::2], strict=False):
        if not found or a > found[-1][1]:
            found.append((a, b))
    return tuple(found) or ((max(0, near - 10), min(1440, near + 2)),)


def one_life(dice, begin, length):
    """A random life of a ticket, in whole seconds; several things may happen in one second."""
    visits, talk, at = [], [], begin
    seq = 1
    visits.append(Visit(at * SECOND, seq, "p:a", True, dice.random() < 0.2))
    for at in sorted(begin + dice.randint(0, length) for _ in range(dice.randint(0, 7))):
        seq += 1
        if dice.random() < 0.6:
            is_open = dice.random() < 0.75
            visits.append(Visit(at * SECOND, seq, f"p:{dice.choice('abc')}", is_open, is_open and dice.random() < 0.4))
        else:
            talk.append(Said(at * SECOND, seq, dice.random() < 0.5))
    return Life(tuple(visits), tuple(talk))


def states_of(life, until, begin, end):
    """What a clock does in each second, straight from the meaning of the words."""
    for second in range(life.opened // SECOND, until):
        place = [one for one in life.visits if one.begin // SECOND <= second][-1]
        if second < begin:
            yield second, "not_started"
        elif end is not None and second >= end:
            yield second, "over"
        else:
            yield second, place.state


def told(calendar, phases):
    """The ledger's seconds, one by one."""
    found, last = [], None
    for one in ledger(phases, calendar):
        assert last is None or last == one.begin, "a gap, or something twice"
        assert one.begin < one.end
        last = one.end
        found += [one.kind] * ((one.end - one.begin) // SECOND)
    return found


class Spliced:
    """The oracle of several calendars, one after the other: each second is asked of the one that has it then."""

    def __init__(self, parts):
        self.parts = parts

    def _of(self, second):
        return [wall for since, wall in self.parts if since is None or since <= second][-1]

    def open(self, second):
        return self._of(second).open(second)

    def zone(self, second):
        return self._of(second).zone(second)

    worked, add, days_later = Wall.worked, Wall.add, Wall.days_later


def handed_over(dice, zone, around, near, begin):
    """Two or three calendars, handed over at random seconds, and which of them counts at a second."""
    seconds = sorted({begin + dice.randint(-300, 1200) for _ in range(dice.randint(1, 2))})
    parts = [(since, *one_calendar(dice, zone, around, near)) for since in (None, *seconds)]
    ours = splicing.Spliced([((since or 0) * SECOND, calendar) for since, calendar, _ in parts])
    return ours, Spliced([(since, wall) for since, _, wall in parts])


LIVES = 10


def cases(seed):
    """A calendar, and so many lives under it."""
    dice = random.Random(seed)
    zone, day = dice.choice(ODD)
    begin, near = somewhere(dice, zone, day)
    handed = dice.random() < 0.3
    calendar, wall = handed_over(dice, zone, day, near, begin) if handed else one_calendar(dice, zone, day, near)
    for _ in range(LIVES):
        start, length = begin + dice.randint(-300, 300), dice.randint(1, 900)
        _arithmetic(dice, calendar, wall, start, length)
        life = one_life(dice, start, length)
        _clocks(dice, calendar, wall, life.until((start + length) * SECOND), start + length)


def somewhere(dice, zone, day):
    """A second near a midnight, a change of the offset or anything, and its minute of the local day."""
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    near = [noon + dice.randint(-86_400, 86_400)]
    for offset in range(noon - 86_400, noon + 86_400, 1800):
        a, b = (datetime.fromtimestamp(one, ZoneInfo(zone)) for one in (offset, offset + 1800))
        if a.date() != b.date() or a.utcoffset() != b.utcoffset():
            near += [offset + 1800] * 2
    begin = dice.choice(near) - dice.randint(0, 900)
    local = datetime.fromtimestamp(begin, ZoneInfo(zone))
    return begin, local.hour * 60 + local.minute


def _arithmetic(dice, calendar, wall, begin, length):
    a, b = sorted(begin + dice.randint(0, length) for _ in range(2))
    assert calendar.worked(a * SECOND, b * SECOND) == wall.worked(a, b) * SECOND
    assert calendar.is_open(instant(a * SECOND)) == wall.open(a)
    if isinstance(wall, Wall):
        assert calendar.at(instant(a * SECOND)).number == wall.version(a) + 1
    amount = dice.randint(0, 1200)
    horizon = begin + 3600
    found = calendar.later(a * SECOND, amount * SECOND)
    wanted = wall.add(a, amount, horizon)
    assert wanted is None or found == wanted * SECOND
    assert wanted is not None or found is None or found > horizon * SECOND or amount == 0


def _clocks(dice, calendar, wall, life, until):
    now = until * SECOND
    first = life.visits[0].begin // SECOND
    answer = None if life.answered is None else life.answered // SECOND
    clocks = [(lives.resolution(life, now), first, None), (lives.first_response(life, now), first, answer)]
    number = dice.randrange(len(life.visits))
    leaves = life.visits[number + 1].begin // SECOND if number + 1 < len(life.visits) else None
    clocks.append((lives.situation(life, number, now), life.visits[number].begin // SECOND, leaves))
    for phases, (began, ends) in zip(lives.next_responses(life, now), waits(life), strict=True):
        clocks.append((phases, began, ends))
    budget = dice.randint(1, 600)
    for phases, begin, end in clocks:
        kinds, consumed, reached = clock(wall, states_of(life, until, begin, end), budget, until)
        assert told(calendar, phases) == kinds
        assert sum(one.end - one.begin for one in phases) == now - life.opened
        found = standing(phases, calendar, Amount(time_us=budget * SECOND))
        assert found.consumed == consumed * SECOND
        assert found.reached == (None if reached is None else reached * SECOND)
        if found.state == "running" and reached is None:
            ahead = wall.add(until, budget - consumed, until + 1800)
            assert ahead is None or found.limit == ahead * SECOND


def waits(life):
    """When the customer began to wait for an answer, and when that ended, told event by event."""
    found, is_open, answered, waiting = [], True, False, None
    for one in sorted([*life.visits, *life.talk], key=lambda one: one.seq):
        at = (one.begin if isinstance(one, Visit) else one.at) // SECOND
        if isinstance(one, Visit):
            is_open = one.is_open
        answered = answered or (isinstance(one, Said) and one.ours)
        ended = not is_open if isinstance(one, Visit) else one.ours
        if ended and waiting is not None:
            found.append((waiting, at))
            waiting = None
        elif isinstance(one, Said) and not one.ours and answered and is_open and waiting is None:
            waiting = at
    return found if waiting is None else [*found, (waiting, None)]


@pytest.mark.parametrize("part", range(8))
def test_two_thousand_random_lives(part):
    for seed in range(part * 25, part * 25 + 25):
        _told_by_seed(seed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(100))
def test_a_hundred_thousand_random_lives(part):
    for seed in range(10_000 + part * 100, 10_000 + part * 100 + 100):
        _told_by_seed(seed)


def _told_by_seed(seed):
    try:
        cases(seed)
    except AssertionError as wrong:
        raise AssertionError(f"seed {seed}: {wrong}") from wrong


@pytest.mark.parametrize("seed", range(25))
def test_working_days_later(seed):
    dice = random.Random(seed)
    zone, day = dice.choice(ODD)
    start, near = somewhere(dice, zone, day)
    calendar, wall = one_calendar(dice, zone, day, near)
    days = dice.randint(1, 2)
    horizon = start + 4 * 86_400
    wanted = wall.days_later(start, days, horizon)
    found = calendar.days_later(instant(start * SECOND), days)
    if wanted is not None:
        assert found == instant(wanted * SECOND)
    else:
        assert found is None or found > instant((horizon - 86_400) * SECOND)
