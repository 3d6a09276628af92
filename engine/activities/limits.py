"""Limits of items as columns: armed when they are set, and again when the item goes to another team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.activities.arming import UNARMED, Armed, armed, rearmed
from engine.sla.durations import amount_of
from engine.sla.instants import us
from engine.sla.shelf import had

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from engine.runtime.places import ActivitySpec
    from engine.sla.calendars import Calendar
    from engine.sla.shelf import Had
    from engine.unit import Unit


def limit_of(unit: Unit, spec: ActivitySpec, team: str | None) -> dict[str, Any]:
    """The limit of an activity that a diagram asks for now, as columns; none where it says no `sla`."""
    if spec.sla is None:
        return {}
    line = line_of(unit, spec.calendar, team)
    limit = line.due(unit.now, amount_of(spec.sla))
    return set_at(unit, unit.now, limit, line=line, escalate=spec.escalate, team=team) | {"due_kind": "deadline"}


def set_at(
    unit: Unit,
    start: datetime,
    limit: datetime | None,
    *,
    line: Calendar,
    escalate: str | None = None,
    team: str | None = None,
    version: int = 0,
) -> dict[str, Any]:
    """A limit as columns, armed as a new deadline.

    Args:
        line: how time counts for the item, see `line_of`.
        version: of the deadline before; 0: there was none.
    """
    found = _armed(unit, start, limit, line, escalate, team)
    return found.values() | {"limit_version": version + 1, "announced": None, "announced_at": None}


def handed_over(
    unit: Unit,
    before: Mapping[str, Any],
    limit: datetime | None,
    *,
    start: datetime,
    line: Calendar,
    escalate: str | None,
    team: str | None,
) -> dict[str, Any]:
    """What changes of the columns when an item goes to another team.

    A limit that is another one now is a new deadline; else what was told of it stays told.

    Args:
        before: the item's columns.
        limit: counted by the hours of the new team, too, from now on.
    """
    if limit is None and before["limit_at"] is None:
        return {}
    if limit != before["limit_at"]:
        return set_at(unit, start, limit, line=line, escalate=escalate, team=team, version=before["limit_version"])
    was = Armed(**{name: before[name] for name in UNARMED.values()})
    return rearmed(was, _armed(unit, start, limit, line, escalate, team), now=unit.now).values()


def line_of(unit: Unit, calendar: str | None, team: str | None, handed: Iterable[Any] | None = None) -> Calendar:
    """How time counts for an item: by its element's calendar, else by that of each team for the time it had it.

    Args:
        handed: the teams before; see `engine.sla.shelf.had`.
    """
    found: Calendar = unit.catalogue.calendars.along((calendar,), teams_of(unit, team, handed))
    return found


def teams_of(unit: Unit, team: str | None, handed: Iterable[Any] | None) -> list[Had]:
    """Since when the calendar of which team counts, by the registry of today."""
    return had(handed, team, lambda key: calendar_of(unit, key))


def calendar_of(unit: Unit, team: str | None) -> str | None:
    """Key of a team's calendar."""
    entry = unit.catalogue.registries.teams.get(team)
    return entry.calendar if entry else None


def passed_on(unit: Unit, before: Mapping[str, Any]) -> list[Any]:
    """The column `handed` after what was this team's goes to another one now."""
    return [*(before["handed"] or ()), [us(unit.now), before["team"]]]


def _armed(
    unit: Unit, start: datetime, limit: datetime | None, line: Calendar, escalate: str | None, team: str | None
) -> Armed:
    if limit is None:
        return UNARMED
    return armed(start, limit, escalate=escalate, team=unit.catalogue.registries.teams.get(team), line=line)
