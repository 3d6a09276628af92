"""Versions of calendars and SLA policies: written beside the entry, read into what the arithmetic works with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.db import new_id
from engine.registry.clocks import clock_refresh, rule_version
from engine.sla.calendars import Version
from engine.sla.festivals import festivals
from engine.sla.hours import Hours, read_lines
from engine.sla.instants import instant, midnight
from engine.sla.policies import Policies, Policy
from engine.sla.shelf import Calendars

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.unit import Unit

VERSIONED: Final = frozenset({"calendars", "sla_policies"})
_KNOWN_BEFORE, _KNOWN_AHEAD = 10, 10  # years of holidays that a version keeps as they were known


def write_version(unit: Unit, registry: str, about: str, before: Any, after: Any) -> None:
    """Write the version that an entry's change makes; none where its hours, or its terms, are as they were."""
    if not makes_version(unit, registry, before, after):
        return
    content = _calendar_content(unit, after) if registry == "calendars" else _policy_content(after)
    unit.insert(
        about,
        rule_version,
        registry=registry,
        key=after.key,
        number=_newest(unit, registry, after.key) + 1,
        valid_from=after.valid_from,
        since=None if registry == "calendars" else _since(unit, before, after),
        made_at=unit.now,
        made_by=unit.actor.id,
        content=content,
    )
    # Nobody refers to a calendar that was not there.
    if before is not None or registry != "calendars" or after.key == unit.catalogue.calendars.default:
        ask_refresh(unit, about, f"{registry}/{after.key}", activities=registry == "calendars")


def makes_version(unit: Unit, registry: str, before: Any, after: Any) -> bool:
    """Whether the hours, or the terms, are other ones, or begin another day."""
    return before is None or not _newest(unit, registry, after.key) or not _same(registry, before, after)


def as_it_stands(registry: str, before: Any, after: Any) -> Any:
    """The entry; one that names no day and says nothing new keeps the day that it has."""
    if registry not in VERSIONED or before is None or after.valid_from is not None:
        return after
    kept = replace(after, valid_from=before.valid_from)
    return kept if _same(registry, before, kept) else after


def coming_policy(unit: Unit, before: Any, after: Any) -> Policy:
    """The version that a policy's change makes."""
    number = _newest(unit, "sla_policies", after.key) + 1
    since = _since(unit, before, after)
    return Policy(key=after.key, number=number, valid_from=since, made_at=unit.now, **_policy_content(after))


def ask_refresh(unit: Unit, about: str, because: str, *, activities: bool) -> None:
    """Have the limits of open tickets, and perhaps of activities, computed anew."""
    for what in ("tickets", "activities") if activities else ("tickets",):
        unit.insert(
            about,
            clock_refresh,
            id=new_id(),
            what=what,
            because=because,
            asked_at=unit.now,
            asked_by=unit.actor.id,
            seen=0,
            changed=0,
        )


def read_versions(
    connection: Connection, *, zone: str, default: str | None
) -> tuple[Calendars, Policies, dict[tuple[str, str], int]]:
    """All calendars and policies with all their versions, and the newest number of each."""
    calendars: dict[str, list[Version]] = defaultdict(list)
    policies: list[Policy] = []
    numbers: dict[tuple[str, str], int] = {}
    ordered = select(rule_version).order_by(rule_version.c.registry, rule_version.c.key, rule_version.c.number)
    for row in connection.execute(ordered):
        numbers[row.registry, row.key] = row.number
        if row.registry == "calendars":
            calendars[row.key].append(_version(row, zone))
        else:
            policies.append(
                Policy(key=row.key, number=row.number, valid_from=row.since, made_at=row.made_at, **row.content)
            )
    return Calendars(versions=dict(calendars), zone=zone, default=default), Policies(policies), numbers


def _version(row: Any, zone: str) -> Version:
    content = row.content
    read = read_lines(content["week"], content["days"])
    hours = Hours(
        zone=content["zone"] or zone,
        week=read.week,
        place=content["holidays"],
        optional=tuple(content["optional_holidays"]),
        own=read.own,
        known=tuple((date.fromisoformat(day), name) for day, name in content["known"]),
        known_years=(content["known_years"][0], content["known_years"][1]),
    )
    valid_from = date.fromisoformat(row.valid_from) if row.valid_from else None
    return Version(number=row.number, hours=hours, valid_from=valid_from, made_at=row.made_at)


def _calendar_content(unit: Unit, entry: Any) -> dict[str, Any]:
    told = asdict(entry)
    content = {name: told[name] for name in ("week", "holidays", "optional_holidays", "days")}
    content = {name: list(value) if isinstance(value, tuple) else value for name, value in content.items()}
    first = min(unit.now.year, int(entry.valid_from[:4]) if entry.valid_from else unit.now.year) - _KNOWN_BEFORE
    last = unit.now.year + _KNOWN_AHEAD
    known = (
        [
            [day.isoformat(), name]
            for year in range(first, last + 1)
            for day, name in festivals(entry.holidays, entry.optional_holidays, year)
        ]
        if entry.holidays
        else []
    )
    zone = entry.zone or unit.engine.settings.zone
    return content | {"zone": zone, "known": known, "known_years": [first, last]}


def _policy_content(entry: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if name not in {"key", "valid_from"}}


def _since(unit: Unit, before: Any, after: Any) -> datetime:
    """What is said of a day holds from its beginning; what names no new day holds from now on, or from one ahead."""
    if after.valid_from is None:
        return unit.now
    day = instant(midnight(date.fromisoformat(after.valid_from), ZoneInfo(unit.engine.settings.zone))).astimezone(UTC)
    if before is None or before.valid_from != after.valid_from:
        return day
    retires = after.retired and not before.retired
    return unit.now if retires else max(unit.now, day)


def _newest(unit: Unit, registry: str, key: str) -> int:
    found: int = unit.catalogue.rule_numbers.get((registry, key), 0)
    return found


def _same(registry: str, before: Any, after: Any) -> bool:
    unsaid = {"label", "retired"} if registry == "calendars" else {"label"}
    old, new = asdict(before), asdict(after)
    return all(old[name] == new[name] for name in new if name not in unsaid)
