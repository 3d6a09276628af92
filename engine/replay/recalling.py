"""What the database knows of a log and its tickets: asked while it is told, and told again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.history import ticket_history
from engine.runtime.movement import Place
from engine.tickets.access import readable_ticket
from engine.tickets.model import event_key, opening_key
from engine.tickets.model import ticket as tickets

if TYPE_CHECKING:
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


def told_before(unit: Unit, source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The natural keys of events told from this source, and the processes in which its tickets are."""
    events = unit.connection.scalars(select(event_key.c.event_id).where(event_key.c.source == source))
    processes = unit.connection.scalars(
        select(tickets.c.process)
        .join(opening_key, opening_key.c.ticket_id == tickets.c.id)
        .where(opening_key.c.source == source)
        .distinct()
    )
    return frozenset(events), frozenset(processes)


def present(unit: Unit, ticket: UUID) -> Ticket:
    """The ticket as it is now."""
    return readable_ticket(unit, ticket, lock=False)


def first_place(unit: Unit, ticket: UUID) -> Place:
    """Where the ticket stood when it had been opened."""
    statement = select(ticket_history.c.entered).where(ticket_history.c.ticket_id == ticket, ticket_history.c.seq == 1)
    return place_of(unit.connection.execute(statement).scalar_one())


def came_by_itself(unit: Unit, ticket: UUID) -> bool:
    """Whether it was a transition that brought the ticket where it stands."""
    statement = (
        select(ticket_history.c.deed)
        .where(ticket_history.c.ticket_id == ticket, ticket_history.c.entered.is_not(None))
        .order_by(ticket_history.c.seq.desc())
        .limit(1)
    )
    deed: str = unit.connection.execute(statement).scalar_one()
    return deed == "transition"


def place_of(entered: str | None) -> Place:
    """The place that a history row names; an empty one when it names none."""
    process, _, element = (entered or "").rpartition(":")
    return Place(process, element)
