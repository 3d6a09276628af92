"""The same figures, found the slow way: second by second, by looking at the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


class Wall:
    """A calendar that is asked about one second at a time.

    Args:
        versions: (valid_from, zone, week, own, holidays): periods as pairs of minutes, `own` and `holidays` by date.
    """

    def __init__(self, versions):
        self.versions = versions
        self._since = [_first_second(*one[:2]) for one in versions]
        self._known = {}

    def version(self, second):
        """Number of the version in force: the last one whose day has begun; before all, the first."""
        found = 0
        for number, since in enumerate(self._since):
            if number and second >= since:
                found = number
        return found

    def zone(self, second):
        return self.versions[self.version(second)][1]

    def open(self, second):
        if second not in self._known:
            self._known[second] = self._open(second)
        return self._known[second]

    def _open(self, second):
        _, zone, week, own, holidays = self.versions[self.version(second)]
        local = datetime.fromtimestamp(second, ZoneInfo(zone))
        day = local.date()
        periods = own.get(day, own.get((day.month, day.day)))
        if periods is None:
            periods = [] if day in holidays else week[day.weekday()]
        minutes = local.hour * 60 + local.minute
        return any(begin <= minutes < end for begin, end in periods)

    def worked(self, a, b):
        return sum(self.open(second) for second in range(a, b))

    def add(self, start, seconds, horizon):
        """The first instant by which so many seconds were worked; None beyond the horizon."""
        at = start
        while seconds:
            if at >= horizon:
                return None
            seconds -= self.open(at)
            at += 1
        return at

    def days_later(self, start, days, horizon):
        zone = ZoneInfo(self.zone(start))
        local = datetime.fromtimestamp(start, zone)
        day = local.date()
        while days:
            day += timedelta(days=1)
            begins, ends = (_midnight(one, zone) for one in (day, day + timedelta(days=1)))
            if ends > horizon:
                return None
            days -= any(self.open(second) for second in range(begins, ends))
        at = int(datetime.combine(day, local.time().replace(fold=0), tzinfo=zone).timestamp())
        while not self.open(at):
            at += 1
            if at >= horizon:
                return None
        return at


def _first_second(valid_from, zone):
    """The first second on which a calendar on the wall there shows the day, or a later one."""
    if valid_from is None:
        return -(10**12)
    before = int(datetime(valid_from.year, valid_from.month, valid_from.day, tzinfo=UTC).timestamp()) - 26 * 3600
    return next(
        second
        for second in range(before, before + 4 * 86_400, 60)
        if datetime.fromtimestamp(second, ZoneInfo(zone)).date() >= valid_from
    )


def _midnight(day, zone):
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def clock(wall, states, budget, until):
    """A clock second by second.

    Args:
        states: of each second of the life, by its number: `not_started`, `running`, `paused`, `over`.
        budget: working seconds it may take.

    Returns:
        What became of each second, and when the budget was used up.
    """
    kinds, consumed, reached = [], 0, None
    for second, state in states:
        if second >= until:
            break
        kind = ("counted" if wall.open(second) else "off_hours") if state == "running" else state
        kinds.append(kind)
        consumed += kind == "counted"
        if reached is None and budget is not None and consumed == budget:
            reached = second + 1
    return kinds, consumed, reached


def at(text):
    """Seconds since 1970 of a text in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


__all__ = ["Wall", "at", "clock", "date"]
