"""The portal's accounts for those who sign people in: found by e-mail address, never by a staff door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.actors import Actor
from engine.people.accounts import Account
from engine.portal.model import ADMIN, KIND, MEMBER, portal_account
from engine.registry.model import customer
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection, Select

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
        """The account with this login: of an address with several, the oldest."""
        company, _, address = login.rpartition("/")
        wanted = _THERE.where(portal_account.c.identity == address.strip().lower())
        if company:
            wanted = wanted.where(customer.c.key == company.strip())
        return _found(unit, wanted.order_by(portal_account.c.invited_at, portal_account.c.id).limit(1))

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


def account_from(row: Any) -> Account:
    """An account from its row, or from the values that will be its row."""
    local = row["email"].partition("@")[0]
    return Account(id=row["id"], login=row["email"], words=(local, row["name"]), email=row["email"])


def _found(unit: Unit, wanted: Select[Any]) -> Account | None:
    row = unit.connection.execute(wanted).mappings().one_or_none()
    return None if row is None else account_from(row)
