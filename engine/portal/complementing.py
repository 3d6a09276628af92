"""Complement a contact: a further message of the customer's, while the ticket takes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import NotActive
from engine.portal.access import insist, member, own_ticket
from engine.portal.answers import insist_on_none, wrong_files, wrong_message
from engine.portal.hearing import take_message, takes_messages
from engine.tickets.sight import situation_shown
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.portal.access import Member
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Complement:
    """A further message.

    Attributes:
        attachments: drafts that the account uploaded before.
        seen: the mark of what the caller looked at; None: whatever it was.
    """

    ticket: str
    message: str | None = None
    attachments: Sequence[str] = ()
    seen: str | None = None


@dataclass(frozen=True, kw_only=True)
class Complemented:
    """The ticket as it is now, the row of the message, and who wrote it."""

    ticket: Ticket
    row: Mapping[str, Any]
    who: Member


def complement(unit: Unit, ask: Complement) -> Complemented:
    """Take the message, and let the diagram hear it.

    Raises:
        NotAuthenticated, NotFound, Stale, NotPermitted, Invalid: nothing is stored.
        NotActive: the ticket is finished and its diagram has no way back; `follow_up` says how to go on.
    """
    who = member(unit)
    ticket = own_ticket(unit, who, ask.ticket, lock=True, seen=ask.seen)
    insist(unit, Action.PORTAL_TICKET_COMPLEMENT)
    if not takes_messages(ticket):
        label = situation_shown(ticket.diagram, ticket.shown)
        raise NotActive(
            f"O atendimento {ticket.protocol} está encerrado ({label}) e não pode ser reaberto. "
            "Abra um novo contato vinculado a ele (follow-up).",
            code="closed",
            follow_up=ticket.protocol,
        )
    form = unit.catalogue.registries.intake_forms.get(unit.catalogue.intake_form or "")
    most = form.max_files if form else 1
    text = ask.message or ""
    errors = {"message": wrong_message(text), "attachments": wrong_files(unit, ask.attachments, most)}
    insist_on_none(unit.catalogue.registries, {name: texts for name, texts in errors.items() if texts})
    return Complemented(ticket=ticket, row=take_message(unit, ticket, text, ask.attachments), who=who)
