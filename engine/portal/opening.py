"""A new contact: the form becomes a ticket, opened by the same command as any other."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from engine.builtin import PORTAL
from engine.errors import Conflict, Refused
from engine.history import ticket_history
from engine.portal.access import insist, member, own_ticket
from engine.portal.answers import Answers, fill, wrong_files
from engine.portal.forms import chosen_of, offered, own_fields
from engine.portal.hearing import take_message
from engine.portal.model import portal_contact
from engine.tickets import opening
from engine.tickets.linking import tie
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.portal.access import Member
    from engine.portal.answers import Filled
    from engine.portal.forms import Offered
    from engine.registry.model import OwnField
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

log = logging.getLogger(__name__)
_OPENED: Final = select(ticket_history.c.detail).where(
    ticket_history.c.ticket_id == bindparam("ticket"), ticket_history.c.deed == "opened"
)


@dataclass(frozen=True, kw_only=True)
class OpenContact:
    """A form that was filled in.

    Attributes:
        follows: protocol of a ticket of the customer's own that this one goes on from. What is not answered is then
            taken from that one, except the message and its files.
    """

    answers: Answers
    follows: str | None = None


def open_contact(unit: Unit, ask: OpenContact) -> Ticket:
    """Open the ticket, say the message and let the diagram hear it, all or nothing.

    Raises:
        NotAuthenticated, NotFound, NotPermitted, NotConfigured, Invalid: nothing is stored.
    """
    who = member(unit)
    if unit.earlier is not None and unit.earlier.ticket_id is not None:
        own_ticket(unit, who, unit.earlier.ticket_id)  # the right to read is asked again
    source = None
    if ask.follows is None:
        unit.replay()
    else:
        source = own_ticket(unit, who, ask.follows, lock=True)
    insist(unit, Action.PORTAL_TICKET_OPEN)
    offer = offered(unit)
    answers = ask.answers if source is None else _as_before(unit, source, offer, ask.answers)
    files = wrong_files(unit, answers.attachments, offer.form.max_files)
    filled = fill(unit.catalogue.registries, offer, answers, files=files)
    ticket = _begin(unit, who, filled)
    unit.insert(
        ticket.about,
        portal_contact,
        ticket_id=ticket.id,
        account_id=who.id,
        form=offer.form.key,
        classification=filled.classification.key,
        subclassification=filled.subclassification.key if filled.subclassification else None,
        contact_form=filled.contact_form.key if filled.contact_form else None,
        **{name: filled.contact.get(name) for name in ("contact_name", "contact_phone", "contact_email")},
        follows=ask.follows,
    )
    if source is not None:
        tie(unit, ticket, source)
        unit.ticket_id = ticket.id
    take_message(unit, ticket, filled.message, filled.attachments)
    return ticket


def _begin(unit: Unit, who: Member, filled: Filled) -> Ticket:
    first, second = filled.classification, filled.subclassification
    try:
        return opening.begin(
            unit,
            opening.Open(
                title=first.label if second is None else f"{first.label}: {second.label}",
                description=filled.message,
                subject=first.subject,
                subsubject=(second.subsubject if second else None) or first.subsubject,
                team=(second.team if second else None) or first.team,
                priority=(second.priority if second else None) or first.priority,
                customer=who.customer_key,
                channel=PORTAL,
                fields=filled.fields,
                inbound=True,
                portal_visible=True,
            ),
        )
    except Refused as refused:
        # What is wrong is the installation's, and told in its words: the customer can do nothing about it.
        log.warning("a contact could not be opened", extra={"told": {"code": refused.code, "class": first.key}})
        raise Conflict(
            f"A classificação {first.label!r} não pode receber contatos agora. Nada foi enviado; avise quem mantém "
            "o portal, ou escolha outra.",
            code="classification_unusable",
        ) from refused


def contact_of(unit: Unit, ticket: Ticket) -> Any:
    """What came with the contact; None: the ticket was not opened in the portal."""
    found = select(portal_contact).where(portal_contact.c.ticket_id == ticket.id)
    return unit.connection.execute(found).one_or_none()


def answered(unit: Unit, ticket: Ticket) -> Mapping[str, OwnField]:
    """The own fields that were answered when the contact was opened: what the staff fill in beside them is theirs.

    Only those for which the form, as it is registered today, would ask again.
    """
    contact = contact_of(unit, ticket)
    if contact is None:
        return {}
    known = unit.catalogue.registries
    asked = own_fields(known, *chosen_of(known, contact))
    if not asked:
        return {}
    detail = unit.connection.execute(_OPENED, {"ticket": ticket.id}).scalar_one_or_none() or {}
    return {name: entry for name, entry in asked.items() if name in detail.get("fields", ())}


def _as_before(unit: Unit, source: Ticket, offer: Offered, given: Answers) -> Answers:
    """The answers, with what is left out as it was then, as far as the form of today offers it."""
    contact = contact_of(unit, source)
    if contact is None:
        return given
    kept: dict[str, Any] = {}
    for part in ("contact_name", "contact_phone", "contact_email"):
        if part in offer.form.asks and getattr(given, part) is None:
            kept[part] = getattr(contact, part)
    if given.contact_form is None and contact.contact_form in offer.contact_forms:
        kept["contact_form"] = contact.contact_form
    if given.classification is None and contact.classification in offer.classifications:
        kept["classification"] = contact.classification
        if given.subclassification is None and contact.subclassification in offer.finer[contact.classification]:
            kept["subclassification"] = contact.subclassification
    whole = replace(given, **kept)
    known = unit.catalogue.registries
    asked = own_fields(known, *chosen_of(known, whole))
    before = {
        name: source.fields[name]
        for name in answered(unit, source)
        if name in asked and source.fields.get(name) is not None
    }
    return replace(whole, fields={**before, **given.fields})
