"""What a ticket was at an earlier point of its history, and what an installation's rules were at an earlier instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.history import change_history
from engine.registry.defaults import then
from engine.sla.instants import us
from engine.sla.shelf import had
from engine.tickets.clocks import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from engine.sla.calendars import Calendar
    from engine.sla.policies import Policies
    from engine.sla.shelf import Calendars, Had
    from engine.unit import Unit

COLUMNS: Final = (*FACTS, "team", "responsible")


class Past:
    """Values that a ticket's columns had, told backwards from what they are now.

    Args:
        rows: history rows with `seq`, `at` and `detail`, oldest first, up to the present.
        present: the columns as they are.
    """

    def __init__(self, rows: Sequence[Any], present: Mapping[str, Any]) -> None:
        self._present = dict(present)
        self._changes = [
            (row.seq, us(row.at), {name: pair[0] for name, pair in changed.items() if name in self._present})
            for row in rows
            if isinstance(changed := (row.detail or {}).get("changed"), dict)
        ]

    def before(self, seq: int | None) -> dict[str, Any]:
        """As they were when the row of that number was not written yet; None: as they are."""
        found = dict(self._present)
        if seq is not None:
            for number, _, old in reversed(self._changes):
                if number < seq:
                    break
                found |= old
        return found

    def handed(self, seq: int | None) -> list[Any]:
        """The teams that had it before the one that it had then; see `engine.sla.shelf.had`."""
        known = (one for one in self._changes if seq is None or one[0] < seq)
        return [[at, old["team"]] for _, at, old in known if "team" in old]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What clocks are measured by: calendars, policies, and which calendar each team has."""

    calendars: Calendars
    policies: Policies
    team_calendars: Mapping[str, str | None]

    def line(self, keys: Sequence[str | None], team: str | None, handed: Iterable[Any] | None) -> Calendar:
        """How time counts: by the first of these calendars, else by that of each team for the time it had it."""
        return self.calendars.along(keys, self.teams(team, handed))

    def teams(self, team: str | None, handed: Iterable[Any] | None) -> list[Had]:
        """Since when the calendar of which team counts."""
        return had(handed, team, lambda key: self.team_calendars.get(key or ""))


def rules_of(unit: Unit, known_at: datetime | None) -> Rules:
    """The rules as they were known at an instant; None: as they are."""
    catalogue = unit.catalogue
    teams: dict[str, str | None] = {key: one.calendar for key, one in catalogue.registries.teams.items()}
    if known_at is None:
        return Rules(calendars=catalogue.calendars, policies=catalogue.policies, team_calendars=teams)
    later = select(change_history.c.key, change_history.c.detail).where(
        change_history.c.kind == "team", change_history.c.deed == "changed", change_history.c.at > known_at
    )
    for row in unit.connection.execute(later.order_by(change_history.c.at.desc(), change_history.c.id.desc())):
        if "calendar" in (row.detail or {}):
            teams[row.key] = row.detail["calendar"][0]
    return Rules(
        calendars=replace(
            catalogue.calendars.known_at(known_at),
            default=then(unit, "calendar", known_at, catalogue.calendars.default),
            zone=then(unit, "zone", known_at, catalogue.calendars.zone),
        ),
        policies=catalogue.policies.known_at(known_at),
        team_calendars=teams,
    )
