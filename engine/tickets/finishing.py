"""Finish an activity: if a diagram asked for it, its token goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities.model import activity
from engine.actors import ACTIVITY
from engine.errors import Conflict, Invalid, NotFound
from engine.people.knowing import name_of
from engine.runtime import walk
from engine.tickets.access import ticket_for
from engine.tickets.following import asked_of_transition, follow_transition
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

OUTCOMES = ("done", "archived")


@dataclass(frozen=True, kw_only=True)
class Finish:
    """Finish an activity.

    Attributes:
        outcome: `done` or `archived`; both send a diagram's token on, gateways may tell them apart.
    """

    activity: UUID
    outcome: str = "done"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The activity that was finished, and its ticket where it stands now."""

    activity: UUID
    outcome: str
    ticket: Ticket


def finish(unit: Unit, ask: Finish) -> Finished:
    """Finish the activity.

    Raises:
        NotFound: there is no such activity, or its ticket may not be read.
        Conflict: it was finished before.
    """
    if ask.outcome not in OUTCOMES:
        raise Invalid("outcome: use done ou archived.")
    owner = unit.connection.execute(select(activity.c.ticket_id).where(activity.c.id == ask.activity)).scalar()
    if owner is None:
        raise NotFound(f"Não há atividade {ask.activity}.")
    try:
        ticket = ticket_for(unit, Action.ACTIVITY_FINISH, owner)
    except NotFound:
        raise NotFound(f"Não há atividade {ask.activity}.") from None
    row = unit.connection.execute(
        select(activity).where(activity.c.ticket_id == owner, activity.c.id == ask.activity)
    ).one()
    if row.status == "finished":
        raise Conflict(
            f"A atividade já foi finalizada ({row.outcome}) por {name_of(unit, row.finished_by)}.",
            code="activity_finished",
            present={"status": row.status, "outcome": row.outcome, "finished_by": row.finished_by},
        )
    unit.update(
        ticket.about,
        activity,
        {"ticket_id": owner, "id": row.id, "status": row.status},
        status="finished",
        outcome=ask.outcome,
        finished_at=unit.now,
        finished_by=unit.actor.id,
    )
    told = {"activity": str(row.id), "outcome": ask.outcome}
    ticket.record("activity_finished", detail=told | ({"element": row.element} if row.element else {"kind": row.kind}))
    if row.token is not None:
        _go_on(unit, ticket, row, ask.outcome)
    return Finished(activity=row.id, outcome=ask.outcome, ticket=ticket)


def _go_on(unit: Unit, ticket: Ticket, row: Any, outcome: str) -> None:
    follow_transition(
        unit,
        ticket,
        lambda: walk.finish(
            ticket.diagram,
            ticket.state,
            ticket.place,
            bytes(row.token),
            outcome,
            ticket.facts(),
            unit.local_now,
            unit.catalogue.table,
        ),
        actor=ACTIVITY.id,
        asked=asked_of_transition(unit, ticket),
        detail={"activity": str(row.id)},
    )
