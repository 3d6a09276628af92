"""Which tickets a profile's scope reaches: all of them, those of the person's teams, or the person's own.

One rule in two forms: a condition for lists, and a look at one row. `docs/permissions.md` has it in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select, text

from engine.activities.model import activity
from engine.people.absences import stands_in_for
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from sqlalchemy import BindParameter, Column, ColumnElement

    from engine.people.model import Person
    from engine.unit import Unit

# Spelled out, so that the planner sees that partial indexes on open activities will do.
_OPEN = text("activity.status <> 'finished'")


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose tickets somebody reaches who does not reach all.

    Attributes:
        people: the person, and those they stand in for.
        teams: keys; none with the scope `own`.
    """

    people: tuple[UUID, ...]
    teams: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """How many there are: statements are made once for each shape."""
        return len(self.people), len(self.teams)

    @property
    def values(self) -> dict[str, Any]:
        """Values for the parameters of `conditions`."""
        found: dict[str, Any] = {}
        for n, one in enumerate(self.people):
            found |= {f"reach_person{n}": one, f"reach_opener{n}": f"user:{one}"}
        return found | {f"reach_team{n}": one for n, one in enumerate(self.teams)}

    def covers(self, row: Mapping[str, Any]) -> bool:
        """Whether the ticket is reached by its own columns; the activities in it are another question."""
        return (
            row["responsible"] in self.people
            or row["team"] in self.teams
            or row["opened_by"] in {f"user:{one}" for one in self.people}
        )


def reach_of(unit: Unit) -> Reach | None:
    """What the unit's actor reaches; None: every ticket.

    Before the unit's first SELECT this is what was true last: whoever builds that SELECT from it asks once more
    afterwards, and repeats it in the rare case that it has changed.
    """
    actor = unit.actor
    if actor.is_system:
        return None
    profile = unit.foreseen.profiles.get(actor.profile)
    scope = profile.scope if profile else "own"
    if scope == "all":
        return None
    people = stands_in_for(unit) if actor.user_id is None else {actor.user_id, *stands_in_for(unit)}
    return reach_in(scope, people, actor.teams)


def reach_of_person(unit: Unit, person: Person, scope: str) -> Reach | None:
    """What somebody else reaches, with that scope."""
    return reach_in(scope, [person.id, *absent(unit, person.id)], person.teams)


def absent(unit: Unit, deputy: UUID) -> list[UUID]:
    """The people whom somebody stands in for now."""
    return [one.person_id for one in unit.catalogue.absences.by_deputy.get(deputy, ()) if one.lasts(unit.now)]


def reach_in(scope: str, people: Collection[UUID], teams: Collection[str]) -> Reach | None:
    """What these people reach together with that scope; None: every ticket."""
    if scope == "all":
        return None
    return Reach(tuple(sorted(people)), tuple(sorted(teams)) if scope == "team" else ())


def conditions(shape: tuple[int, int], values: Mapping[str, Any] | None = None) -> list[ColumnElement[bool]]:
    """One condition for each way in which a ticket is reached; each of them has an index of its own.

    Args:
        shape: of the reach.
        values: of the reach; None: they are given when the statement is run.
    """
    people, teams = shape
    own = [given(f"reach_person{n}", ticket.c.responsible, values) for n in range(people)]
    openers = [given(f"reach_opener{n}", ticket.c.opened_by, values) for n in range(people)]
    queues = [given(f"reach_team{n}", ticket.c.team, values) for n in range(teams)]
    theirs = [*(activity.c.person_id == one for one in own), *(activity.c.team == one for one in queues)]
    return [
        *(ticket.c.responsible == one for one in own),
        *(ticket.c.opened_by == one for one in openers),
        *(ticket.c.team == one for one in queues),
        *(ticket.c.id.in_(select(activity.c.ticket_id).where(_OPEN, one)) for one in theirs),
    ]


def condition(reach: Reach) -> ColumnElement[bool]:
    """All ways in one, with their values: for lists whose order another index gives."""
    return or_(*conditions(reach.shape, reach.values), text("1 = 0"))


def reached(unit: Unit, protocols: Collection[str]) -> Collection[str]:
    """Those of these protocols that the actor, who may read tickets, reaches: others are not told of."""
    reach = reach_of(unit) if protocols else None
    if reach is None:
        return protocols
    known = select(ticket.c.protocol).where(ticket.c.protocol.in_(protocols), condition(reach))
    return set(unit.connection.execute(known).scalars())


def works_in(unit: Unit, reach: Reach, ticket_id: UUID) -> bool:
    """Whether somebody reached has something to do there: an open activity of theirs, or one queued for the teams."""
    given = or_(activity.c.person_id.in_(reach.people), activity.c.team.in_(reach.teams))
    some = select(activity.c.id).where(_OPEN, activity.c.ticket_id == ticket_id, given).limit(1)
    return unit.connection.execute(some).one_or_none() is not None


def given(name: str, column: Column[Any], values: Mapping[str, Any] | None) -> BindParameter[Any]:
    """The parameter of that name, with its value if there is one already."""
    if values is None:
        return bindparam(name, type_=column.type)
    return bindparam(name, values[name], type_=column.type, unique=True)
