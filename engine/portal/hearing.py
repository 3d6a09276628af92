"""A customer's message to a ticket: received, with its files, and whether a ticket takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.builtin import CUSTOMER_REPLIED, PORTAL
from engine.conversations.receiving import receive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


def take_message(unit: Unit, ticket: Ticket, text: str, files: Sequence[str]) -> Mapping[str, Any]:
    """Take the message as every customer's words are taken, and leave word of it; returns the message's row."""
    row = receive(unit, ticket, text, channel=PORTAL, attachments=files)
    unit.post("portal.message", ticket_id=ticket.id, ticket=ticket.protocol, seq=row["seq"])
    return row


def reopens(ticket: Ticket) -> bool:
    """Whether the diagram offers a way back: it waits for the customer, or some move leads to an open situation."""
    if ticket.ended:
        return False
    if CUSTOMER_REPLIED in ticket.awaits:
        return True
    situation = ticket.diagram.situations.get(ticket.place)
    if situation is None:
        return False
    situations = ticket.diagram.situations
    return any(
        # Where a move leads is not always certain beforehand; then it may lead back.
        move.leads_to is None or (move.leads_to in situations and situations[move.leads_to].standing == "open")
        for move in situation.moves
    )


def takes_messages(ticket: Ticket) -> bool:
    """Whether the customer may still write to the ticket."""
    return ticket.standing == "open" or reopens(ticket)
