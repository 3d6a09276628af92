"""Calendar arithmetic: working time after an instant, between two, and why an instant is worked or not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from engine.sla.hours import Hours
from engine.sla.instants import DAY, day_of, instant, midnight, ordinal_of, stretches, us, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from engine.sla.durations import Amount

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
EVER: Final = -(10**18)
NEVER: Final = 10**18
_ONE_DAY: Final = timedelta(days=1)

Shut = Literal["holiday", "day_off", "off_hours"]


@dataclass(frozen=True, kw_only=True)
class Version:
    """A calendar's hours from a day on.

    Attributes:
        number: counts the versions of a calendar from 1; a later one prevails from its day on.
        valid_from: the local day on which they begin; None: they held always.
        made_at: when somebody put them down; None: they were always known.
        calendar: key of the calendar whose version it is.
    """

    number: int
    hours: Hours
    valid_from: date | None = None
    made_at: datetime | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in which one thing holds; instants as numbers.

    Attributes:
        shut: why nobody works; None: it is worked.
        holiday: name of the holiday or own day it lies in.
        version: the calendar's version.
    """

    begin: int
    end: int
    shut: Shut | None
    holiday: str | None
    version: Version


@dataclass(frozen=True, slots=True)
class _Table:
    """Worked stretches of some years: begins, ends, and the time worked up to each begin and end."""

    first: int
    last: int
    low: int
    high: int
    begins: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]

    def reached(self, at: int) -> int:
        """The time worked from the table's beginning up to the instant."""
        found = bisect_right(self.begins, at) - 1
        if found < 0:
            return 0
        end = self.ends[found]
        return self.before[found] + (min(end, at)) - self.begins[found]


_NO_TABLE: Final = _Table(0, -1, 0, 0, (), (), (), ())


class Calendar:
    """Working time through all versions of a calendar; immutable but for what it remembers.

    Args:
        key: None: the one that is always worked.
        versions: in the order of their numbers; the first holds before its day, too.
    """

    def __init__(self, key: str | None, versions: Sequence[Version]) -> None:
        assert versions, "a calendar without hours"
        self.key = key
        self.versions = tuple(replace(one, calendar=key) for one in versions)
        self._since, self._in_force = _line_of(self.versions)
        self._table = _NO_TABLE
        self._worked_days: dict[tuple[date, int, ZoneInfo], date | None] = {}

    def line(self) -> Iterator[tuple[int, int, Version]]:
        """Each stretch of time, and the version in force: from ever until never."""
        ends = (*self._since[1:], NEVER)
        return zip(self._since, ends, self._in_force, strict=True)

    def at(self, when: datetime) -> Version:
        """The version in force."""
        return self._at(us(when))

    def is_open(self, when: datetime) -> bool:
        """Whether the instant is worked; a period's end is not."""
        return self._is_open(us(when))

    def between(self, a: datetime, b: datetime) -> timedelta:
        """The time worked from `a` until `b`; negative where `b` is earlier."""
        return timedelta(microseconds=self.worked(us(a), us(b)))

    def worked(self, a: int, b: int) -> int:
        """The same with numbers: microseconds."""
        table = self._table
        if not (table.low <= a < table.high and table.low <= b < table.high):
            table = self._covering(min(a, b), max(a, b))
        return table.reached(b) - table.reached(a)

    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        """The first instant by which that much was worked; None: never. Nothing added gives `start` itself."""
        found = self.later(us(start), (amount.days * 86_400 + amount.seconds) * 1_000_000 + amount.microseconds)
        return None if found is None else instant(found)

    def later(self, start: int, amount: int) -> int | None:
        """The same with numbers: microseconds."""
        if amount <= 0:
            return start
        table = self._table
        if not table.low <= start < table.high:
            table = self._covering(start, start)
        target = table.reached(start) + amount
        while not table.after or table.after[-1] < target:
            if table.last >= LAST_YEAR:
                return None
            reached = table.reached(start)
            table = self._grown(table.first, min(LAST_YEAR, table.last + 1 + (table.last - table.first)))
            target += table.reached(start) - reached
        found = bisect_left(table.after, target)
        return table.begins[found] + target - table.before[found]

    def days_later(self, start: datetime, days: int) -> datetime | None:
        """The same local time so many working days later, or the next opening from there; None: never.

        A working day is one with any working time.
        """
        zone = zone_of(self.at(start).hours.zone)
        local = start.astimezone(zone)
        key = (local.date(), days, zone)
        if key not in self._worked_days:
            self._worked_days[key] = self._worked_day(*key)
        day = self._worked_days[key]
        if day is None:
            return None
        found = us(datetime.combine(day, local.time().replace(fold=0), tzinfo=zone))
        if self._is_open(found):
            return instant(found)
        # One microsecond of work is done one microsecond after the next opening.
        opening = self.later(found, 1)
        return None if opening is None else instant(opening - 1)

    def _worked_day(self, day: date, days: int, zone: ZoneInfo) -> date | None:
        ends = midnight(day + _ONE_DAY, zone)
        while days:
            day += _ONE_DAY
            if day.year > LAST_YEAR:
                return None
            begins, ends = ends, midnight(day + _ONE_DAY, zone)
            days -= self.worked(begins, ends) > 0
        return day

    def due(self, start: datetime, amount: Amount) -> datetime | None:
        """When a length that began at `start` is over; None: never."""
        line = always(self.at(start).hours.zone) if amount.wall else self
        if amount.days:
            return line.days_later(start, amount.days)
        found = line.later(us(start), amount.time_us)
        return None if found is None else instant(found)

    def pieces(self, a: int, b: int) -> Iterator[Piece]:
        """The stretch from `a` until `b`, cut where something else begins to hold: nothing is left out."""
        last: Piece | None = None
        for one in self._cut(a, b):
            same = last and last.version is one.version and (last.shut, last.holiday) == (one.shut, one.holiday)
            if last is not None and same:
                last = Piece(last.begin, one.end, last.shut, last.holiday, last.version)
                continue
            if last is not None:
                yield last
            last = one
        if last is not None:
            yield last

    def _cut(self, a: int, b: int) -> Iterator[Piece]:
        while a < b:
            version = self._at(a)
            until = min(b, self._next_version(a))
            zone = version.hours.zone
            _, ends, offset = next(one for one in stretches(zone, instant(a).year) if one[0] <= a < one[1])
            ordinal = (a + offset) // DAY
            begins = ordinal * DAY - offset
            until = min(until, ends, begins + DAY)
            day = version.hours.day(day_of(ordinal))
            shut: Shut = "holiday" if day.holiday else "off_hours" if day.periods else "day_off"
            for begin, end in day.periods:
                opens, closes = min(max(begins + begin, a), until), min(max(begins + end, a), until)
                if a < opens:
                    yield Piece(a, opens, shut, day.holiday, version)
                if opens < closes:
                    yield Piece(opens, closes, None, day.holiday, version)
                a = max(a, closes)
            if a < until:
                yield Piece(a, until, shut, day.holiday, version)
                a = until

    def _at(self, at: int) -> Version:
        return self._in_force[bisect_right(self._since, at) - 1]

    def _next_version(self, at: int) -> int:
        found = bisect_right(self._since, at)
        return self._since[found] if found < len(self._since) else NEVER

    def _is_open(self, at: int) -> bool:
        table = self._covering(at, at)
        found = bisect_right(table.begins, at) - 1
        return found >= 0 and at < table.ends[found]

    def _covering(self, low: int, high: int) -> _Table:
        table = self._table
        if table.low <= low and high < table.high:
            return table
        first = min(max(_year(low), FIRST_YEAR), LAST_YEAR)
        last = min(max(_year(high), FIRST_YEAR), LAST_YEAR)
        if table.first <= table.last:
            if table.first <= first and last <= table.last:
                return table
            first, last = min(first, table.first), max(last, table.last)
        return self._grown(first, last)

    def _grown(self, first: int, last: int) -> _Table:
        begins, ends, before, after = [], [], [], []
        reached = 0
        for year in range(first, last + 1):
            for begin, end in self._year(year):
                begins.append(begin)
                ends.append(end)
                before.append(reached)
                reached += end - begin
                after.append(reached)
        low, high = (us(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last + 1))
        self._table = found = _Table(first, last, low, high, begins, ends, before, after)
        return found

    def _year(self, year: int) -> Iterator[tuple[int, int]]:
        for since, until, version in self.line():
            for begin, end in openings(version.hours, year):
                if begin < until and since < end:
                    yield max(begin, since), min(end, until)


@lru_cache(maxsize=2_048)
def openings(hours: Hours, year: int) -> tuple[tuple[int, int], ...]:
    """The worked stretches of a year, counted in UTC: where the clock on the wall shows a working period."""
    found: list[tuple[int, int]] = []
    for since, until, offset in stretches(hours.zone, year):
        for ordinal in range((since + offset) // DAY, (until - 1 + offset) // DAY + 1):
            begins = ordinal * DAY - offset
            for begin, end in hours.day(day_of(ordinal)).periods:
                opens, closes = max(since, begins + begin), min(until, begins + end)
                if opens >= closes:
                    continue
                if found and found[-1][1] == opens:
                    found[-1] = (found[-1][0], closes)
                else:
                    found.append((opens, closes))
    return tuple(found)


@lru_cache(maxsize=256)
def always(zone: str) -> Calendar:
    """The calendar in which every instant is worked; the zone says what a day is."""
    return Calendar(None, [Version(number=0, hours=Hours(zone=zone))])


def _line_of(versions: Sequence[Version]) -> tuple[list[int], list[Version]]:
    since: list[int] = []
    in_force: list[Version] = []
    for version in versions:
        begins = _begins(version) if since else EVER
        while since and since[-1] >= begins:
            since.pop()
            in_force.pop()
        since.append(begins)
        in_force.append(version)
    return since, in_force


def _begins(version: Version) -> int:
    if version.valid_from is None:
        return EVER
    return midnight(version.valid_from, zone_of(version.hours.zone))


def _year(at: int) -> int:
    ordinal = at // DAY
    return day_of(ordinal).year if ordinal_of(date.min) < ordinal < ordinal_of(date.max) else FIRST_YEAR
