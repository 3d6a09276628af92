"""Let a ticket, its activities, its assistance and the outbox follow a movement."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities import following as activities
from engine.processes.deployed import number_of
from engine.runtime.movement import Stuck
from engine.tickets import moves
from engine.tickets.access import happened
from engine.tickets.model import incident, technical_assistance
from engine.tickets.relations import visit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.runtime.movement import Movement
    from engine.tickets.moves import Circumstances
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


def circumstances(unit: Unit, ticket: Ticket, *, seen: int | None = None) -> Circumstances:
    """What a decision for the unit's actor depends on, now."""
    return moves.Circumstances(
        rules=unit.catalogue.rules,
        profile=unit.actor.profile,
        registries=unit.catalogue.registries,
        profiles=unit.catalogue.profiles,
        tables=unit.catalogue.table,
        now=unit.local_now,
        seen=seen,
        happened=lambda: happened(unit, ticket),
        sees=ticket.view.member,
    )


def follow(
    unit: Unit,
    ticket: Ticket,
    movement: Movement,
    deed: str,
    *,
    actor: str | None = None,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write the movement down: ticket, activities, assistance, history row, outbox. Returns the row's number."""
    process, told = ticket.diagram, dict(detail or {})
    before = {name: getattr(ticket, name) for name in _REROUTED}
    ticket.follow(movement)
    # An opening changes nothing: it sets.
    if deed != "opened" and (changed := {n: v for n, v in before.items() if getattr(ticket, n) != v}):
        told["changed"] = {name: [_plain(was), _plain(getattr(ticket, name))] for name, was in changed.items()}
    if movement.created or movement.dropped:
        activities.follow(unit, ticket.about, ticket.id, ticket.version_id, process, movement, team=ticket.team)
        told["activities"] = {"created": [new.element for new in movement.created]}
        if movement.dropped:
            told["activities"]["dropped"] = len(movement.dropped)
    if movement.decisions:
        told["decisions"] = [list(one) for one in movement.decisions]
    if movement.sets:
        told["sets"] = dict(movement.sets)
    if ticket.incomplete:
        told["incomplete"] = list(ticket.incomplete)
    seq = ticket.record(
        deed,
        actor=actor,
        cause=movement.cause,
        left=str(movement.left) if movement.left else None,
        entered=str(movement.place) if movement.entered else None,
        reason=reason,
        detail=told or None,
    )
    _assistance(unit, ticket, movement, seq)
    for act in movement.acts:
        unit.post(
            f"action.{act.action}",
            ticket_id=ticket.id,
            ticket=ticket.protocol,
            seq=seq,
            element=act.element,
            properties=dict(act.properties),
        )
    if movement.entered:
        unit.post(
            f"ticket.{deed}",
            ticket_id=ticket.id,
            ticket=ticket.protocol,
            seq=seq,
            entered=str(movement.place),
        )
    return seq


# What a diagram may set, and entering a situation of another team.
_REROUTED = ("team", "responsible", "priority", "request_type")


def _plain(value: Any) -> Any:
    return value if value is None else str(value)


def follow_transition(
    unit: Unit,
    ticket: Ticket,
    step: Callable[[], Movement | None],
    *,
    actor: str,
    asked: tuple[str, ...] = (),
    detail: Mapping[str, Any] | None = None,
) -> Movement | Stuck | None:
    """Do what nobody chose: it never fails. What cannot be finished becomes an incident, in the same transaction.

    Args:
        step: makes the movement; None: nothing was to be done.
        actor: `system:timer`, `system:message` or `system:activity`.
        asked: fields that a move in its place would have asked for; those that are empty become `incomplete`.

    Returns:
        What happened: the movement, what became an incident, or None.
    """
    try:
        movement = step()
    except Stuck as stuck:
        open_incident(unit, ticket, stuck, actor=actor)
        return stuck
    if movement is None:
        return None
    close_incident(unit, ticket)
    empty = [name for name in asked if ticket.value(name) is None and name not in ticket.incomplete]
    if empty and movement.entered:
        ticket.incomplete = [*ticket.incomplete, *empty]
    follow(unit, ticket, movement, "transition", actor=actor, detail=detail)
    return movement


def asked_of_transition(unit: Unit, ticket: Ticket) -> tuple[str, ...]:
    """What process and present situation ask for before the ticket is left: a transition lists what is empty."""
    facts = ticket.facts() | {"move": None}
    names, _ = moves.required(ticket.diagram, ticket, (), (), facts, circumstances(unit, ticket))
    return names


_FIRST_WAIT_S = 60
_LONGEST_WAIT_S = 6 * 3600


def open_incident(unit: Unit, ticket: Ticket, stuck: Stuck, *, actor: str) -> None:
    """Tell that the diagram cannot go on by itself; its timers are tried again later, ever more seldom."""
    known = _tries(unit, ticket) if ticket.incident else 0
    tries = known + 1
    if ticket.timer_due_at is not None and ticket.timer_due_at <= unit.now:
        wait = min(_FIRST_WAIT_S * 4 ** (tries - 1), _LONGEST_WAIT_S)
        ticket.timer_due_at = unit.now + timedelta(seconds=wait)
    if known:
        unit.update(ticket.about, incident, {"ticket_id": ticket.id, "seq": ticket.incident}, tries=tries)
        ticket.record("incident_again", actor=actor, detail={"incident": ticket.incident, "tries": tries})
        return
    seq = ticket.record(
        "incident",
        actor=actor,
        detail={"kind": stuck.kind, "process": stuck.process, "element": stuck.element, "text": stuck.detail},
    )
    ticket.incident = seq
    unit.insert(
        ticket.about,
        incident,
        ticket_id=ticket.id,
        seq=seq,
        at=unit.now,
        kind=stuck.kind,
        process=stuck.process,
        element=stuck.element,
        detail=stuck.detail,
        tries=1,
    )
    unit.post(
        "ticket.incident",
        ticket_id=ticket.id,
        ticket=ticket.protocol,
        seq=seq,
        element=stuck.element,
        version=number_of(unit, ticket.version_id),
    )


def close_incident(unit: Unit, ticket: Ticket) -> None:
    """The diagram goes on: what was open is closed."""
    if ticket.incident is not None:
        unit.update(ticket.about, incident, {"ticket_id": ticket.id, "seq": ticket.incident}, closed_at=unit.now)
        ticket.incident = None


def _tries(unit: Unit, ticket: Ticket) -> int:
    found = unit.connection.execute(
        select(incident.c.tries).where(incident.c.ticket_id == ticket.id, incident.c.seq == ticket.incident)
    )
    return int(found.scalar_one())


def _assistance(unit: Unit, ticket: Ticket, movement: Movement, seq: int) -> None:
    subject = unit.catalogue.registries.subjects.get(ticket.subject)
    if movement.called and subject and subject.technical_assistance:
        unit.insert(
            ticket.about,
            technical_assistance,
            ticket_id=ticket.id,
            opened_seq=seq,
            process=movement.called[-1],
            opened_at=unit.now,
        )
    if movement.returned:
        close_assistance(unit, ticket, "ended")


def close_assistance(unit: Unit, ticket: Ticket, outcome: str) -> bool:
    """Close the ticket's running technical assistance; False when none runs."""
    row = unit.connection.execute(
        select(technical_assistance.c.opened_seq).where(
            technical_assistance.c.ticket_id == ticket.id, technical_assistance.c.closed_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return False
    unit.update(
        ticket.about,
        technical_assistance,
        {"ticket_id": ticket.id, "opened_seq": row.opened_seq},
        closed_at=unit.now,
        outcome=outcome,
    )
    _cancel_visits(unit, ticket, row.opened_seq)
    return True


def _cancel_visits(unit: Unit, ticket: Ticket, opened_seq: int) -> None:
    """What was still ahead will not take place."""
    ahead = select(visit.c.number, visit.c.state).where(
        visit.c.ticket_id == ticket.id,
        visit.c.opened_seq == opened_seq,
        visit.c.state.in_(("proposed", "scheduled")),
        visit.c.number != (ticket.concluded_visit or 0),
    )
    for row in unit.connection.execute(ahead.order_by(visit.c.number)):
        key = {"ticket_id": ticket.id, "number": row.number, "state": row.state}
        unit.update(ticket.about, visit, key, state="cancelled", changed_at=unit.now)
        ticket.record("visit_cancelled", detail={"visit": row.number, "assistance": "closed"})
