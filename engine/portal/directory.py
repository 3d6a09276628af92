"""The portal's accounts for those who sign people in: found by e-mail address, never by a staff door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from engine.actors import Actor
from engine.people.accounts import Account
from engine.people.credentials import password
from engine.portal.model import ADMIN, KIND, MEMBER, portal_account
from engine.registry.model import customer
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection, Select

    from engine.unit import Unit

_THERE = (
    select(portal_account, customer.c.key.label("customer_key"))
    .join(customer, customer.c.id == portal_account.c.customer_id)
    .where(portal_account.c.ended_at.is_(None), customer.c.retired_at.is_(None))
)


class Portal:
    """The accounts of customers, by e-mail address, or by `<customer's key>/<address>` where that has several."""

    kind: Final = KIND
    managed_by: Final = Action.PORTAL_MANAGE

    def called(self, unit: Unit, login: str) -> Account | None:
        """The account with this login: of an address with several, the oldest of those that have a password."""
        wanted = _THERE.where(or_(*_ways(login.strip())))
        # Else whoever invites somebody else's address, and leaves it at that, would stand in the way of its owner.
        wanted = wanted.outerjoin(
            password, (password.c.account_id == portal_account.c.id) & (password.c.account_kind == KIND)
        )
        order = (password.c.account_id.is_(None), portal_account.c.invited_at, portal_account.c.id)
        return _found(unit, wanted.order_by(*order).limit(1))

    def account(self, unit: Unit, account_id: UUID) -> Account | None:
        """The account, if it has access and its customer still is one."""
        return _found(unit, _THERE.where(portal_account.c.id == account_id))

    def actor(self, connection: Connection, catalogue: Any, account_id: UUID) -> Actor | None:
        """The account as a principal: one profile for who administers, another for all others."""
        row = connection.execute(_THERE.where(portal_account.c.id == account_id)).one_or_none()
        if row is None:
            return None
        return Actor(
            id=f"{KIND}:{row.id}",
            name=row.name,
            profile=ADMIN if row.admin else MEMBER,
            kind=KIND,
            authority=catalogue.number,
        )

    def about(self, account_id: UUID) -> str:
        """The account."""
        return f"portal_account:{account_id}"


PORTAL: Final = Portal()


def account_from(row: Any, *, login: str | None = None) -> Account:
    """An account from its row, or from the values that will be its row; `login`: the one that leads to no other."""
    local = row["email"].partition("@")[0]
    return Account(id=row["id"], login=login or row["email"], words=(local, row["name"]), email=row["email"])


def _ways(login: str) -> Iterator[ColumnElement[bool]]:
    """What a login may mean: both customers' keys and addresses may have a slash in them."""
    yield portal_account.c.identity == login.lower()
    for at, sign in enumerate(login):
        if sign == "/":
            address = login[at + 1 :].strip().lower()
            yield (customer.c.key == login[:at].strip()) & (portal_account.c.identity == address)


def _found(unit: Unit, wanted: Select[Any]) -> Account | None:
    row = unit.connection.execute(wanted).mappings().one_or_none()
    return None if row is None else account_from(row, login=f"{row['customer_key']}/{row['email']}")
