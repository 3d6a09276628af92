"""Limits of items as columns: armed when they are set, and again when the item goes to another team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.activities.arming import UNARMED, Armed, armed, rearmed
from engine.sla.durations import amount_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.runtime.places import ActivitySpec
    from engine.sla.calendars import Calendar
    from engine.unit import Unit


def limit_of(unit: Unit, spec: ActivitySpec, team: str | None) -> dict[str, Any]:
    """The limit of an activity that a diagram asks for now, as columns; none where it says no `sla`."""
    if spec.sla is None:
        return {}
    limit = line_of(unit, spec.calendar, team).due(unit.now, amount_of(spec.sla))
    return set_at(unit, unit.now, limit, escalate=spec.escalate, calendar=spec.calendar, team=team) | {
        "due_kind": "deadline"
    }


def set_at(
    unit: Unit,
    start: datetime,
    limit: datetime | None,
    *,
    escalate: str | None = None,
    calendar: str | None = None,
    team: str | None = None,
    version: int = 0,
) -> dict[str, Any]:
    """A limit as columns, armed as a new deadline.

    Args:
        version: of the deadline before; 0: there was none.
    """
    found = _armed(unit, start, limit, escalate, calendar, team)
    return found.values() | {"limit_version": version + 1, "announced": None, "announced_at": None}


def for_another_team(
    unit: Unit,
    before: Mapping[str, Any],
    team: str | None,
    *,
    start: datetime,
    escalate: str | None = None,
    calendar: str | None = None,
) -> dict[str, Any]:
    """What changes of the columns when an item with a limit goes to another team; the limit stays what it was.

    Args:
        before: the item's columns.
    """
    if before["limit_at"] is None:
        return {}
    was = Armed(**{name: before[name] for name in UNARMED.values()})
    return rearmed(was, _armed(unit, start, was.limit_at, escalate, calendar, team), now=unit.now).values()


def line_of(unit: Unit, calendar: str | None, team: str | None) -> Calendar:
    """How time counts for an item: by its element's calendar, else its team's, else the installation's."""
    entry = unit.catalogue.registries.teams.get(team)
    found: Calendar = unit.catalogue.calendars.of(calendar, entry.calendar if entry else None)
    return found


def _armed(
    unit: Unit, start: datetime, limit: datetime | None, escalate: str | None, calendar: str | None, team: str | None
) -> Armed:
    if limit is None:
        return UNARMED
    entry = unit.catalogue.registries.teams.get(team)
    return armed(start, limit, escalate=escalate, team=entry, line=line_of(unit, calendar, team))
