"""Change where a customer can be reached and what they agreed to; history tells which, never the value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.db import new_id
from engine.errors import Conflict, Invalid, NotFound
from engine.registry.contacts import CHANNELS, HOW, identity_of, value_and_identity
from engine.registry.customer_model import consent, contact_point
from engine.registry.customers import Customer, known_row, whole
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from engine.unit import Unit

MOST = 50


@dataclass(frozen=True, kw_only=True)
class AddContactPoint:
    """One more way to reach the customer.

    Attributes:
        kind: `phone`, `mobile`, `email`, `whatsapp` or `app`.
        verified: somebody made sure that it is theirs.
        preferred: the one to use of its kind; the one that was preferred before is no longer.
    """

    customer: str
    kind: str
    value: str
    verified: bool = False
    preferred: bool = False


def add_contact_point(unit: Unit, ask: AddContactPoint) -> Customer:
    """Add the contact point; returns the customer whole.

    Raises:
        Invalid: the value is none of its kind, or can be read in two ways.
        Conflict: the customer has it already.
    """
    found = _opened(unit, ask.customer)
    if knows(found, ask.kind, ask.value):
        raise Conflict(f"O cliente já tem este contato ({ask.kind}).", code="contact_point_known")
    return write_contact_point(unit, found, ask)


def knows(found: Customer, kind: str, value: str) -> bool:
    """Whether the customer has this contact point already.

    Raises:
        Invalid: the value is none of its kind.
    """
    wanted = value_and_identity(kind, value)[1]
    return any((p["kind"], identity_of(kind, p["value"])) == (kind, wanted) for p in found.contact_points)


def write_contact_point(unit: Unit, found: Customer, ask: AddContactPoint) -> Customer:
    """Write a contact point that the customer does not have yet; returns the customer with it.

    Raises:
        Invalid: the value is none of its kind, or there are too many.
    """
    value, identity = value_and_identity(ask.kind, ask.value)
    if len(found.contact_points) >= MOST:
        raise Invalid(f"Um cliente tem no máximo {MOST} contatos; retire um antes.")
    about = f"customer:{found.id}"
    point = {
        "id": new_id(),
        "kind": ask.kind,
        "value": value,
        "verified": ask.verified,
        "preferred": ask.preferred,
        "added_at": unit.now,
    }
    others = _prefer(unit, found, ask.kind) if ask.preferred else list(found.contact_points)
    unit.insert(about, contact_point, customer_id=found.id, identity=identity, **point)
    told = {"kind": ask.kind, "verified": ask.verified, "preferred": ask.preferred}
    unit.record(about, "contact_point_added", contact_point=str(point["id"]), **told)
    return replace(found, contact_points=[*others, point])


@dataclass(frozen=True, kw_only=True)
class AlterContactPoint:
    """What shall be different about a contact point; None: as it is. Its value never changes: add another."""

    customer: str
    id: UUID
    verified: bool | None = None
    preferred: bool | None = None


def alter_contact_point(unit: Unit, ask: AlterContactPoint) -> Customer:
    """Alter the contact point; returns the customer whole."""
    found = _opened(unit, ask.customer)
    point = _point(found, ask.id)
    told = {
        name: [point[name], value]
        for name, value in (("verified", ask.verified), ("preferred", ask.preferred))
        if value is not None and value != point[name]
    }
    if not told:
        return found
    others = list(found.contact_points)
    if told.get("preferred", [None, False])[1]:
        others = _prefer(unit, found, point["kind"])
    about = f"customer:{found.id}"
    values = {name: change[1] for name, change in told.items()}
    unit.update(about, contact_point, {"customer_id": found.id, "id": ask.id}, **values)
    unit.record(about, "contact_point_changed", contact_point=str(ask.id), **told)
    return replace(found, contact_points=[{**p, **values} if p["id"] == ask.id else p for p in others])


@dataclass(frozen=True, kw_only=True)
class RemoveContactPoint:
    """A contact point that is the customer's no longer: its value is deleted, history keeps that it was there."""

    customer: str
    id: UUID


def remove_contact_point(unit: Unit, ask: RemoveContactPoint) -> Customer:
    """Delete the contact point; returns the customer whole."""
    found = _opened(unit, ask.customer)
    point = _point(found, ask.id)
    about = f"customer:{found.id}"
    unit.delete(about, contact_point, customer_id=found.id, id=ask.id)
    unit.record(about, "contact_point_removed", contact_point=str(ask.id), kind=point["kind"])
    return replace(found, contact_points=[p for p in found.contact_points if p["id"] != ask.id])


@dataclass(frozen=True, kw_only=True)
class TellConsent:
    """The customer agreed to be reached by a channel, or no longer does.

    Attributes:
        channel: one of `CHANNELS`.
        how: how they said so; one of `HOW`.
        at: when they did; None: now.
    """

    customer: str
    channel: str
    given: bool
    how: str
    at: datetime | None = None


def tell_consent(unit: Unit, ask: TellConsent) -> Customer:
    """Write the consent down; the latest of a channel holds. Returns the customer whole."""
    found = _opened(unit, ask.customer)
    wrong = []
    if ask.channel not in CHANNELS:
        wrong.append(f"channel: use um de {', '.join(CHANNELS)}")
    if ask.how not in HOW:
        wrong.append(f"how: use um de {', '.join(HOW)}")
    if ask.at is not None and ask.at > unit.now:
        wrong.append("at: não pode ser no futuro")
    if wrong:
        raise Invalid.of(wrong)
    about = f"customer:{found.id}"
    at = ask.at or unit.now
    told = {"channel": ask.channel, "given": ask.given, "at": at, "actor": unit.actor.id, "how": ask.how}
    unit.insert(about, consent, customer_id=found.id, id=new_id(), told_at=unit.now, **told)
    deed = "consent_given" if ask.given else "consent_withdrawn"
    unit.record(about, deed, channel=ask.channel, how=ask.how, at=at.isoformat())
    present = {one["channel"]: one for one in found.consents}
    if ask.channel not in present or present[ask.channel]["at"] <= at:
        present[ask.channel] = told
    return replace(found, consents=[present[channel] for channel in sorted(present)])


def _opened(unit: Unit, key: str) -> Customer:
    unit.replay()
    insist(unit, Action.CUSTOMER_MANAGE)
    return whole(unit, known_row(unit, key, lock=True))


def _point(found: Customer, wanted: UUID) -> Any:
    point = next((p for p in found.contact_points if p["id"] == wanted), None)
    if point is None:
        raise NotFound(f"O cliente {found.key!r} não tem este contato.")
    return point


def _prefer(unit: Unit, found: Customer, kind: str) -> list[Any]:
    about = f"customer:{found.id}"
    others: list[Any] = []
    for point in found.contact_points:
        if point["kind"] == kind and point["preferred"]:
            unit.update(about, contact_point, {"customer_id": found.id, "id": point["id"]}, preferred=False)
            others.append({**point, "preferred": False})
        else:
            others.append(point)
    return others
