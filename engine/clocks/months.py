"""Show how a calendar works: a month day by day, and every version that it had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Invalid, NotFound
from engine.people.knowing import name_of
from engine.registry.rule_plans import versions
from engine.rights import insist
from engine.sla.hours import WEEKDAYS
from engine.sla.instants import SECOND, instant, midnight, zone_of
from permissions.actions import Action

if TYPE_CHECKING:
    from engine.sla.calendars import Calendar
    from engine.unit import Unit

_MONTH: Final = re.compile(r"(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ReadMonth:
    """A calendar's month, as in `2026-02`; None: the present one."""

    calendar: str
    month: str | None = None


def read_month(unit: Unit, ask: ReadMonth) -> dict[str, Any]:
    """Each day with its periods, its holiday, and how long it is worked; then the calendar's versions.

    Raises:
        NotFound: there is no such calendar. Invalid: that is no month from 1970 to 2199.
    """
    known = unit.catalogue.registries.calendars
    insist(unit, Action.REGISTRY_READ)
    if ask.calendar not in known:
        raise NotFound(f"Não há calendário {ask.calendar!r}.")
    found = _MONTH.fullmatch(ask.month or f"{unit.local_now:%Y-%m}")
    if found is None:
        raise Invalid("month: use um mês de 1970-01 a 2199-12, como 2026-02.")
    calendar = unit.catalogue.calendars.of(ask.calendar)
    days = [_day(calendar, day) for day in _days(int(found[1]), int(found[2]))]
    return {
        "calendar": ask.calendar,
        "label": known[ask.calendar].label,
        "month": found[0],
        "worked_s": sum(one["worked_s"] for one in days),
        "days": days,
        "versions": _versions(unit, ask.calendar),
    }


def _days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    return [day for n in range(31) if (day := first + timedelta(days=n)).month == month]


def _day(calendar: Calendar, day: date) -> dict[str, Any]:
    # The zone of the version that holds on that day.
    zone = zone_of(calendar.at(instant(midnight(day, zone_of("UTC")))).hours.zone)
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    version = calendar.at(instant(begins))
    planned = version.hours.day(day)
    return {
        "date": day.isoformat(),
        "weekday": WEEKDAYS[day.weekday()],
        "periods": [f"{_clock(begin)}-{_clock(end)}" for begin, end in planned.periods],
        "holiday": planned.holiday,
        "version": version.number,
        "worked_s": calendar.worked(begins, ends) // SECOND,
    }


def _clock(number: int) -> str:
    minutes = number // (60 * SECOND)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _versions(unit: Unit, key: str) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name != "says"}
        | one["says"]
        | {"made_by": name_of(unit, one["made_by"])}
        for one in versions(unit, "calendars", key)
    ]
