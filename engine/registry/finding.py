"""Find customers: by a part of the name, or by exactly one telephone number or address."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import and_, or_, select

from engine.errors import Invalid
from engine.privacy.sight import sight_of
from engine.registry.contacts import email_identity, phone_readings
from engine.registry.customer_model import contact_point
from engine.registry.customers import LONGEST_NAME, Customer, view_of
from engine.registry.folding import folded
from engine.registry.model import customer
from engine.rights import insist
from permissions.actions import Action
from permissions.personal import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class FindCustomers:
    """Which customers.

    Attributes:
        phone: exactly this number, of any kind of telephone or WhatsApp.
        email: exactly this address; case means nothing.
        q: a part of the name; accents and case mean nothing. Who may not see names has to know it whole.
        retired: show those too who no longer are customers.
    """

    phone: str | None = None
    email: str | None = None
    q: str | None = None
    retired: bool = False
    cursor: str | None = None
    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """Customers, and the cursor of the page after; None: there is none."""

    customers: Sequence[Customer] = field(default_factory=tuple)
    next: str | None = None


def find_customers(unit: Unit, ask: FindCustomers) -> Found:
    """A page of customers, without what belongs to them.

    In the order of their names; for those who may not see names in the order in which they were added, or the order
    and the cursor would tell them.
    """
    _ = unit.catalogue
    insist(unit, Action.CUSTOMER_READ)
    named = NAME in sight_of(unit, None).whole
    # What has no key of the caller's cannot be addressed over the API.
    statement = select(customer).where(customer.c.key.is_not(None))
    if not ask.retired:
        statement = statement.where(customer.c.retired_at.is_(None))
    if ask.phone is not None:
        statement = statement.where(_reached(("phone", "mobile", "whatsapp"), phone_readings(ask.phone)))
    if ask.email is not None:
        statement = statement.where(_reached(("email",), [email_identity(ask.email)]))
    if ask.q and (wanted := folded(ask.q)[:LONGEST_NAME]):
        name = customer.c.folded
        statement = statement.where(name.contains(wanted, autoescape=True) if named else name == wanted)
    if ask.cursor:
        statement = statement.where(_after(*_read_cursor(ask.cursor, named=named)))
    order = (customer.c.folded, customer.c.id) if named else (customer.c.id,)
    rows = unit.connection.execute(statement.order_by(*order).limit(ask.limit + 1)).all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Found(
        customers=[
            Customer(
                view=view_of(unit, row.id),
                id=row.id,
                key=row.key,
                name=row.name,
                kind=row.kind,
                retired=row.retired_at is not None,
            )
            for row in rows
        ],
        next=_cursor(rows[-1], named=named) if more else None,
    )


def _reached(kinds: Sequence[str], identities: Sequence[str]) -> ColumnElement[bool]:
    return customer.c.id.in_(
        select(contact_point.c.customer_id).where(
            contact_point.c.identity.in_(identities), contact_point.c.kind.in_(kinds)
        )
    )


def _after(name: str | None, last: UUID) -> ColumnElement[bool]:
    if name is None:
        return customer.c.id > last
    beyond = or_(customer.c.folded > name, and_(customer.c.folded == name, customer.c.id > last))
    return and_(customer.c.folded >= name, beyond)


def _cursor(row: Any, *, named: bool) -> str:
    content = [row.folded if named else None, str(row.id)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def _read_cursor(cursor: str, *, named: bool) -> tuple[str | None, UUID]:
    """What a cursor holds; one with a name in it serves only those who may see names."""
    try:
        name, last = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(name, str) and "\x00" not in name if named else name is None:
            return name, UUID(last)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        pass
    raise Invalid.of(["cursor: use o `next` da página anterior, sem mudá-lo"], code="cursor")
