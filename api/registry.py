"""Registries and customers over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from api import commands, examples
from api.openapi import Doors
from api.shapes import Shape, YesNo, described, string
from engine.registry.model import KINDS
from engine.registry.putting import Put, PutCustomer, put, put_customer
from engine.registry.queries import ReadRegistry, read_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask import Response

    from engine.unit import Answer, Unit

doors = Doors("registry", description="Teams, calendars, subjects, subsubjects, own fields, customers")
_ONE = f"<any({','.join(KINDS)}):kind>"


class TeamShape(Shape):
    """A group with a queue."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    calendar = fields.String(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


class CalendarShape(Shape):
    """A named calendar."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    retired = fields.Boolean(required=True)


class SubjectShape(Shape):
    """What a ticket is about; says which process it follows."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    process = fields.String(required=True, allow_none=True)
    technical_assistance = fields.Boolean(required=True)
    team = fields.String(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


class SubsubjectShape(Shape):
    """A finer subject; its key is `<subject>.<own key>`."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    team = fields.String(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


class OwnFieldShape(Shape):
    """A field that the installation added to its tickets."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True, **described("`text`, `number`, `date`, `choice` or `yes_no`."))
    choices = fields.List(fields.String(), required=True)
    personal = fields.Boolean(required=True)
    retired = fields.Boolean(required=True)


class RegistriesShape(Shape):
    """Registries by name; one alone where one was asked for."""

    teams = fields.List(fields.Nested(TeamShape()))
    calendars = fields.List(fields.Nested(CalendarShape()))
    subjects = fields.List(fields.Nested(SubjectShape()))
    subsubjects = fields.List(fields.Nested(SubsubjectShape()))
    fields_ = fields.List(fields.Nested(OwnFieldShape()), attribute="fields", data_key="fields")


class EntryShape(Shape):
    """An entry of any registry: the members that its registry has."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    retired = fields.Boolean(required=True)
    calendar = fields.String(allow_none=True)
    process = fields.String(allow_none=True)
    technical_assistance = fields.Boolean()
    team = fields.String(allow_none=True)
    type = fields.String()
    choices = fields.List(fields.String())
    personal = fields.Boolean()


class EntryAsk(Shape):
    """The entry as it shall be; what is left out gets its default, and each registry has its own members."""

    label = string(200, 1, required=True, metadata={"description": "What people read."})
    retired = YesNo(**described("Hidden from new tickets; nothing is ever deleted."))
    calendar = string(80, allow_none=True, metadata={"description": "Teams: key of a calendar."})
    process = string(200, allow_none=True, metadata={"description": "Subjects: key of a deployed process."})
    technical_assistance = YesNo(**described("Subjects: may call technical assistance."))
    team = string(80, allow_none=True, metadata={"description": "Subjects, subsubjects: who gets their tickets."})
    type = string(20, metadata={"description": "Fields: `text`, `number`, `date`, `choice` or `yes_no`."})
    choices = fields.List(string(200, 1), **described("Fields of type `choice`."))
    personal = YesNo(**described("Fields: holds personal data."))


class CustomerAsk(Shape):
    """A customer as it shall be."""

    name = string(300, 1, required=True)
    kind = string(20, load_default="person", metadata={"description": "`person` or `company`."})


class CustomerShape(Shape):
    """A customer."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)


@doors.door("GET", "/registry", gives=RegistriesShape(), example=examples.REGISTRIES)
def read_registries() -> Response:
    """Read all registries."""
    return commands.shown(commands.read(_entries, ReadRegistry()))


@doors.door("GET", f"/registry/{_ONE}", gives=RegistriesShape(), example=examples.TEAMS, refusals=(404,))
def read_one_registry(kind: str) -> Response:
    """Read one registry."""
    return commands.shown(commands.read(_entries, ReadRegistry(registry=kind)))


def _entries(unit: Unit, ask: ReadRegistry) -> Mapping[str, Sequence[Any]]:
    return {name: [asdict(entry) for entry in entries] for name, entries in read_registry(unit, ask).items()}


@doors.door(
    "PUT",
    f"/registry/{_ONE}/<key>",
    takes=EntryAsk(),
    taken=examples.ENTRY,
    gives=EntryShape(),
    example=examples.SUBJECT,
    refusals=(404,),
)
def put_entry(asked: dict[str, Any], kind: str, key: str) -> Response:
    """Put an entry into a registry: new or changed.

    A key never changes; a subsubject's is `<subject>.<own key>`.
    """
    return commands.run(put, Put(registry=kind, key=key, values=asked), _entry)


def _entry(entry: dict[str, Any]) -> Answer:
    return commands.answer(200, entry)


@doors.door(
    "PUT",
    "/customers/<string(maxlength=80):key>",
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
    ask = PutCustomer(key=key, **asked)

    def customer(found: UUID) -> Answer:
        return commands.answer(200, {"id": found, "key": ask.key, "name": ask.name.strip(), "kind": ask.kind})

    return commands.run(put_customer, ask, customer)
