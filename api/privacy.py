"""Personal data over HTTP: reveal what is masked, and who saw whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import g, request
from marshmallow import fields, validate

from api import commands
from api.auth import engine
from api.downloads import SheetQuery, file, sheet
from api.openapi import Doors
from api.shapes import Instant, Shape, Whole, described, string
from api.ticket_shapes import instant, maybe
from engine.privacy.accesses import ReadAccesses, pages, read_accesses
from engine.privacy.revealing import RevealCustomer, RevealTicket, reveal_customer, reveal_ticket
from permissions.personal import CLASSES

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Answer

doors = Doors("privacy", description="Personal data: revealed with a reason, and who saw whose")
_PAGE: Final = 500


class RevealAsk(Shape):
    """What to reveal, and why."""

    classes = fields.List(
        fields.String(validate=validate.OneOf(tuple(CLASSES), error="use um de: {choices}")),
        required=True,
        validate=validate.Length(1, error="diga ao menos uma classe"),
        **described(f"Of personal data: {', '.join(CLASSES)}."),
    )
    reason = string(2_000, 1, required=True, metadata={"description": "Kept with who, when and what."})


class RevealTicketAsk(RevealAsk):
    """What of a ticket to reveal, and why."""

    interaction = Whole(1, 2_147_483_647, **described("`seq` of the interaction whose text or copies are meant."))


class RevealedPointShape(Shape):
    """A contact point."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    value = fields.String(required=True)


class RevealedCustomerShape(Shape):
    """A customer; what was not asked for is null or empty."""

    key = maybe()
    name = maybe()
    contact_points = fields.List(fields.Nested(RevealedPointShape()), required=True)


class RevealedNameShape(Shape):
    """A participant's name."""

    number = fields.Integer(required=True)
    name = fields.String(required=True)


class RevealedWordsShape(Shape):
    """What was said."""

    seq = fields.Integer(required=True)
    title = maybe()
    text = maybe()
    copies = fields.List(fields.String(), required=True)


class RevealedShape(Shape):
    """The data of a ticket in the classes that were asked for; all else is null or empty."""

    ticket = fields.String(required=True)
    customer = fields.Nested(RevealedCustomerShape(), required=True, allow_none=True)
    participants = fields.List(fields.Nested(RevealedNameShape()), required=True)
    description = maybe()
    block = maybe()
    unit = maybe()
    fields_ = fields.Dict(keys=fields.String(), required=True, data_key="fields")
    interaction = fields.Nested(RevealedWordsShape(), required=True, allow_none=True)


class FilterQuery(Shape):
    """Which accesses."""

    customer = string(80, 1, metadata={"description": "Key: who looked at this customer?"})
    ticket = string(20, 1, metadata={"description": "Protocol."})
    actor = string(120, 1, metadata={"description": "A login, or an id such as `user:…`."})
    from_ = Instant(attribute="since", data_key="from", **described("From this instant on."))
    until = Instant(**described("Before this instant."))


class AccessSheetQuery(FilterQuery, SheetQuery):
    """Which accesses, for whom."""


class AccessQuery(FilterQuery):
    """Which page of them."""

    before = fields.UUID(**described("`id` of the last one already seen."))
    limit = Whole(1, _PAGE, load_default=100)


class AccessShape(Shape):
    """Somebody saw somebody's data."""

    id = fields.UUID(required=True, **described("Grows with time."))
    answer = fields.UUID(required=True, **described("The same for all that one answer carried."))
    at = instant()
    actor = fields.String(required=True)
    actor_name = fields.String(required=True)
    door = fields.String(required=True, **described("Method and route."))
    classes = fields.List(fields.String(), required=True, **described("Of personal data, shown whole."))
    ticket = maybe("Protocol.")
    customer = maybe("Key.")
    customer_id = fields.UUID(required=True, allow_none=True)
    reason = maybe("Of a reveal.")


class AccessesShape(Shape):
    """A page of accesses, the newest first."""

    accesses = fields.List(fields.Nested(AccessShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")


_POINT: Final = {"id": "019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a70", "kind": "mobile", "value": "+5562981234567"}
_REVEALED_CUSTOMER: Final = {"key": "C-1001", "name": "Maria da Silva", "contact_points": [_POINT]}
_REVEALED: Final[dict[str, Any]] = {
    "ticket": "2026-4830192-7",
    "customer": {"key": "C-1001", "name": None, "contact_points": []},
    "participants": [],
    "description": None,
    "block": None,
    "unit": None,
    "fields": {"cpf": "529.982.247-25"},
    "interaction": None,
}
_ACCESS: Final = {
    "id": "019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a71",
    "answer": "019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a72",
    "at": "2026-03-02T12:10:00Z",
    "actor": "user:019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a60",
    "actor_name": "Ana Souza",
    "door": "GET /api/v1/tickets/<protocol>",
    "classes": ["name", "text"],
    "ticket": "2026-4830192-7",
    "customer": "C-1001",
    "customer_id": "019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a73",
    "reason": None,
}


@doors.door(
    "POST",
    "/tickets/<protocol>/reveal",
    takes=RevealTicketAsk(),
    taken={"classes": ["document"], "reason": "Conferir o CPF para o distrato."},
    gives=RevealedShape(),
    example=_REVEALED,
    refusals=(404,),
)
def reveal_ticket_data(asked: dict[str, Any], protocol: str) -> Response:
    """Reveal masked data of a ticket.

    With a reason, which history and access log keep. The values are told this once: a repetition under the same
    Idempotency-Key does not reveal again, and whoever may not see them is not answered again (`answer_withheld`).
    """
    return commands.run(reveal_ticket, RevealTicket(ticket=protocol, **asked), _revealed, secret=g.secret)


@doors.door(
    "POST",
    "/customers/<key>/reveal",
    takes=RevealAsk(),
    taken={"classes": ["contact"], "reason": "Ligar de volta."},
    gives=RevealedCustomerShape(),
    example=_REVEALED_CUSTOMER,
    refusals=(404,),
)
def reveal_customer_data(asked: dict[str, Any], key: str) -> Response:
    """Reveal masked data of a customer.

    As with a ticket; here no situation has a say.
    """
    return commands.run(reveal_customer, RevealCustomer(key=key, **asked), _revealed, secret=g.secret)


def _revealed(found: dict[str, Any]) -> Answer:
    return commands.answer(200, found)


@doors.door(
    "GET",
    "/access",
    query=AccessQuery(),
    gives=AccessesShape(),
    example={"accesses": [_ACCESS], "next": None},
    refusals=(404,),
)
def list_accesses(asked: dict[str, Any]) -> Response:
    """List who saw whose personal data.

    The newest first: who, when, through which door, which classes of data of which customer and ticket, and why.
    """
    rows = commands.read(read_accesses, ReadAccesses(**asked))
    onward = None
    if len(rows) == asked["limit"]:
        onward = f"{request.path}?{urlencode(request.args.to_dict() | {'before': str(rows[-1]['id'])})}"
    return commands.shown({"accesses": rows, "next": onward})


@doors.door(
    "GET",
    "/access.csv",
    query=AccessSheetQuery(),
    gives={"type": "string"},
    example='"at","actor_name","door","classes"…',
    refusals=(404,),
    content_type="text/csv",
)
def export_accesses_as_csv(asked: dict[str, Any]) -> Response:
    """Export who saw whose personal data as CSV."""
    style = asked.pop("style")
    found = pages(engine(), ReadAccesses(limit=_PAGE, **asked), g.actor)
    return file(sheet(_COLUMNS, found, style, said=_SAID), "text/csv", "acessos.csv")


_COLUMNS: Final = {
    "at": "Quando",
    "actor": "Código de quem viu",
    "actor_name": "Quem viu",
    "door": "Por onde",
    "classes": "Dados vistos",
    "ticket": "Atendimento",
    "customer": "Cliente",
    "customer_id": "Id do cliente",
    "reason": "Motivo",
    "answer": "Resposta",
    "id": "Id",
}
_SAID: Final = {"classes": lambda told: ", ".join(CLASSES[one][0] for one in told)}
