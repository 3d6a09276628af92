"""Who of a customer may use the portal: invited, appointed and removed by its administrator, or by the staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.db import new_id
from engine.errors import Conflict, Invalid, NotFound, NotPermitted
from engine.people.access import end_access
from engine.people.credentials import password
from engine.people.links import write_link
from engine.portal import access
from engine.portal.directory import PORTAL, account_from
from engine.portal.model import KIND, portal_account
from engine.portal.naming import RULE, is_name
from engine.privacy.sight import View
from engine.registry.addresses import email
from engine.registry.contacts import identity_of
from engine.registry.customers import known_row
from engine.rights import insist as insist_on_staff
from permissions.actions import Action
from permissions.personal import CONTACT, NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.people.links import Made
    from engine.unit import Unit

MOST: Final = 200


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An account; `active`: it has set its password. What the reader may not see of it is None or masked."""

    id: UUID
    name: str | None
    email: str | None
    admin: bool
    active: bool
    invited_at: datetime


@dataclass(frozen=True, kw_only=True)
class Invite:
    """Somebody who shall use the portal for a customer.

    Attributes:
        customer: key; asked of the staff. Who acts for a customer invites into that one.
        admin: may invite and remove others.
        mail: leave word that the link is to be mailed.
    """

    email: str
    name: str
    admin: bool = False
    customer: str | None = None
    mail: bool = False


@dataclass(frozen=True, kw_only=True)
class Invited:
    """The account, and the link with which it sets its password: told this once."""

    account: Listed
    link: str
    ends_at: datetime


def invite(unit: Unit, ask: Invite) -> Invited:
    """Add the account, with a link for its password; who is there and has none yet gets a new link.

    Raises:
        NotPermitted, NotFound, Invalid: nothing is stored.
        Conflict: the person has access already.
    """
    customer_id = _customer(unit, ask.customer, lock=True, there=True)
    address = _checked(ask)
    identity = identity_of("email", address)
    known = _rows(unit, customer_id)
    found = next((row for row in known if row.identity == identity), None)
    if found is not None and found.active:
        raise Conflict(
            "Esta pessoa já tem acesso ao portal. Se esqueceu a senha, a operadora a redefine; para que administre as "
            "contas, ou deixe de administrar, altere a conta.",
            code="account_known",
        )
    values: dict[str, Any] = {"email": address, "name": ask.name.strip(), "admin": ask.admin}
    if found is None:
        if len(known) >= MOST:
            raise Invalid(f"Um cliente tem no máximo {MOST} contas; retire uma antes.", code="accounts_too_many")
        account_id = new_id()
        about = PORTAL.about(account_id)
        stamp = {"invited_at": unit.now, "invited_by": unit.actor.id}
        unit.insert(about, portal_account, id=account_id, customer_id=customer_id, identity=identity, **values, **stamp)
    else:
        account_id, about = found.id, PORTAL.about(found.id)
        unit.update(about, portal_account, {"id": account_id}, **values)
    unit.record(about, "invited", customer=str(customer_id), admin=ask.admin)
    link = write_link(unit, PORTAL, account_from(values | {"id": account_id}), "invitation", mail=ask.mail)
    told = Listed(
        id=account_id,
        name=ask.name.strip(),
        email=address,
        admin=ask.admin,
        active=False,
        invited_at=found.invited_at if found else unit.now,
    )
    return Invited(account=told, link=link.text, ends_at=link.ends_at)


@dataclass(frozen=True, kw_only=True)
class Remove:
    """An account that shall have no access any more; `customer`: asked of the staff."""

    account: UUID
    customer: str | None = None


def remove(unit: Unit, ask: Remove) -> Listed:
    """End the access at once; what the person wrote stays, under their name.

    Raises:
        NotPermitted, NotFound: nothing is changed.
        Conflict: nobody could administer the customer's accounts any more; the staff may do it all the same.
    """
    customer_id = _customer(unit, ask.customer, lock=True)
    found = _known(known := _rows(unit, customer_id), ask.account)
    _insist_on_another(unit, found, known)
    about = PORTAL.about(found.id)
    unit.update(about, portal_account, {"id": found.id}, ended_at=unit.now)
    end_access(unit, PORTAL, found.id, tokens=True)
    unit.record(about, "removed", customer=str(customer_id))
    return _listed(unit, found)


@dataclass(frozen=True, kw_only=True)
class Appoint:
    """An account that shall administer the others, or no longer; `customer`: asked of the staff."""

    account: UUID
    admin: bool
    customer: str | None = None


def appoint(unit: Unit, ask: Appoint) -> Listed:
    """Let the account administer the customer's accounts, or take that back; it counts from the next request on.

    Raises:
        NotPermitted, NotFound: nothing is changed.
        Conflict: nobody could administer the customer's accounts any more; the staff may do it all the same.
    """
    customer_id = _customer(unit, ask.customer, lock=True)
    found = _known(known := _rows(unit, customer_id), ask.account)
    if found.admin == ask.admin:
        return _listed(unit, found)
    _insist_on_another(unit, found, known)
    about = PORTAL.about(found.id)
    unit.update(about, portal_account, {"id": found.id}, admin=ask.admin)
    unit.record(about, "appointed", customer=str(customer_id), admin=ask.admin)
    return replace(_listed(unit, found), admin=ask.admin)


@dataclass(frozen=True, kw_only=True)
class Reset:
    """Somebody of a customer who forgot their password; the staff's to help."""

    account: UUID
    customer: str


def reset(unit: Unit, ask: Reset) -> Made:
    """A link that sets a new password; told this once.

    Raises:
        NotPermitted, NotFound: nothing is stored.
        Conflict: the account has no password yet.
    """
    customer_id = _customer(unit, ask.customer, lock=True)
    if unit.actor.kind == KIND:
        raise NotPermitted("Peça à operadora a redefinição da senha.")
    found = _known(_rows(unit, customer_id), ask.account)
    if not found.active:
        raise Conflict("A conta ainda não tem senha. Convide a pessoa de novo.", code="no_password")
    return write_link(unit, PORTAL, account_from(found._asdict()), "reset", mail=False)


@dataclass(frozen=True, kw_only=True)
class ListAccounts:
    """The accounts of a customer; `customer`: asked of the staff."""

    customer: str | None = None


def list_accounts(unit: Unit, ask: ListAccounts) -> Sequence[Listed]:
    """Those who may use the portal, by name."""
    rows = _rows(unit, _customer(unit, ask.customer, lock=False))
    return [_listed(unit, row) for row in rows]


def _customer(unit: Unit, key: str | None, *, lock: bool, there: bool = False) -> UUID:
    """The customer whose accounts these are: the actor's own, or the one that the staff name.

    Args:
        there: must not be retired.
    """
    if unit.actor.kind == KIND:
        own = access.member(unit).customer_id
        if lock:
            unit.replay()
        access.insist(unit, Action.PORTAL_INVITE)
        if lock:
            unit.connection.execute(
                select(portal_account.c.id).where(portal_account.c.customer_id == own).with_for_update()
            )
        return own
    if lock:
        unit.replay()
    _ = unit.catalogue
    insist_on_staff(unit, Action.PORTAL_MANAGE)
    row = known_row(unit, key or "", lock=lock)
    if there and row.retired_at is not None:
        raise Invalid(f"{key!r} não é mais cliente; reative o cadastro antes de convidar.", code="customer_retired")
    return UUID(str(row.id))


def _checked(ask: Invite) -> str:
    if not is_name(ask.name):
        raise Invalid(f"name: {RULE}.", code="name_invalid", errors={"name": [RULE]})
    return email(ask.email.strip())


def _rows(unit: Unit, customer_id: UUID) -> Sequence[Any]:
    has_one = password.c.account_id.is_not(None).label("active")
    wanted = (
        select(portal_account, has_one)
        .outerjoin(password, (password.c.account_id == portal_account.c.id) & (password.c.account_kind == KIND))
        .where(portal_account.c.customer_id == customer_id, portal_account.c.ended_at.is_(None))
    )
    return unit.connection.execute(wanted.order_by(portal_account.c.name, portal_account.c.id)).all()


def _known(rows: Sequence[Any], account: UUID) -> Any:
    found = next((row for row in rows if row.id == account), None)
    if found is None:
        raise NotFound("Não há esta conta.", code="account_unknown")
    return found


def _insist_on_another(unit: Unit, but: Any, known: Sequence[Any]) -> None:
    """Refuse a customer's people to take away the last of them that administers the accounts."""
    if unit.actor.kind != KIND or not but.admin or any(one.admin and one.active for one in known if one.id != but.id):
        return
    raise Conflict(
        "É a única conta com senha que administra as outras. Deixe antes que outra pessoa administre.",
        code="last_admin",
    )


def _listed(unit: Unit, row: Any) -> Listed:
    values = {name: getattr(row, name) for name in Listed.__dataclass_fields__}
    if unit.actor.kind != KIND:
        view = View(unit, None, ticket=None, customer=row.customer_id)
        values |= {"name": view(NAME, row.name), "email": view(CONTACT, row.email)}
    return Listed(**values)
