"""The door of the portal: whose account this is, and which tickets are their customer's to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.errors import NotAuthenticated, NotFound, NotPermitted, Stale
from engine.portal.marks import mark_of
from engine.portal.model import KIND, portal_account
from engine.registry.model import customer
from engine.tickets.model import ticket
from engine.tickets.ticket import Ticket
from permissions.actions import CATALOGUE, Action
from permissions.decide import decide

if TYPE_CHECKING:
    from engine.unit import Unit

NO_ACCOUNT: Final = "Esta conta não tem mais acesso ao portal."
_MEMBER = (
    select(
        portal_account.c.id,
        portal_account.c.name,
        portal_account.c.email,
        portal_account.c.admin,
        portal_account.c.customer_id,
        customer.c.key.label("customer_key"),
        customer.c.name.label("customer_name"),
    )
    .join(customer, customer.c.id == portal_account.c.customer_id)
    .where(
        portal_account.c.id == bindparam("account"),
        portal_account.c.ended_at.is_(None),
        customer.c.retired_at.is_(None),
    )
)
_OWN = (
    select(ticket, customer.c.kind.label("customer_kind"), customer.c.key.label("customer_key"))
    .join(customer, customer.c.id == ticket.c.customer_id)
    .where(ticket.c.customer_id == bindparam("customer"), ticket.c.portal_visible)
)
_BY = {
    str: _OWN.where(ticket.c.protocol == bindparam("wanted")),
    UUID: _OWN.where(ticket.c.id == bindparam("wanted")),
}
_LOCKED = {by: statement.with_for_update(of=ticket) for by, statement in _BY.items()}


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of a customer, and the customer, as they are in this transaction."""

    id: UUID
    name: str
    email: str
    admin: bool
    customer_id: UUID
    customer_key: str
    customer_name: str


def member(unit: Unit) -> Member:
    """Who acts; asked by every command and query of the portal before anything else.

    Raises:
        NotAuthenticated: it is nobody of the portal, or no longer.
    """
    if unit.actor.kind != KIND:
        raise NotAuthenticated("Este endereço é do portal dos clientes; entre com uma conta do portal.")
    row = unit.first(_MEMBER, account=account_of(unit.actor.id))
    if row is None:
        raise NotAuthenticated(NO_ACCOUNT)
    return Member(**{name: row[name] for name in Member.__dataclass_fields__})


@dataclass(frozen=True)
class WhoAmI:
    """Who the actor is."""


def who_am_i(unit: Unit, ask: WhoAmI) -> Member:
    """The actor and the customer they act for; nobody needs a right to know it."""
    del ask
    return member(unit)


def account_of(actor: str) -> UUID:
    """The account behind an actor's id."""
    return UUID(actor.partition(":")[2])


def insist(unit: Unit, action: Action) -> None:
    """Refuse unless the account may do this; why in detail is told to the staff only.

    Raises:
        NotPermitted: names what is not allowed.
    """
    if not may(unit, action):
        label = CATALOGUE[action].label_pt.lower()
        raise NotPermitted(f"Sua conta não pode {label}. Fale com quem administra as contas da sua empresa.")


def may(unit: Unit, action: Action) -> bool:
    """Whether the account may do this."""
    return bool(decide(unit.catalogue.rules, unit.actor.profile or "", action))


def own_ticket(unit: Unit, who: Member, wanted: str | UUID, *, lock: bool = False, seen: str | None = None) -> Ticket:
    """A ticket of the customer's own that is shown in the portal; with `lock`, a stored answer is given from here.

    Raises:
        NotFound: there is none, or not for these eyes: the two cannot be told apart.
        Stale: it is not any more as it was when its mark was `seen`.
    """
    statement = (_LOCKED if lock and unit.locks else _BY)[type(wanted)]
    row = unit.first(statement, wanted=wanted, customer=who.customer_id)
    if row is None or not may(unit, Action.PORTAL_TICKET_READ):
        raise NotFound(f"Não há atendimento {wanted}.")
    if lock:
        unit.ticket_id = row["id"]
        unit.replay()
    found = Ticket.read(unit, row)
    if seen is not None and seen != mark_of(unit, found):
        raise Stale("O atendimento mudou desde que foi lido, ou há mensagens novas. Leia-o de novo antes de escrever.")
    return found
