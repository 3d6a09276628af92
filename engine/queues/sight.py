"""Which activities somebody sees: those of the tickets within reach, and what is given to them or their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, text

from engine.activities.model import activity
from engine.tickets.scope import reach_of
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from engine.unit import Unit


def sees(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Whether the actor may know of this activity, which is in no ticket."""
    if unit.actor.is_system:
        return True
    if not decide(unit.catalogue.rules, unit.actor.profile or "", Action.ACTIVITY_READ):
        return False
    reach = reach_of(unit)
    return (
        reach is None
        or row["person_id"] in reach.people
        or row["team"] in reach.teams
        or row["team"] in unit.actor.teams
        or row["created_by"] in {f"user:{one}" for one in reach.people}
    )


def seen(unit: Unit) -> ColumnElement[bool] | None:
    """The same as a condition for lists of activities; None: no condition."""
    reach = reach_of(unit)
    if reach is None:
        return None
    own = sorted(unit.actor.teams)
    values = reach.values | {f"own_team{n}": one for n, one in enumerate(own)}
    return seen_by(reach.shape, len(own)).params(values)


def seen_by(shape: tuple[int, int], own_teams: int) -> ColumnElement[bool]:
    """The same for a reach of this shape and so many own teams; `reach_…` and `own_team…` are its parameters."""
    people, teams = shape
    columns = activity.c
    queues = [*(f"reach_team{n}" for n in range(teams)), *(f"own_team{n}" for n in range(own_teams))]
    return or_(
        *(columns.person_id == bindparam(f"reach_person{n}", type_=columns.person_id.type) for n in range(people)),
        *(columns.created_by == bindparam(f"reach_opener{n}", type_=columns.created_by.type) for n in range(people)),
        *(columns.team == bindparam(name, type_=columns.team.type) for name in queues),
        text("1 = 0"),
    )
