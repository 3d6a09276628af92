"""One clock in figures: when it began, what it was measured by, how far it is, and every second of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.sla.clocks import ledger, standing
from engine.sla.instants import SECOND, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from engine.sla.calendars import Calendar
    from engine.sla.clocks import Interval, Phase
    from engine.sla.durations import Amount

KINDS: Final = ("not_started", "counted", "off_hours", "paused", "over")


def figures(
    name: str,
    phases: Sequence[Phase],
    calendar: Calendar,
    amount: Amount | None,
    *,
    rule: Mapping[str, Any] | None,
    label: Callable[[str], str],
    whole: bool,
) -> dict[str, Any]:
    """A clock as people and programs read it.

    Args:
        rule: what gives it its limit; None: nothing does.
        label: of a place.
        whole: with its intervals; they begin and end on whole seconds, as all lengths here do, so that they add up.
    """
    found = standing(phases, calendar, amount)
    now = phases[-1].end
    ended = next((one.begin for one in phases if one.state == "over"), None) if found.state == "over" else None
    limit = None if found.state in {"not_started", "paused"} else found.limit
    running = found.state == "running"
    left = calendar.worked(now, limit) // SECOND if running and limit is not None else None
    spans = list(ledger(phases, calendar))
    told = {
        "clock": name,
        "state": found.state,
        "began_at": _instant(found.began),
        "ended_at": _instant(ended),
        "limit_at": _instant(limit),
        "held_limit_at": _instant(found.limit) if found.state == "paused" else None,
        "reached_at": _instant(found.reached),
        "red": running and limit is not None and limit <= now,
        "breached": found.reached is not None,
        "remaining_s": None if left is None else max(left, 0),
        "overdue_s": None if left is None else max(-left, 0),
        "rule": rule,
        "calendar": calendar_told(calendar, now),
        "seconds": seconds_of(spans),
    }
    return told | ({"intervals": [interval_told(one, label) for one in spans]} if whole else {})


def seconds_of(spans: Iterable[Interval]) -> dict[str, int]:
    """Whole seconds of each kind; together they are what lies between the first whole second and the last."""
    found = dict.fromkeys(KINDS, 0)
    for one in spans:
        found[one.kind] += one.end // SECOND - one.begin // SECOND
    return found


def interval_told(one: Interval, label: Callable[[str], str]) -> dict[str, Any]:
    """An interval as people and programs read it."""
    told: dict[str, Any] = {
        "from": instant(one.begin),
        "until": instant(one.end),
        "seconds": one.end // SECOND - one.begin // SECOND,
        "kind": one.kind,
    }
    if one.place is not None:
        told |= {"situation": one.place, "situation_label": label(one.place)}
    if one.version is not None:
        told |= {"calendar": one.version.calendar, "calendar_version": one.version.number}
    if one.shut is not None:
        told["because"] = one.shut
    if one.holiday is not None:
        told["holiday"] = one.holiday
    return told


def calendar_told(calendar: Calendar, now: int) -> dict[str, Any]:
    """Which calendar counts now, and which of its versions holds."""
    version = calendar.at(instant(now))
    return {"key": version.calendar, "version": version.number, "zone": version.hours.zone}


def _instant(number: int | None) -> Any:
    return None if number is None else instant(number)
