"""What heads a ticket's page: the words people know instead of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from engine.registry.model import customer
from engine.tickets.chronicle import name_of
from engine.tickets.keys import REGISTRY, label
from engine.tickets.model import ticket as tickets
from engine.tickets.relations import ticket_link
from engine.tickets.scope import condition, reach_of
from permissions.personal import NAME

if TYPE_CHECKING:
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


def header(unit: Unit, ticket: Ticket) -> dict[str, Any]:
    """When and by whom it was opened, what it is about, who has it, and how many tickets it is linked to.

    The customer's name is masked, or None, for whoever may not see it.
    """
    registries, view = unit.catalogue.registries, ticket.view
    return {name: label(registries, name, view.member(name, getattr(ticket, name))) for name in REGISTRY} | {
        "opened_at": ticket.opened_at,
        "opened_by": name_of(unit, ticket.opened_by, view),
        "responsible": ticket.person.name if ticket.person else None,
        "customer": _customer(unit, ticket),
        "portal_visible": ticket.portal_visible,
        "next_action_at": ticket.next_action_at,
        "links": _links(unit, ticket),
    }


def _customer(unit: Unit, ticket: Ticket) -> str | None:
    if ticket.customer_id is None:
        return None
    found = unit.connection.execute(select(customer.c.name).where(customer.c.id == ticket.customer_id))
    name: str | None = ticket.view(NAME, found.scalar_one())
    return name


def _links(unit: Unit, ticket: Ticket) -> int:
    """How many there are that the actor reaches at the other end."""
    ends = or_(ticket_link.c.low_id == ticket.id, ticket_link.c.high_id == ticket.id)
    statement = select(func.count()).select_from(ticket_link).where(ends)
    if (reach := reach_of(unit)) is not None:
        others = tickets.c.id != ticket.id, tickets.c.id.in_((ticket_link.c.low_id, ticket_link.c.high_id))
        statement = statement.join(tickets, and_(*others)).where(condition(reach))
    return int(unit.connection.execute(statement).scalar_one())
