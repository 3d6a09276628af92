"""Tasks: activities that somebody makes by hand inside a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities.model import activity
from engine.db import new_id
from engine.errors import Invalid, Reason
from engine.tickets.access import insist_on_open, readable_ticket, ticket_for
from engine.tickets.assignees import assignee
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

KINDS = ("email", "call", "appointment", "custom", "social")


@dataclass(frozen=True, kw_only=True)
class CreateTask:
    """Something for somebody to do.

    Attributes:
        kind: of `KINDS`.
        team: key; None, and nobody named: the ticket's own.
        responsible: a login; the task is theirs at once, else it is queued for the team.
    """

    ticket: str
    name: str
    kind: str = "custom"
    description: str = ""
    team: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, kw_only=True)
class Created:
    """The task's row, and its ticket."""

    task: dict[str, Any]
    ticket: Ticket


def create_task(unit: Unit, ask: CreateTask) -> Created:
    """Create the task: the ticket is open and has a subsubject.

    Raises:
        NotFound, NotPermitted, NotActive, Invalid: nothing is stored.
    """
    ticket = ticket_for(unit, Action.TICKET_TASK, ask.ticket)
    insist_on_open(ticket)
    if ticket.subsubject is None:
        reason = Reason(
            code="subsubject_missing",
            detail="Uma tarefa só se cria em atendimento que tenha subassunto.",
            fix="Escolha antes o subassunto com uma alteração (PATCH do atendimento).",
        )
        raise Invalid(f"{reason.detail} {reason.fix}", code=reason.code, reasons=[reason])
    if ask.kind not in KINDS:
        raise Invalid(f"kind: use um de: {', '.join(KINDS)}.")
    if not ask.name.strip():
        raise Invalid("name: escreva em poucas palavras o que há para fazer.")
    team, person_id = assignee(unit, ask.team, ask.responsible)
    task: dict[str, Any] = {
        "ticket_id": ticket.id,
        "id": new_id(),
        "kind": ask.kind,
        "name": ask.name.strip(),
        "description": ask.description,
        "team": team if team or person_id else ticket.team,
        "person_id": person_id,
        "status": "pending" if person_id else "queued",
        "created_at": unit.now,
        "created_by": unit.actor.id,
    }
    unit.insert(ticket.about, activity, **task)
    ticket.record("task_created", detail={"activity": str(task["id"]), "kind": ask.kind, "team": task["team"]})
    return Created(task=task, ticket=ticket)


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """The activities of a ticket, finished ones too."""

    ticket: str


def tasks(unit: Unit, ask: Tasks) -> Sequence[Any]:
    """Rows of `activity`, those made by hand and those a diagram asked for, oldest first."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return unit.connection.execute(
        select(activity).where(activity.c.ticket_id == ticket.id).order_by(activity.c.created_at, activity.c.id)
    ).all()
