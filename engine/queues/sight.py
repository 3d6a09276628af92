"""Which activities somebody sees: those of the tickets within reach, and what is given to them or their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, text

from engine.activities.model import activity
from engine.tickets.scope import given, reach_of
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
    return seen_by(reach.shape, len(own), reach.values | {f"own_team{n}": one for n, one in enumerate(own)})


def seen_by(shape: tuple[int, int], own_teams: int, values: Mapping[str, Any] | None = None) -> ColumnElement[bool]:
    """The same for a reach of this shape and so many own teams.

    Args:
        values: of the parameters `reach_…` and `own_team…`; None: they are given when the statement is run.
    """
    people, teams = shape
    columns = activity.c
    queues = [*(f"reach_team{n}" for n in range(teams)), *(f"own_team{n}" for n in range(own_teams))]
    # Teams first: they stand in the index that a team's queue is read from.
    return or_(
        *(columns.team == given(name, columns.team, values) for name in queues),
        *(columns.person_id == given(f"reach_person{n}", columns.person_id, values) for n in range(people)),
        *(columns.created_by == given(f"reach_opener{n}", columns.created_by, values) for n in range(people)),
        text("1 = 0"),
    )
