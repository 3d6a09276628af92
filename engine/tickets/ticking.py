"""Let the time pass: what timers of the diagrams are due does what the diagram says, one transition at a time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.actors import TIMER
from engine.runtime import walk
from engine.tickets.access import readable_ticket
from engine.tickets.following import asked_of_transition, follow_transition
from engine.tickets.model import ticket as tickets

if TYPE_CHECKING:
    from uuid import UUID

    from engine.unit import Engine, Unit

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """Fire the earliest timer of this ticket that is due."""

    ticket: UUID


def tick(unit: Unit, ask: Tick) -> bool:
    """Fire one timer; False when none is due (any more)."""
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    if ticket.timer_due_at is None or ticket.timer_due_at > unit.now:
        return False
    outcome = follow_transition(
        unit,
        ticket,
        lambda: walk.tick(
            ticket.diagram, ticket.state, ticket.place, ticket.facts(), unit.local_now, unit.catalogue.table
        ),
        actor=TIMER.id,
        asked=asked_of_transition(unit, ticket),
    )
    return outcome is not None


@dataclass(frozen=True, kw_only=True)
class Due:
    """Which tickets have a timer due, the earliest first."""

    limit: int = 200


def due(unit: Unit, ask: Due) -> list[UUID]:
    """Ids of tickets whose timers are due."""
    statement = (
        select(tickets.c.id).where(tickets.c.timer_due_at <= unit.now).order_by(tickets.c.timer_due_at).limit(ask.limit)
    )
    return list(unit.connection.scalars(statement))


def tick_all(engine: Engine, *, limit: int = 200) -> int:
    """Fire everything that is due now, each timer in a transaction of its own; returns how many fired.

    Any number of schedulers may do this at once: the ticket's lock and its due instant decide who fires.
    """
    fired = 0
    while waiting := engine.read(due, Due(limit=limit), actor=TIMER):
        before = fired
        for one in waiting:
            try:
                while engine.run(tick, Tick(ticket=one), actor=TIMER):
                    fired += 1
            except Exception:  # one ticket's trouble must not keep the others waiting
                log.exception("tick of ticket %s", one)
        if fired == before:
            break
    return fired
