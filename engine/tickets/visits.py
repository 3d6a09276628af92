"""Visits of a technical assistance: propose, schedule, reschedule, done, missed, cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from engine.errors import Conflict, Invalid, NotFound
from engine.tickets.access import ticket_for
from engine.tickets.assignees import assignee
from engine.tickets.assistance import insist_on_running
from engine.tickets.delivering import tell
from engine.tickets.relations import visit
from permissions.actions import Action

if TYPE_CHECKING:
    from datetime import datetime

    from engine.people.model import Person
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

# Deed -> the states it starts from, the state it leads to, and the right it needs.
DEEDS = {
    "schedule": (("proposed",), "scheduled", Action.VISIT_SCHEDULE),
    "reschedule": (("proposed", "scheduled", "missed"), "scheduled", Action.VISIT_SCHEDULE),
    "done": (("scheduled",), "done", Action.VISIT_CONCLUDE),
    "missed": (("scheduled",), "missed", Action.VISIT_CONCLUDE),
    "cancel": (("proposed", "scheduled"), "cancelled", Action.VISIT_SCHEDULE),
}
STATES = ("proposed", "scheduled", "done", "missed", "cancelled")
_TOLD = {"reschedule": "rescheduled"}
_STATE_PT = {
    "proposed": "proposta",
    "scheduled": "agendada",
    "done": "feita",
    "missed": "não realizada",
    "cancelled": "cancelada",
}


@dataclass(frozen=True, kw_only=True)
class Propose:
    """A visit at the customer's place.

    Attributes:
        scheduled: agreed upon already; else it is only proposed.
        team: key; None, and nobody named: the ticket's own.
        responsible: login of who goes there.
    """

    ticket: str
    starts_at: datetime
    ends_at: datetime
    scheduled: bool = False
    team: str | None = None
    responsible: str | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of a visit.

    Attributes:
        deed: of `DEEDS`.
        starts_at, ends_at: the new time; asked for when rescheduling, possible when scheduling.
        team, responsible: who goes instead; None: as before.
        note: None: as before.
    """

    ticket: str
    number: int
    deed: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    team: str | None = None
    responsible: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Visited:
    """The visit's row as it is now, and its ticket where it stands now."""

    visit: dict[str, Any]
    person: Person | None
    ticket: Ticket


def propose(unit: Unit, ask: Propose) -> Visited:
    """Propose a visit, or schedule it at once.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is stored.
    """
    ticket = ticket_for(unit, Action.VISIT_SCHEDULE, ask.ticket)
    assistance = insist_on_running(unit, ticket)
    _insist_on_time(unit, ask.starts_at, ask.ends_at)
    team, person_id = assignee(unit, ask.team, ask.responsible, in_person=True)
    last = unit.connection.execute(select(func.max(visit.c.number)).where(visit.c.ticket_id == ticket.id)).scalar()
    made: dict[str, Any] = {
        "ticket_id": ticket.id,
        "number": (last or 0) + 1,
        "opened_seq": assistance.opened_seq,
        "state": "scheduled" if ask.scheduled else "proposed",
        "starts_at": ask.starts_at,
        "ends_at": ask.ends_at,
        "team": team if team or person_id else ticket.team,
        "person_id": person_id,
        "note": ask.note,
        "made_at": unit.now,
        "made_by": unit.actor.id,
        "changed_at": unit.now,
    }
    unit.insert(ticket.about, visit, **made)
    ticket.record(f"visit_{made['state']}", detail=_detail(made))
    return Visited(visit=made, person=unit.catalogue.people.get(person_id), ticket=ticket)


def change(unit: Unit, ask: Change) -> Visited:
    """Schedule, reschedule, conclude or cancel a visit; one that was done tells the diagram `visit_done`.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is changed.
        Conflict: the visit is in another state by now.
    """
    states, state, right = DEEDS[ask.deed]
    ticket = ticket_for(unit, right, ask.ticket)
    row = unit.connection.execute(
        select(visit).where(visit.c.ticket_id == ticket.id, visit.c.number == ask.number)
    ).one_or_none()
    if row is None:
        raise NotFound(f"O atendimento {ticket.protocol} não tem a visita {ask.number}.")
    if row.state not in states:
        raise Conflict(
            f"A visita {ask.number} está {_STATE_PT[row.state]}; isto só se faz com visita "
            f"{' ou '.join(_STATE_PT[one] for one in states)}.",
            code="visit_state",
            present={"number": row.number, "state": row.state},
        )
    if insist_on_running(unit, ticket).opened_seq != row.opened_seq:
        raise Invalid(f"A visita {ask.number} é de uma assistência que já acabou.", code="no_assistance")
    changed = _changes(unit, row, ask) | {"state": state, "changed_at": unit.now}
    unit.update(ticket.about, visit, {"ticket_id": ticket.id, "number": row.number, "state": row.state}, **changed)
    now = dict(row._mapping) | changed  # noqa: SLF001 - SQLAlchemy's public mapping access is spelled so
    ticket.record(f"visit_{_TOLD.get(ask.deed, state)}", detail=_detail(now))
    if state == "done":
        ticket.concluded_visit = row.number
        tell(unit, ticket, "visit_done", {})
    return Visited(visit=now, person=unit.catalogue.people.get(now["person_id"]), ticket=ticket)


def _changes(unit: Unit, row: Any, ask: Change) -> dict[str, Any]:
    changed: dict[str, Any] = {} if ask.note is None else {"note": ask.note}
    if ask.deed not in {"schedule", "reschedule"}:
        return changed
    if (ask.starts_at is None) != (ask.ends_at is None) or (ask.deed == "reschedule" and ask.starts_at is None):
        raise Invalid("starts_at, ends_at: diga ambos.", code="visit_time")
    starts_at, ends_at = ask.starts_at or row.starts_at, ask.ends_at or row.ends_at
    _insist_on_time(unit, starts_at, ends_at)
    if ask.team is not None or ask.responsible is not None:
        team, person_id = assignee(unit, ask.team, ask.responsible, in_person=True)
        changed |= {"team": team, "person_id": person_id}
    return changed | {"starts_at": starts_at, "ends_at": ends_at}


def _insist_on_time(unit: Unit, starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid("ends_at: a visita tem de acabar depois de começar.", code="visit_time")
    if starts_at < unit.now:
        raise Invalid("starts_at: esta hora já passou; marque a visita para o futuro.", code="visit_time")


def _detail(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "visit": one["number"],
        "starts_at": one["starts_at"].isoformat(),
        "ends_at": one["ends_at"].isoformat(),
        "team": one["team"],
        "responsible": str(one["person_id"]) if one["person_id"] else None,
    }
