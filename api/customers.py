"""Customers over HTTP: find, put, contact points, consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request
from marshmallow import fields

from api import commands
from api import registry_examples as examples
from api.openapi import Doors
from api.registry_shapes import RegistryChangeShape, RegistryQuery
from api.shapes import Instant, Shape, Whole, YesNo, described, string
from api.ticket_shapes import WITHHELD
from engine.registry.contacts import CHANNELS, HOW, POINT_KINDS
from engine.registry.customers import (
    PutCustomer,
    ReadCustomer,
    put_customer,
    read_customer,
    read_customer_history,
)
from engine.registry.finding import FindCustomers, find_customers
from engine.registry.reaching import (
    AddContactPoint,
    AlterContactPoint,
    RemoveContactPoint,
    TellConsent,
    add_contact_point,
    alter_contact_point,
    remove_contact_point,
    tell_consent,
)
from permissions.personal import CONTACT, NAME

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.registry.customers import Customer
    from engine.unit import Answer, Unit

doors = Doors("customers", description="People and companies: where they can be reached, what they agreed to")
_CUSTOMER = "/customers/<key>"
_POINT = f"{_CUSTOMER}/contact-points/<uuid:point>"


class CustomerAsk(Shape):
    """A customer as it shall be."""

    name = string(300, 1, required=True)
    kind = string(20, load_default="person", metadata={"description": "`person` or `company`."})
    retired = YesNo(load_default=False, **described("No longer a customer; tickets keep them."))


class ContactPointShape(Shape):
    """A way to reach the customer."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, **described(f"One of {', '.join(POINT_KINDS)}."))
    value = fields.String(
        required=True,
        allow_none=True,
        **described("Telephone numbers in E.164; masked or null for whoever may not see contact points."),
    )
    verified = fields.Boolean(required=True)
    preferred = fields.Boolean(required=True, **described("The one to use of its kind."))
    added_at = fields.String(required=True)


class ConsentShape(Shape):
    """The last word on a channel."""

    channel = fields.String(required=True)
    given = fields.Boolean(required=True, **described("false: withdrawn."))
    at = fields.String(required=True)
    actor = fields.String(required=True, **described("Who wrote it down."))
    how = fields.String(required=True)


class ListedCustomerShape(Shape):
    """A customer."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, **described("Masked or null for whoever may not see names."))
    kind = fields.String(required=True)
    retired = fields.Boolean(required=True)


class CustomerShape(ListedCustomerShape):
    """A customer, where they can be reached, what they agreed to."""

    contact_points = fields.List(fields.Nested(ContactPointShape()), required=True)
    consents = fields.List(fields.Nested(ConsentShape()), required=True)
    withheld = fields.List(fields.String(), required=True, **described(WITHHELD))


class CustomersShape(Shape):
    """A page of customers, by name; in no telling order for whoever may not see names."""

    customers = fields.List(fields.Nested(ListedCustomerShape()), required=True)
    next = fields.String(required=True, allow_none=True, **described("Address of the page after; null: none."))
    cursor = fields.String(required=True, allow_none=True)


class CustomersQuery(RegistryQuery):
    """Which customers; more than one condition: all of them."""

    phone = string(40, 1, metadata={"description": "Exactly this number, written as people do."})
    email = string(254, 1, metadata={"description": "Exactly this address; case means nothing."})
    q = string(
        200,
        metadata={
            "description": "A part of the name, all of it for whoever may not see names; case and accents mean nothing."
        },
    )
    cursor = string(2_000, metadata={"description": "From the page before."})
    limit = Whole(1, 100, load_default=20)


class ContactPointAsk(Shape):
    """A way to reach the customer."""

    kind = string(20, required=True, metadata={"description": f"One of {', '.join(POINT_KINDS)}."})
    value = string(
        320,
        1,
        required=True,
        metadata={"description": "Telephones as Brazilians write them; WhatsApp in digits only: 5511999999999."},
    )
    verified = YesNo(load_default=False)
    preferred = YesNo(load_default=False, **described("The one preferred before, of its kind, is no longer."))


class ContactPointChangeAsk(Shape):
    """What shall be different; what is left out stays."""

    verified = YesNo()
    preferred = YesNo()


class ConsentAsk(Shape):
    """What the customer said about a channel."""

    channel = string(20, required=True, metadata={"description": f"One of {', '.join(CHANNELS)}."})
    given = YesNo(required=True, **described("false: withdrawn."))
    how = string(20, required=True, metadata={"description": f"One of {', '.join(HOW)}."})
    at = Instant(**described("When they said so; default: now."))


class CustomerHistoryShape(Shape):
    """What was done to the customer; without names, numbers and addresses."""

    history = fields.List(
        fields.Nested(RegistryChangeShape()), required=True, **described("The newest first, at most 200.")
    )


@doors.door("GET", "/customers", query=CustomersQuery(), gives=CustomersShape(), example=examples.CUSTOMERS)
def list_customers(query: dict[str, Any]) -> Response:
    """Find customers.

    By name, by exactly one telephone number or address, or all of them; page after page.
    """
    ask = FindCustomers(**query | {"retired": query["retired"] == "true"})
    found, cursor = commands.read(_page, ask)
    return commands.shown({"customers": found, "next": _onward(cursor), "cursor": cursor})


def _page(unit: Unit, ask: FindCustomers) -> tuple[list[dict[str, Any]], str | None]:
    page = find_customers(unit, ask)
    return [_listed(one) for one in page.customers], page.next


@doors.door("GET", _CUSTOMER, gives=CustomerShape(), example=examples.CUSTOMER, refusals=(404,))
def read_a_customer(key: str) -> Response:
    """Read a customer."""
    return commands.shown(commands.read(lambda unit, ask: _body(read_customer(unit, ask)), ReadCustomer(key=key)))


@doors.door(
    "PUT",
    _CUSTOMER,
    takes=CustomerAsk(),
    taken=examples.CUSTOMER_ASK,
    gives=CustomerShape(),
    example=examples.CUSTOMER,
    refusals=(404,),
)
def put_a_customer(asked: dict[str, Any], key: str) -> Response:
    """Put a customer: new or changed.

    The key is the caller's own number for the customer; the same key is the same customer for ever.
    """
    return commands.run(put_customer, PutCustomer(key=key, **asked), _whole)


@doors.door(
    "GET", f"{_CUSTOMER}/history", gives=CustomerHistoryShape(), example=examples.CUSTOMER_HISTORY, refusals=(404,)
)
def read_customer_changes(key: str) -> Response:
    """Read what was done to a customer."""
    return commands.shown({"history": commands.read(read_customer_history, ReadCustomer(key=key))})


@doors.door(
    "POST",
    f"{_CUSTOMER}/contact-points",
    takes=ContactPointAsk(),
    taken=examples.POINT_ASK,
    status=201,
    gives=CustomerShape(),
    example=examples.CUSTOMER,
    refusals=(404, 409),
)
def add_a_contact_point(asked: dict[str, Any], key: str) -> Response:
    """Add a way to reach a customer.

    Numbers that could be read in two ways are refused, and so are addresses that mail programs read differently.
    """
    return commands.run(add_contact_point, AddContactPoint(customer=key, **asked), _added)


@doors.door(
    "PATCH",
    _POINT,
    takes=ContactPointChangeAsk(),
    taken={"verified": True},
    gives=CustomerShape(),
    example=examples.CUSTOMER,
    refusals=(404,),
)
def alter_a_contact_point(asked: dict[str, Any], key: str, point: UUID) -> Response:
    """Mark a contact point as verified or preferred, or no longer."""
    return commands.run(alter_contact_point, AlterContactPoint(customer=key, id=point, **asked), _whole)


@doors.door("DELETE", _POINT, gives=CustomerShape(), example=examples.CUSTOMER, refusals=(404,))
def remove_a_contact_point(key: str, point: UUID) -> Response:
    """Remove a contact point.

    The number or address is deleted; history keeps that there was one.
    """
    return commands.run(remove_contact_point, RemoveContactPoint(customer=key, id=point), _whole)


@doors.door(
    "POST",
    f"{_CUSTOMER}/consents",
    takes=ConsentAsk(),
    taken=examples.CONSENT_ASK,
    status=201,
    gives=CustomerShape(),
    example=examples.CUSTOMER,
    refusals=(404,),
)
def tell_a_consent(asked: dict[str, Any], key: str) -> Response:
    """Write down that a customer agreed to a channel, or no longer does.

    Nothing is overwritten: the latest word on a channel holds.
    """
    return commands.run(tell_consent, TellConsent(customer=key, **asked), _added)


def _onward(cursor: str | None) -> str | None:
    return None if cursor is None else f"{request.path}?{urlencode({**request.args.to_dict(), 'cursor': cursor})}"


def _whole(found: Customer) -> Answer:
    return commands.answer(200, _body(found))


def _added(found: Customer) -> Answer:
    return commands.answer(201, _body(found))


def _listed(found: Customer) -> dict[str, Any]:
    same = {name: getattr(found, name) for name in ("id", "key", "kind", "retired")}
    return same | {"name": found.view(NAME, found.name)}


def _body(found: Customer) -> dict[str, Any]:
    points = [{**one, "value": found.view(CONTACT, one["value"])} for one in found.contact_points]
    more = {"contact_points": points, "consents": found.consents, "withheld": found.view.withheld}
    return _listed(found) | more
