"""Customers: people and companies; put one, read one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from engine.db import new_id
from engine.errors import Invalid, NotFound
from engine.privacy.sight import View
from engine.registry.customer_model import consent, contact_point
from engine.registry.folding import folded
from engine.registry.model import customer
from engine.registry.queries import changes
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from engine.unit import Unit

KINDS = ("person", "company")
LONGEST_NAME = 300  # folded, too: one letter may become eighteen, and an index takes no more than 2,700 bytes
_LONGEST_KEY = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class PutCustomer:
    """A customer as it shall be.

    Attributes:
        key: the caller's own number for the customer: the same key is the same customer for ever.
        kind: `person` or `company`.
        retired: no longer a customer; tickets keep them.
    """

    key: str
    name: str
    kind: str = "person"
    retired: bool = False


def put_customer(unit: Unit, ask: PutCustomer) -> Customer:
    """Add the customer, or change the one with that key; one that is so already is left alone."""
    unit.replay()
    insist(unit, Action.CUSTOMER_MANAGE)
    row = row_of(unit, ask.key)
    new = write_customer(unit, row, ask)
    return as_asked(unit, row, ask, new)


def as_asked(unit: Unit, row: Row[Any] | None, ask: PutCustomer, customer_id: UUID) -> Customer:
    """The customer as it will be once the command has ended."""
    before = whole(unit, row) if row is not None else None
    return Customer(
        view=view_of(unit, customer_id),
        id=customer_id,
        key=ask.key,
        name=ask.name.strip(),
        kind=ask.kind,
        retired=ask.retired,
        contact_points=before.contact_points if before else (),
        consents=before.consents if before else (),
    )


def wrong_customer(ask: PutCustomer) -> list[str]:
    """What is wrong with it, each with what would do."""
    wrong = []
    if ask.kind not in KINDS:
        wrong.append(f"kind: use {' ou '.join(KINDS)}")
    for name, value, longest in (("name", ask.name, LONGEST_NAME), ("key", ask.key, _LONGEST_KEY)):
        if not value.strip() or len(value) > longest or _CONTROL.search(value):
            wrong.append(f"{name}: use de 1 a {longest} caracteres, sem caracteres de controle")
    return wrong


def changed_customer(row: Row[Any] | None, ask: PutCustomer) -> dict[str, list[Any]]:
    """What would be different: member -> [old, new]."""
    old = {"kind": None, "name": None, "retired": False}
    if row is not None:
        old = {"kind": row.kind, "name": row.name, "retired": row.retired_at is not None}
    new = {"kind": ask.kind, "name": ask.name.strip(), "retired": ask.retired}
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def write_customer(unit: Unit, row: Row[Any] | None, ask: PutCustomer) -> UUID:
    """Write the customer if it is not so already; returns the id.

    Raises:
        Invalid: tells everything that is wrong with it.
    """
    if wrong := wrong_customer(ask):
        raise Invalid.of(wrong)
    told = changed_customer(row, ask)
    if row is not None and not told:
        return UUID(str(row.id))
    new: UUID = new_id() if row is None else row.id
    about = f"customer:{new}"
    values: dict[str, Any] = {"kind": ask.kind, "name": ask.name.strip(), "folded": folded(ask.name)[:LONGEST_NAME]}
    if "retired" in told:
        values["retired_at"] = unit.now if ask.retired else None
    if row is None:
        unit.insert(about, customer, id=new, key=ask.key, **values)
        unit.record(about, "added", kind=ask.kind)
    else:
        unit.update(about, customer, {"id": new}, **values)
        unit.record(about, "changed", **told | ({"name": "changed"} if "name" in told else {}))
    return new


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer, where they can be reached, and what they agreed to: of each channel the last word.

    Attributes:
        view: what the command's actor sees of it.
    """

    view: View = field(repr=False, compare=False)
    id: UUID
    key: str
    name: str
    kind: str
    retired: bool
    contact_points: Sequence[Mapping[str, Any]] = ()
    consents: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class ReadCustomer:
    """The customer with this key."""

    key: str


def read_customer(unit: Unit, ask: ReadCustomer) -> Customer:
    """The customer, whole."""
    _ = unit.catalogue
    insist(unit, Action.CUSTOMER_READ)
    return whole(unit, known_row(unit, ask.key))


def read_customer_history(unit: Unit, ask: ReadCustomer) -> list[dict[str, Any]]:
    """What was done to the customer, the newest first; without names, numbers and addresses."""
    _ = unit.catalogue
    insist(unit, Action.CUSTOMER_READ)
    return changes(unit, "customer", str(known_row(unit, ask.key).id))


def view_of(unit: Unit, customer_id: UUID) -> View:
    """What the command's actor sees of a customer in the register, where no ticket's situation has a say."""
    return View(unit, None, ticket=None, customer=customer_id)


def row_of(unit: Unit, key: str, *, lock: bool = False) -> Row[Any] | None:
    """The customer's row; None: there is none."""
    statement = select(customer).where(customer.c.key == key)
    return unit.connection.execute(statement.with_for_update() if lock else statement).one_or_none()


def known_row(unit: Unit, key: str, *, lock: bool = False) -> Row[Any]:
    """The customer's row.

    Raises:
        NotFound: nobody has that key.
    """
    row = row_of(unit, key, lock=lock)
    if row is None:
        raise NotFound(f"Não há cliente {key!r}.", code="customer_unknown")
    return row


def whole(unit: Unit, row: Row[Any]) -> Customer:
    """The customer of a row with everything that belongs to it, as the database has it."""
    points = unit.connection.execute(
        select(contact_point).where(contact_point.c.customer_id == row.id).order_by(contact_point.c.id)
    )
    told = unit.connection.execute(
        select(consent).where(consent.c.customer_id == row.id).order_by(consent.c.at, consent.c.id)
    )
    last = {one.channel: _consent(one) for one in told}
    return Customer(
        view=view_of(unit, row.id),
        id=row.id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        retired=row.retired_at is not None,
        contact_points=[_point(one) for one in points],
        consents=[last[channel] for channel in sorted(last)],
    )


def _point(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "kind", "value", "verified", "preferred", "added_at")}


def _consent(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("channel", "given", "at", "actor", "how")}
