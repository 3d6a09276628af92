"""Invite an agency or a broker into a ticket, and take them out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.errors import Conflict, Invalid, NotFound
from engine.people.model import person
from engine.registry.model import customer
from engine.tickets.access import readable_ticket, ticket_for
from engine.tickets.relations import participant
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

KINDS = ("agency", "broker")
SEES = ("marked", "shown")


@dataclass(frozen=True, kw_only=True)
class Invite:
    """Who is invited: a registered customer, a person with a login, or just a name; exactly one of them.

    Attributes:
        kind: of `KINDS`.
        customer: key; login: of a person; name: of somebody nobody has registered.
        sees: `marked`: messages that are marked for participants; `shown`: also what is shown to the customer.
    """

    ticket: str
    kind: str
    customer: str | None = None
    login: str | None = None
    name: str | None = None
    sees: str = "marked"


@dataclass(frozen=True, kw_only=True)
class Invited:
    """The participant's number and ticket; `repeated`: they were there already, and nothing was done."""

    number: int
    ticket: Ticket
    repeated: bool = False


def invite(unit: Unit, ask: Invite) -> Invited:
    """Invite; somebody who is there already stays the same participant.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is stored.
    """
    ticket = ticket_for(unit, Action.TICKET_INVITE, ask.ticket)
    who = _who(unit, ask)
    rows = unit.connection.execute(select(participant).where(participant.c.ticket_id == ticket.id)).all()
    for row in rows:
        same = all(getattr(row, name) == value for name, value in who.items())
        if same and row.kind == ask.kind and row.removed_at is None:
            return Invited(number=row.number, ticket=ticket, repeated=True)
    number = max((row.number for row in rows), default=0) + 1
    unit.insert(
        ticket.about,
        participant,
        ticket_id=ticket.id,
        number=number,
        kind=ask.kind,
        **who,
        sees=ask.sees,
        invited_at=unit.now,
        invited_by=unit.actor.id,
    )
    ticket.record("participant_invited", detail={"participant": number, "kind": ask.kind, "sees": ask.sees})
    return Invited(number=number, ticket=ticket)


@dataclass(frozen=True, kw_only=True)
class Remove:
    """Which participant leaves; the row stays, for the history."""

    ticket: str
    number: int


def remove(unit: Unit, ask: Remove) -> Invited:
    """Take a participant out of the ticket.

    Raises:
        NotFound, NotPermitted: nothing is changed.
        Conflict: they were taken out before.
    """
    ticket = ticket_for(unit, Action.TICKET_INVITE, ask.ticket)
    row = unit.connection.execute(
        select(participant).where(participant.c.ticket_id == ticket.id, participant.c.number == ask.number)
    ).one_or_none()
    if row is None:
        raise NotFound(f"O atendimento {ticket.protocol} não tem o participante {ask.number}.")
    if row.removed_at is not None:
        raise Conflict(f"O participante {ask.number} já foi retirado.", code="participant_removed")
    key = {"ticket_id": ticket.id, "number": row.number}
    unit.update(ticket.about, participant, key, removed_at=unit.now, removed_by=unit.actor.id)
    ticket.record("participant_removed", detail={"participant": row.number, "kind": row.kind})
    return Invited(number=row.number, ticket=ticket)


@dataclass(frozen=True, kw_only=True)
class Participants:
    """Who takes part in a ticket, and who did."""

    ticket: str


def participants(unit: Unit, ask: Participants) -> tuple[Ticket, Sequence[Any]]:
    """The ticket, and rows of `participant`, with `customer`, `login` and the name to call them by."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return ticket, unit.connection.execute(
        select(
            participant,
            customer.c.key.label("customer"),
            customer.c.name.label("customer_name"),
            person.c.login.label("login"),
            person.c.name.label("person_name"),
        )
        .outerjoin(customer, customer.c.id == participant.c.customer_id)
        .outerjoin(person, person.c.id == participant.c.person_id)
        .where(participant.c.ticket_id == ticket.id)
        .order_by(participant.c.number)
    ).all()


def _who(unit: Unit, ask: Invite) -> dict[str, Any]:
    if ask.kind not in KINDS or ask.sees not in SEES:
        raise Invalid(f"kind: use um de: {', '.join(KINDS)}; sees: use um de: {', '.join(SEES)}.")
    name = (ask.name or "").strip() or None
    if sum(one is not None for one in (ask.customer, ask.login, name)) != 1:
        raise Invalid("Diga quem é por customer, login ou name: um deles só.", code="participant_unclear")
    found: dict[str, Any] = {"customer_id": None, "person_id": None, "name": name}
    if ask.customer is not None:
        row = unit.connection.execute(
            select(customer.c.id, customer.c.retired_at).where(customer.c.key == ask.customer)
        ).one_or_none()
        if row is None or row.retired_at is not None:
            raise NotFound(f"customer: não há cliente {ask.customer!r}; cadastre-o antes.", code="customer_unknown")
        found["customer_id"] = row.id
    elif ask.login is not None:
        known = next((p for p in unit.catalogue.people.values() if p.login == ask.login and not p.ended), None)
        if known is None:
            raise Invalid(f"login: não há pessoa com o login {ask.login!r}.", code="person_unknown")
        found["person_id"] = known.id
    return found
