"""Tasks: activities that somebody makes by hand, inside a ticket or for oneself, for a person or a team."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities.limits import line_of, set_at
from engine.activities.model import activity
from engine.db import new_id
from engine.errors import Invalid, Reason
from engine.rights import insist
from engine.tickets.access import insist_on_open, readable_ticket, ticket_for
from engine.tickets.assignees import assignee, nobody
from engine.tickets.briefing import briefed, insist_on_ahead
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class CreateTask:
    """Something for somebody to do.

    Attributes:
        ticket: protocol or id; None: it is in no ticket.
        kind: of `ACTIVITY_KINDS`; default: its type's, else `custom`.
        type: key of the registry `activity_types`; `fields`: what the type asks for.
        customer: key of the contact it refers to; who gets the task is another question.
        template: key of a standard reply; default: the type's.
        team: key; None, and nobody named: the ticket's own, or oneself outside of tickets.
        responsible: a login. What one makes for oneself without a limit is pending at once, all else is queued.
        limit_at: `due_kind` says whether it is to be done by then (`deadline`) or at that time (`appointment`).
    """

    ticket: str | UUID | None = None
    name: str
    kind: str | None = None
    type: str | None = None
    description: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    customer: str | None = None
    template: str | None = None
    team: str | None = None
    responsible: str | None = None
    limit_at: datetime | None = None
    due_kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Created:
    """The task's row, and its ticket."""

    unit: Unit
    task: dict[str, Any]
    ticket: Ticket | None


def create_task(unit: Unit, ask: CreateTask) -> Created:
    """Create the task: a ticket must be open and have a subsubject.

    Raises:
        NotFound, NotPermitted, NotActive, Invalid, FieldsMissing: nothing is stored.
    """
    ticket = _ticket(unit, ask.ticket)
    contents = briefed(
        unit,
        name=ask.name,
        kind=ask.kind,
        type=ask.type,
        description=ask.description,
        fields=ask.fields,
        contact=ask.customer,
        template=ask.template,
        limit_at=ask.limit_at,
        due_kind=ask.due_kind,
    )
    insist_on_ahead(unit, ask.limit_at)
    team, person_id = assignee(unit, ask.team, ask.responsible)
    if team is None and person_id is None:
        team, person_id = (ticket.team, None) if ticket else (None, _oneself(unit))
    at_once = person_id is not None and person_id == unit.actor.user_id and ask.limit_at is None
    task: dict[str, Any] = {
        "ticket_id": ticket.id if ticket else None,
        "id": new_id(),
        **contents,
        "team": team,
        "person_id": person_id,
        "status": "pending" if at_once else "queued",
        "taken_at": unit.now if at_once else None,
        "created_at": unit.now,
        "created_by": unit.actor.id,
    }
    if ask.limit_at is not None:
        task |= set_at(unit, unit.now, ask.limit_at, line=line_of(unit, None, team), team=team)
    about = ticket.about if ticket else f"activity:{task['id']}"
    unit.insert(about, activity, **task)
    told = {"kind": task["kind"], "team": team, "person": str(person_id) if person_id else None}
    if ticket:
        ticket.record("task_created", detail={"activity": str(task["id"]), **told})
    else:
        unit.record(about, "task_created", **told)
    return Created(unit=unit, task=_BLANK | task, ticket=ticket)


_BLANK: Final = dict.fromkeys(column.name for column in activity.columns)


def _ticket(unit: Unit, wanted: str | UUID | None) -> Ticket | None:
    if wanted is None:
        unit.replay()
        insist(unit, Action.ACTIVITY_CREATE)
        return None
    ticket = ticket_for(unit, Action.TICKET_TASK, wanted)
    insist_on_open(ticket)
    if ticket.subsubject is None:
        reason = Reason(
            code="subsubject_missing",
            detail="Uma tarefa só se cria em atendimento que tenha subassunto.",
            fix="Escolha antes o subassunto com uma alteração (PATCH do atendimento).",
        )
        raise Invalid.because(reason)
    return ticket


def _oneself(unit: Unit) -> UUID:
    if unit.actor.user_id is None:
        raise nobody()
    return unit.actor.user_id


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The activities of a ticket, finished ones too."""

    ticket: str


def tasks(unit: Unit, ask: Tasks) -> tuple[Ticket, Sequence[Any]]:
    """The ticket, and rows of `activity`, those made by hand and those a diagram asked for, oldest first."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return ticket, unit.connection.execute(
        select(activity).where(activity.c.ticket_id == ticket.id).order_by(activity.c.created_at, activity.c.id)
    ).all()
