"""Reveal masked data of a ticket or a customer: with a reason, told once, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.conversations.model import interaction
from engine.conversations.saying import said_body
from engine.errors import Invalid, NotFound, NotPermitted
from engine.registry.customer_model import contact_point
from engine.registry.customers import known_row, view_of
from engine.registry.model import customer
from engine.rights import insist, lacking
from engine.tickets.access import permit_all, readable_ticket
from engine.tickets.relations import participant
from permissions.actions import Action
from permissions.decide import decide_in_profile
from permissions.personal import ADDRESS, CLASSES, CONTACT, NAME, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from engine.privacy.sight import View
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class RevealTicket:
    """What of a ticket to reveal, and why.

    Attributes:
        classes: of `permissions.personal.CLASSES`.
        interaction: number of the one whose texts are meant, too.
    """

    ticket: str
    classes: Sequence[str]
    reason: str
    interaction: int | None = None


def reveal_ticket(unit: Unit, ask: RevealTicket) -> dict[str, Any]:
    """The values of these classes, whole. History keeps who revealed what and why, but no value.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is shown.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    permit_all(unit, ticket, [(Action.TICKET_REVEAL, kind) for kind in ask.classes if kind in CLASSES])
    classes, reason = _checked(ask.classes, ask.reason)
    said = _said(unit, ticket, ask.interaction)
    told = {"classes": sorted(classes)} | ({} if said is None else {"interaction": said.seq})
    ticket.record("revealed", reason=reason, detail=told)
    unit.disclosed.reason = reason
    view = ticket.view.revealing(classes)
    return {
        "ticket": ticket.protocol,
        "customer": None if ticket.customer_id is None else _customer(unit, ticket.customer_id, view, classes),
        "participants": _participants(unit, ticket, view) if NAME in classes else [],
        "description": view(TEXT, ticket.description),
        "block": view(ADDRESS, ticket.block),
        "unit": view(ADDRESS, ticket.unit),
        "fields": _fields(unit, ticket, view, classes),
        "interaction": None if said is None else _words(view, said),
    }


@dataclass(frozen=True, kw_only=True)
class RevealCustomer:
    """What of a customer in the register to reveal, and why."""

    key: str
    classes: Sequence[str]
    reason: str


def reveal_customer(unit: Unit, ask: RevealCustomer) -> dict[str, Any]:
    """The values of these classes, whole; the profile layer alone is asked, for nothing stands anywhere here.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is shown.
    """
    unit.replay()
    insist(unit, Action.CUSTOMER_READ)
    _insist_on_revealing(unit, ask.classes)
    classes, reason = _checked(ask.classes, ask.reason)
    row = known_row(unit, ask.key)
    unit.record(f"customer:{row.id}", "revealed", classes=sorted(classes))
    unit.disclosed.reason = reason
    return _customer(unit, row.id, view_of(unit, row.id).revealing(classes), classes)


def _insist_on_revealing(unit: Unit, classes: Sequence[str]) -> None:
    if unit.actor.is_system:
        return
    asked = [kind for kind in classes if kind in CLASSES]
    profile = unit.actor.profile or ""
    decisions = [decide_in_profile(unit.catalogue.rules, profile, Action.TICKET_REVEAL, narrowed=one) for one in asked]
    if reasons := [lacking(one, unit.catalogue) for one in decisions if not one]:
        raise NotPermitted(" ".join(one.detail for one in reasons), reasons=reasons)


def _checked(classes: Sequence[str], reason: str) -> tuple[frozenset[str], str]:
    if not classes or any(kind not in CLASSES for kind in classes):
        raise Invalid(f"classes: diga o que revelar; use {', '.join(CLASSES)}.", code="classes")
    if not reason.strip():
        raise Invalid("reason: diga por que estes dados precisam ser vistos.", code="reason_missing")
    return frozenset(classes), reason.strip()


def _customer(unit: Unit, customer_id: UUID, view: View, classes: frozenset[str]) -> dict[str, Any]:
    row = unit.connection.execute(select(customer.c.key, customer.c.name).where(customer.c.id == customer_id)).one()
    points: Sequence[Any] = ()
    if CONTACT in classes:
        points = unit.connection.execute(
            select(contact_point).where(contact_point.c.customer_id == customer_id).order_by(contact_point.c.id)
        ).all()
    return {
        "key": row.key,
        "name": view(NAME, row.name),
        "contact_points": [{"id": one.id, "kind": one.kind, "value": view(CONTACT, one.value)} for one in points],
    }


def _participants(unit: Unit, ticket: Ticket, view: View) -> list[dict[str, Any]]:
    rows = unit.connection.execute(
        select(participant.c.number, participant.c.name, participant.c.customer_id, customer.c.name.label("known"))
        .outerjoin(customer, customer.c.id == participant.c.customer_id)
        .where(participant.c.ticket_id == ticket.id, participant.c.person_id.is_(None))
        .order_by(participant.c.number)
    )
    return [{"number": row.number, "name": view.about(row.customer_id)(NAME, row.name or row.known)} for row in rows]


def _fields(unit: Unit, ticket: Ticket, view: View, classes: frozenset[str]) -> Mapping[str, Any]:
    personal: Mapping[str, str] = unit.catalogue.registries.personal
    return view.fields({name: value for name, value in ticket.fields.items() if personal.get(name) in classes})


def _said(unit: Unit, ticket: Ticket, number: int | None) -> Any:
    if number is None:
        return None
    row = unit.connection.execute(
        select(interaction).where(interaction.c.ticket_id == ticket.id, interaction.c.seq == number)
    ).one_or_none()
    if row is None:
        raise NotFound(f"O atendimento {ticket.protocol} não tem a interação {number}.")
    return row


def _words(view: View, row: Any) -> dict[str, Any]:
    return {"seq": row.seq} | said_body(view, row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping access
