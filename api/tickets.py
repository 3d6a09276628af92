"""Tickets over HTTP: open, read, list, alter, move, tell, relocate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import select

from api import commands, examples
from api.openapi import ETAG, LOCATION, Doors
from api.ticket_asks import (
    AlterAsk,
    HistoryQuery,
    ListQuery,
    MessageAsk,
    MoveAsk,
    MovesQuery,
    OpenAsk,
    RelocateAsk,
)
from api.ticket_dumps import label_of, listed, option_body, ticket_body, told
from api.ticket_shapes import (
    DeliveredShape,
    HistoryShape,
    MovesShape,
    PageShape,
    RepeatableShape,
    TicketShape,
    WholeTicketShape,
)
from engine.processes.deployed import deployed, number_of
from engine.tickets import queries
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Delivered, Deliver, deliver
from engine.tickets.model import incident
from engine.tickets.moving import Move, Moved, move
from engine.tickets.opening import Open, Opened, open_ticket
from engine.tickets.relocation import Relocate, relocate

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Answer, Unit

doors = Doors("tickets", description="Tickets, and the ways they move")


@doors.route("/tickets", methods=["POST"])
@doors.arguments(OpenAsk(), example=examples.OPEN)
@doors.door(
    201,
    RepeatableShape(),
    example=examples.TICKET | {"repeated": False},
    refusals=(404,),
    body=True,
    key=True,
    headers=ETAG | LOCATION,
    also={200: "Opened before under the same `source` and `external_id`."},
)
def open_a_ticket(asked: dict[str, Any]) -> Response:
    """Open a ticket.

    It begins where its subject's process begins. With `source` and `external_id` it is opened once, for ever.
    """
    return commands.run(open_ticket, Open(**asked), _opened)


def _opened(done: Opened) -> Answer:
    found = told(done.ticket, 200 if done.repeated else 201, repeated=done.repeated)
    return commands.with_headers(found, Location=f"/api/v1/tickets/{done.ticket.protocol}")


@doors.route("/tickets", methods=["GET"])
@doors.arguments(ListQuery(), location="query")
@doors.door(200, PageShape(), example=examples.PAGE)
def list_tickets(asked: dict[str, Any]) -> Response:
    """List tickets.

    Pages follow a key, not a number: no ticket is skipped or shown twice while others write. `text` finds words of
    protocol, title or description.
    """
    found, cursor = commands.read(_page, queries.List(**asked))
    onward = None
    if cursor is not None:
        query = {**request.args.to_dict(), "cursor": cursor}
        onward = f"{request.path}?{urlencode(query)}"
    return commands.shown({"tickets": found, "next": onward, "cursor": cursor})


def _page(unit: Unit[Any], ask: queries.List) -> tuple[list[dict[str, Any]], str | None]:
    page = queries.list_tickets(unit, ask)
    return listed(unit, page.rows), page.next


@doors.route("/tickets/<protocol>", methods=["GET"])
@doors.door(200, WholeTicketShape(), example=examples.WHOLE_TICKET, refusals=(404,), headers=ETAG)
def read_ticket(protocol: str) -> Response:
    """Read a ticket.

    With its open activities and, if its diagram is stuck, the incident. The ETag is the revision, for If-Match.
    """
    body = commands.read(_whole, queries.Show(ticket=protocol))
    return commands.shown(body, ETag=commands.etag(body["revision"]))


def _whole(unit: Unit[Any], ask: queries.Show) -> dict[str, Any]:
    ticket = queries.show(unit, ask)
    activities = []
    for row in queries.open_activities(unit, ticket):
        found = deployed(unit, row.version_id).activity(row.process, row.element)
        own = {name: getattr(row, name) for name in ("id", "kind", "process", "element", "team", "status", "created_at")}
        activities.append(own | {"label": found.label})
    return ticket_body(ticket) | {"activities": activities, "open_incident": _open_incident(unit, ticket)}


def _open_incident(unit: Unit[Any], ticket: Any) -> dict[str, Any] | None:
    if ticket.incident is None:
        return None
    columns = [incident.c[name] for name in ("seq", "at", "kind", "process", "element", "detail", "tries")]
    row = unit.connection.execute(
        select(*columns).where(incident.c.ticket_id == ticket.id, incident.c.seq == ticket.incident)
    ).one()
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping access is spelled so


@doors.route("/tickets/<protocol>", methods=["PATCH"])
@doors.arguments(AlterAsk(), example=examples.ALTER)
@doors.door(
    200,
    TicketShape(),
    example=examples.TICKET,
    refusals=(404, 412),
    body=True,
    key=True,
    match=True,
    headers=ETAG,
)
def alter_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Alter a ticket.

    Subject, team, responsible, texts and own fields in one command. A subject of another process is refused with
    `process_differs`, unless `situation` says where the ticket goes on there and the profile may relocate.
    """
    apart = {name: asked.pop(name) for name in ("fields", "situation", "reason") if name in asked}
    ask = Alter(ticket=protocol, changes=asked, seen=commands.seen(), **apart)
    return commands.run(alter, ask, told)


@doors.route("/tickets/<protocol>/moves", methods=["GET"])
@doors.arguments(MovesQuery(), location="query")
@doors.door(200, MovesShape(), example=examples.MOVES, refusals=(404,), headers=ETAG)
def list_moves(asked: dict[str, Any], protocol: str) -> Response:
    """List the moves a ticket has.

    Allowed or blocked, each with every reason, where it leads when that is certain, and the smallest change that
    would allow it. A refused move answers with the very same reasons.
    """
    body = commands.read(_moves, queries.Moves(ticket=protocol, **asked))
    return commands.shown(body, ETag=commands.etag(body["revision"]))


def _moves(unit: Unit[Any], ask: queries.Moves) -> dict[str, Any]:
    ticket, weighed = queries.moves(unit, ask)
    process = ticket.diagram
    return {
        "protocol": ticket.protocol,
        "revision": ticket.revision,
        "situation": ticket.situation,
        "situation_label": label_of(process, ticket.place_process, ticket.situation),
        "situation_process": ticket.place_process,
        "standing": ticket.standing,
        "waiting_for": ticket.waiting_for,
        "profile": ask.as_profile or unit.actor.profile or unit.actor.id,
        "moves": [option_body(process, option) for option in weighed.options],
    }


@doors.route("/tickets/<protocol>/moves", methods=["POST"])
@doors.arguments(MoveAsk(), example=examples.MOVE)
@doors.door(
    200,
    RepeatableShape(),
    example=examples.TICKET | {"repeated": False},
    refusals=(404, 409, 412),
    body=True,
    key=True,
    match=True,
    headers=ETAG,
)
def move_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Move a ticket.

    Leaves its situation by the flow named in `move`. A refusal lists every reason and what would allow it; 409
    `moved_meanwhile` means that somebody else moved it first, and tells who and where it stands now.
    """
    return commands.run(move, Move(ticket=protocol, seen=commands.seen(), **asked), _moved)


def _moved(done: Moved) -> Answer:
    return told(done.ticket, repeated=done.repeated)


@doors.route("/tickets/<protocol>/messages", methods=["POST"])
@doors.arguments(MessageAsk(), example=examples.MESSAGE)
@doors.door(
    200, DeliveredShape(), example=examples.DELIVERED, refusals=(404, 409), body=True, key=True, headers=ETAG
)
def tell_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Deliver a message.

    One of the installation's own (TRAMITA_MESSAGES). What waits for it goes on; a message nobody waits for is
    recorded, answered `delivered: false`, and never kept for later.
    """
    return commands.run(deliver, Deliver(ticket=protocol, **asked), _delivered)


def _delivered(done: Delivered) -> Answer:
    body = {"delivered": done.delivered, "repeated": done.repeated, "ticket": ticket_body(done.ticket)}
    return commands.answer(200, body, ETag=commands.etag(done.ticket.revision))


@doors.route("/tickets/<protocol>/relocations", methods=["POST"])
@doors.arguments(RelocateAsk(), example=examples.RELOCATE)
@doors.door(
    200,
    TicketShape(),
    example=examples.TICKET,
    refusals=(404, 412),
    body=True,
    key=True,
    match=True,
    headers=ETAG,
)
def relocate_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Put a ticket where no diagram foresaw.

    Discards what is under way and begins at the situation, in another version or process if need be. Its own
    right, and always with a reason.
    """
    return commands.run(relocate, Relocate(ticket=protocol, seen=commands.seen(), **asked), told)


@doors.route("/tickets/<protocol>/history", methods=["GET"])
@doors.arguments(HistoryQuery(), location="query")
@doors.door(200, HistoryShape(), example=examples.HISTORY, refusals=(404,))
def read_history(asked: dict[str, Any], protocol: str) -> Response:
    """Read a ticket's history.

    Who, when, what, from where to where and why; oldest first. Values of fields are never in it.
    """
    rows = commands.read(_history, queries.History(ticket=protocol, **asked))
    full = len(rows) == asked["limit"]
    onward = f"{request.path}?{urlencode(asked | {'after': rows[-1]['seq']})}" if full else None
    return commands.shown({"history": rows, "next": onward})


def _history(unit: Unit[Any], ask: queries.History) -> list[dict[str, Any]]:
    found = []
    for row in queries.history(unit, ask):
        own = {name: getattr(row, name) for name in _TOLD}
        own["actor_name"] = _name(unit, row.actor)
        own["process"] = deployed(unit, row.version_id).key
        own["version"] = number_of(unit, row.version_id)
        found.append(own)
    return found


_TOLD = ("seq", "at", "actor", "deed", "cause", "left", "entered", "reason", "detail")


def _name(unit: Unit[Any], actor: str) -> str:
    known = unit.engine.named(unit, actor) if False else None
    return known or actor
