"""What is asked of the engine for one event, under the event's natural key and with the log's words as the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.replay.noting import Note
from engine.tickets.moving import Move
from engine.tickets.opening import Open
from engine.tickets.relocation import Relocate

if TYPE_CHECKING:
    from uuid import UUID

    from engine.replay.log import Event
    from engine.replay.noting import Kind
    from engine.runtime.movement import Place
    from engine.tickets.ticket import Ticket


def opening(event: Event, source: str, process: str) -> Open:
    """The case's ticket."""
    return Open(
        title=f"{event.case} ({source})",
        process=process,
        source=source,
        external_id=event.case,
        inbound=True,  # it has happened: an empty field cannot refuse it
    )


def moving(event: Event, source: str, ticket: Ticket, flow: str) -> Move:
    """A move of the ticket as it was seen."""
    return Move(
        ticket=ticket.id,
        move=flow,
        reason=_said(event),
        seen=ticket.revision,
        source=source,
        event_id=event.id,
    )


def relocating(event: Event, source: str, ticket: Ticket, target: Place) -> Relocate:
    """Where the log says the ticket went, though no move leads there."""
    return Relocate(
        ticket=ticket.id,
        situation=str(target),
        reason=f"{_said(event)}: nenhum movimento leva de {ticket.situation!r} a {target.element!r}",
        seen=ticket.revision,
        source=source,
        event_id=event.id,
    )


def noting(event: Event, source: str, ticket: UUID, kind: Kind, why: str) -> Note:
    """An event that moves nothing, and why."""
    return Note(
        ticket=ticket,
        kind=kind,
        activity=event.activity,
        reason=f"{_said(event)}: {why}",
        source=source,
        event_id=event.id,
    )


def _said(event: Event) -> str:
    by = f", por {event.resource}" if event.resource else ""
    return f"replay: {event.activity}{by}"
