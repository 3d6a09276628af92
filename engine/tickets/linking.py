"""Link two tickets, and take a link away: it has no direction, asks both ends, and never passes anything on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from engine.errors import Invalid, NotFound
from engine.tickets.access import insist_on_open, may_read, permit, readable_ticket, visible
from engine.tickets.listing import LISTED
from engine.tickets.model import ticket as tickets
from engine.tickets.relations import ticket_link
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two tickets, by protocol; which is which means nothing."""

    ticket: str
    other: str


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Both tickets; `repeated`: they were linked already, and nothing was done."""

    ticket: Ticket
    other: Ticket
    repeated: bool = False


def link(unit: Unit, ask: Link) -> Linked:
    """Link the tickets; linked twice, it is the same link.

    Raises:
        NotFound, NotPermitted, Invalid, NotActive: nothing is stored.
    """
    ticket, other = _both(unit, ask)
    insist_on_open(ticket, other)
    if ticket.customer_id is None or ticket.customer_id != other.customer_id:
        for one in (ticket, other):
            permit(unit, one, Action.TICKET_LINK_CUSTOMERS)
    if _is_linked(unit, ticket, other):
        return Linked(ticket=ticket, other=other, repeated=True)
    tie(unit, ticket, other)
    return Linked(ticket=ticket, other=other)


def tie(unit: Unit, ticket: Ticket, other: Ticket) -> None:
    """Link two tickets that are open in this command and not linked yet; whoever calls has asked for the rights."""
    low, high = sorted((ticket.id, other.id))
    unit.insert(ticket.about, ticket_link, low_id=low, high_id=high, linked_at=unit.now, linked_by=unit.actor.id)
    _tell(ticket, other, "linked")


def unlink(unit: Unit, ask: Link) -> Linked:
    """Take the link away; the links of what is finished or cancelled stay as they are.

    Raises:
        NotFound, NotPermitted, Invalid, NotActive: nothing is changed.
    """
    ticket, other = _both(unit, ask)
    if not _is_linked(unit, ticket, other):
        raise NotFound(f"Os atendimentos {ticket.protocol} e {other.protocol} não estão vinculados.", code="no_link")
    insist_on_open(ticket, other)
    low, high = sorted((ticket.id, other.id))
    unit.delete(ticket.about, ticket_link, low_id=low, high_id=high)
    _tell(ticket, other, "unlinked")
    return Linked(ticket=ticket, other=other)


@dataclass(frozen=True, kw_only=True)
class Links:
    """The links of one ticket."""

    ticket: str


def links(unit: Unit, ask: Links) -> Sequence[Any]:
    """Rows of the tickets at the other ends, with `linked_at` and `linked_by`, oldest link first.

    What the actor may not read is not among them.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    other_end = or_(
        and_(ticket_link.c.low_id == ticket.id, tickets.c.id == ticket_link.c.high_id),
        and_(ticket_link.c.high_id == ticket.id, tickets.c.id == ticket_link.c.low_id),
    )
    statement = select(*(tickets.c[name] for name in LISTED), ticket_link.c.linked_at, ticket_link.c.linked_by)
    if (scope := visible(unit)) is not None:
        statement = statement.where(scope)
    return unit.connection.execute(
        statement.join(ticket_link, other_end).order_by(ticket_link.c.linked_at, tickets.c.id)
    ).all()


def _both(unit: Unit, ask: Link) -> tuple[Ticket, Ticket]:
    """Both tickets, locked in the order of their ids, so that no two commands wait for each other."""
    columns = (tickets.c[name] for name in ("protocol", "id", "team", "responsible", "opened_by"))
    found = select(*columns).where(tickets.c.protocol.in_((ask.ticket, ask.other)))
    rows = {row.protocol: row._asdict() for row in unit.connection.execute(found)}
    for protocol in (ask.ticket, ask.other):
        if not may_read(unit, rows.get(protocol)):
            raise NotFound(f"Não há atendimento {protocol}.")
    ids = {protocol: row["id"] for protocol, row in rows.items()}
    opened = {one: readable_ticket(unit, one, lock=True) for one in sorted(set(ids.values()))}
    ticket, other = opened[ids[ask.ticket]], opened[ids[ask.other]]
    unit.ticket_id = ticket.id
    for one in opened.values():
        permit(unit, one, Action.TICKET_LINK)
    if ticket is other:
        raise Invalid("Um atendimento não se vincula a si mesmo.", code="link_to_itself")
    return ticket, other


def _is_linked(unit: Unit, ticket: Ticket, other: Ticket) -> bool:
    low, high = sorted((ticket.id, other.id))
    return (
        unit.connection.execute(
            select(ticket_link.c.linked_at).where(ticket_link.c.low_id == low, ticket_link.c.high_id == high)
        ).one_or_none()
        is not None
    )


def _tell(ticket: Ticket, other: Ticket, deed: str) -> None:
    ticket.record(deed, detail={"other": other.protocol})
    other.record(deed, detail={"other": ticket.protocol})
