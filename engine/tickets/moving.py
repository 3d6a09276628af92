"""Move a ticket: leave its situation by one of the ways the diagram offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from engine.errors import Conflict
from engine.tickets.access import readable_ticket
from engine.tickets.following import circumstances, close_incident, follow
from engine.tickets.model import event_key
from engine.tickets.moves import weigh_one
from engine.unit import hasty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Move:
    """Leave the situation.

    Attributes:
        ticket: protocol or id.
        move: the flow's id; None: the situation's default.
        fields: values for fields that this move asks for, and own fields the profile may fill.
        reason: why, in the actor's words; kept in the history.
        seen: the revision the caller looked at; None: whichever.
        source, event_id: the event's natural key where it comes from: told twice, it is done once, for ever.
    """

    ticket: str | UUID
    move: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    seen: int | None = None
    source: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The ticket where it stands now; `repeated`: this event had been told before and nothing was done."""

    ticket: Ticket
    repeated: bool = False


@hasty
def move(unit: Unit, ask: Move) -> Moved:
    """Do the move, or refuse it with every reason.

    Raises:
        NotFound, NotPermitted, Stale, MovedMeanwhile, NoSuchMove, FieldsMissing, Invalid: see `Option.insist`.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    if ask.event_id is not None and told_before(unit, ticket, ask.source, ask.event_id):
        return Moved(ticket=ticket, repeated=True)
    seq = leave(unit, ticket, ask.move, ask.fields, reason=ask.reason, seen=ask.seen)
    remember(unit, ticket, ask.source, ask.event_id, seq)
    return Moved(ticket=ticket)


def leave(
    unit: Unit,
    ticket: Ticket,
    name: str | None,
    fields: Mapping[str, Any],
    *,
    reason: str | None = None,
    seen: int | None = None,
) -> int:
    """Move a ticket that is open in this command already; returns the number of the history row.

    Raises:
        NotPermitted, Stale, MovedMeanwhile, NoSuchMove, FieldsMissing, Invalid: see `Option.insist`.
    """
    option = weigh_one(ticket.diagram, ticket, circumstances(unit, ticket, seen=seen), name, fields)
    movement = option.insist()
    ticket.fill(option.values)
    close_incident(unit, ticket)
    detail = {"fields": sorted(option.values)} if option.values else None
    return follow(unit, ticket, movement, "moved", reason=reason, detail=detail)


_TOLD = select(event_key.c.ticket_id).where(
    event_key.c.source == bindparam("source"), event_key.c.event_id == bindparam("event")
)


def told_before(unit: Unit, ticket: Ticket, source: str | None, event_id: str) -> bool:
    """Whether this event was told before.

    Raises:
        Conflict: it was told of another ticket.
    """
    row = unit.connection.execute(_TOLD, {"source": source or "", "event": event_id}).one_or_none()
    if row is not None and row.ticket_id != ticket.id:
        raise Conflict(f"O evento {event_id!r} já foi contado a outro atendimento.", code="event_elsewhere")
    return row is not None


def remember(unit: Unit, ticket: Ticket, source: str | None, event_id: str | None, seq: int) -> None:
    """Keep the event's natural key."""
    if event_id is not None:
        unit.insert(ticket.about, event_key, source=source or "", event_id=event_id, ticket_id=ticket.id, seq=seq)
