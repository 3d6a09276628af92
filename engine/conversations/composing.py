"""The text of a standard reply for one ticket: placeholders become values, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.errors import Invalid
from engine.registry.model import customer
from engine.registry.replies import PLACEHOLDERS, holds, render
from engine.tickets.keys import label
from engine.tickets.sight import situation_shown

if TYPE_CHECKING:
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_LABELLED = ("subject", "subsubject", "request_type", "priority", "team", "development", "block", "unit")


def compose(unit: Unit, ticket: Ticket, key: str) -> tuple[str, tuple[str, ...]]:
    """The registered text with the ticket's values, as they are now; what has no value leaves nothing.

    It is the customer who reads it, so the values are whole whoever sends it; the classes of personal data that it
    then holds come along, for those who read the interaction.

    Raises:
        Invalid: nothing at all is left.
    """
    registries = unit.catalogue.registries
    reply, values = registries.standard_replies[key], _values(unit, ticket)
    text = reply.text
    found = render(text, values)
    if not found.strip():
        detail = f"A resposta padrão “{reply.label}” ficou vazia para este atendimento."
        raise Invalid(detail, code="standard_reply_empty")
    return found, holds(text, values)


def _values(unit: Unit, ticket: Ticket) -> dict[str, str | None]:
    registries = unit.catalogue.registries
    values = {f"ticket.{name}": label(registries, name, getattr(ticket, name)) for name in _LABELLED}
    values |= {
        "ticket.protocol": ticket.protocol,
        "ticket.title": ticket.title,
        "ticket.situation": situation_shown(ticket.diagram, ticket.shown),
        "ticket.responsible": ticket.person.name if ticket.person else None,
        "ticket.opened_on": f"{ticket.opened_at.astimezone(unit.engine.zone):%d/%m/%Y}",
        "customer.name": _name(unit, ticket),
        "agent.name": unit.actor.name,
    }
    assert values.keys() == PLACEHOLDERS.keys()
    return values


def _name(unit: Unit, ticket: Ticket) -> str | None:
    if ticket.customer_id is None:
        return None
    found = unit.connection.execute(select(customer.c.name).where(customer.c.id == ticket.customer_id))
    return str(found.scalar_one())
