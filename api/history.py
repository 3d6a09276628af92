"""A ticket's history over HTTP: page by page, or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import g, request
from marshmallow import fields

from api import activity_examples, commands, examples
from api.auth import engine
from api.downloads import SheetQuery, file, sheet
from api.openapi import Doors
from api.shapes import Instant, Shape, Whole, described, string
from api.ticket_shapes import CauseShape, instant, maybe
from engine.queues.chronicle import ItemHistory, item_chronicle
from engine.tickets.chronicle import History, chronicle, pages

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

doors = Doors("history", description="Everything that was done to a ticket, or to an activity")
_PAGE: Final = 500


class FilterQuery(Shape):
    """Which rows."""

    deed = string(40, 1, metadata={"description": "`moved`, `altered`, `visit_done` …"})
    actor = string(120, 1, metadata={"description": "A login, or an id such as `system:timer`."})
    from_ = Instant(attribute="since", data_key="from", **described("From this instant on."))
    until = Instant(**described("Before this instant."))


class HistorySheetQuery(FilterQuery, SheetQuery):
    """Which rows, for whom."""


class HistoryQuery(FilterQuery):
    """Which part of the history."""

    after = Whole(0, 2_147_483_647, load_default=0, **described("The last `seq` already seen."))
    limit = Whole(1, _PAGE, load_default=100)


class ToldCauseShape(CauseShape):
    """What of the diagram did it, and what people call it."""

    label = maybe("Name of the flow or element, or its id.")


class ChangeShape(Shape):
    """One value that became another."""

    name = fields.String(required=True, **described("Column or own field."))
    label = fields.String(required=True)
    old = fields.Raw(required=True, allow_none=True)
    new = fields.Raw(required=True, allow_none=True)
    old_label = maybe("As people say it.")
    new_label = maybe("As people say it.")
    withheld = fields.Boolean(
        required=True,
        **described("A text, or personal data that the profile does not see whole: values are null or masked."),
    )


class DeedShape(Shape):
    """One row of a ticket's history."""

    seq = fields.Integer(required=True)
    at = instant()
    actor = fields.String(required=True, **described("`user:<id>`, `system:timer`, `system:message` …"))
    actor_name = fields.String(required=True)
    deed = fields.String(required=True, **described("`opened`, `moved`, `transition`, `relocated`, `altered` …"))
    sentence = fields.String(required=True, **described("The deed in Portuguese words."))
    cause = fields.Nested(ToldCauseShape(), required=True, allow_none=True)
    process = fields.String(required=True)
    version = fields.Integer(required=True)
    left = maybe("`<process>:<situation>`")
    left_label = maybe()
    entered = maybe("`<process>:<situation>`")
    entered_label = maybe()
    reason = maybe()
    changes = fields.List(fields.Nested(ChangeShape()), required=True)
    detail = fields.Dict(required=True, allow_none=True)


class HistoryShape(Shape):
    """A page of a ticket's history, oldest first."""

    history = fields.List(fields.Nested(DeedShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")


class ItemDeedShape(DeedShape):
    """One row of an activity's history."""

    process = maybe("Null: the activity is in no ticket.")
    version = fields.Integer(required=True, allow_none=True)


class ItemHistoryShape(HistoryShape):
    """A page of an activity's history, oldest first."""

    history = fields.List(fields.Nested(ItemDeedShape()), required=True)


@doors.door(
    "GET",
    "/tickets/<protocol>/history",
    query=HistoryQuery(),
    gives=HistoryShape(),
    example=examples.HISTORY,
    refusals=(404,),
)
def read_history(asked: dict[str, Any], protocol: str) -> Response:
    """Read a ticket's history.

    Who, when, what, from where to where, old and new values, and why; oldest first.
    """
    return _page(commands.read(chronicle, History(ticket=protocol, **asked)), asked["limit"])


@doors.door(
    "GET",
    "/activities/<uuid:activity>/history",
    query=HistoryQuery(),
    gives=ItemHistoryShape(),
    example=activity_examples.HISTORY,
    refusals=(404,),
)
def read_activity_history(asked: dict[str, Any], activity: UUID) -> Response:
    """Read an activity's history.

    Its rows of its ticket's history, with their numbers there; or its own, where it is in no ticket. A ticket's id
    reads the ticket's history.
    """
    return _page(commands.read(item_chronicle, ItemHistory(item=activity, **asked)), asked["limit"])


def _page(rows: list[dict[str, Any]], limit: int) -> Response:
    onward = None
    if len(rows) == limit:
        onward = f"{request.path}?{urlencode(request.args.to_dict() | {'after': rows[-1]['seq']})}"
    return commands.shown({"history": rows, "next": onward})


@doors.door(
    "GET",
    "/tickets/<protocol>/history.csv",
    query=HistorySheetQuery(),
    gives={"type": "string"},
    example='"seq","at","actor_name","deed","sentence"…',
    refusals=(404,),
    content_type="text/csv",
)
def export_history_as_csv(asked: dict[str, Any], protocol: str) -> Response:
    """Export a ticket's history as CSV.

    In UTF-8 with a byte order mark. No cell can be taken for a formula: an apostrophe stands before what would be one.
    """
    style = asked.pop("style")
    found = pages(engine(), History(ticket=protocol, limit=_PAGE, **asked), g.actor)
    return file(sheet(COLUMNS, found, style, said=_SAID), "text/csv", f"{protocol}.csv")


@doors.door(
    "GET",
    "/tickets/<protocol>/history.jsonl",
    query=FilterQuery(),
    gives={"type": "string"},
    example='{"seq":1,"deed":"opened"}\n',
    refusals=(404,),
    content_type="application/jsonl",
)
def export_history_as_json_lines(asked: dict[str, Any], protocol: str) -> Response:
    """Export a ticket's history as JSON lines, one row a line."""
    found = pages(engine(), History(ticket=protocol, limit=_PAGE, **asked), g.actor)
    lines = (commands.dumped(row) + b"\n" for page in found for row in page)
    return file(lines, "application/jsonl", f"{protocol}.jsonl")


COLUMNS: Final = {
    "seq": "Número",
    "at": "Quando",
    "actor": "Código de quem fez",
    "actor_name": "Quem fez",
    "deed": "Código do ato",
    "sentence": "O que foi feito",
    "process": "Processo",
    "version": "Versão",
    "left": "Código da situação anterior",
    "left_label": "Situação anterior",
    "entered": "Código da situação nova",
    "entered_label": "Situação nova",
    "reason": "Motivo",
    "cause": "Elemento do processo",
    "changes": "Mudanças",
    "detail": "Detalhes",
}


def _changes(told: list[dict[str, Any]]) -> str:
    return "; ".join(_change(one) for one in told)


def _change(one: dict[str, Any]) -> str:
    old, new = one["old_label"], one["new_label"]
    if one["withheld"] and not (old or new):
        return f"{one['label']}: alterado"
    return f"{one['label']}: {old or '(vazio)'} → {new or '(vazio)'}"


_SAID: Final = {"changes": _changes, "cause": lambda cause: cause["label"] or cause["element"] or ""}
