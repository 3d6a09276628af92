"""Tickets over HTTP: open, read, list, alter, move, tell, relocate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from api import commands, examples
from api.openapi import ETAG, LOCATION, Doors
from api.ticket_asks import (
    AlterAsk,
    AlterQuery,
    ListQuery,
    MessageAsk,
    MoveAsk,
    MovesQuery,
    OpenAsk,
    RelocateAsk,
)
from api.ticket_dumps import activity_body, label_of, listed, option_body, ticket_body, told
from api.ticket_shapes import (
    DeliveredShape,
    MovesShape,
    PageShape,
    RepeatableShape,
    TicketShape,
    WholeTicketShape,
)
from engine.attachments.attaching import OpenWith, open_with
from engine.tickets import listing, queries
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Deliver, Delivered, deliver
from engine.tickets.header import header
from engine.tickets.moving import Move, Moved, move
from engine.tickets.opening import Open, Opened, open_ticket
from engine.tickets.relocation import Relocate, relocate

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Answer, Unit

doors = Doors("tickets", description="Tickets, and the ways they move")


@doors.door(
    "POST",
    "/tickets",
    takes=OpenAsk(),
    taken=examples.OPEN,
    status=201,
    gives=RepeatableShape(),
    example=examples.OPENED | {"repeated": False},
    refusals=(404,),
    headers=ETAG | LOCATION,
    also={200: "Opened before under the same `source` and `external_id`."},
)
def open_a_ticket(asked: dict[str, Any]) -> Response:
    """Open a ticket.

    It begins where its subject's process begins. With `source` and `external_id` it is opened once, for ever.
    """
    if files := asked.pop("attachments", ()):
        return commands.run(open_with, OpenWith(open=Open(**asked), drafts=files), _opened)
    return commands.run(open_ticket, Open(**asked), _opened)


def _opened(done: Opened) -> Answer:
    ticket = done.ticket
    return commands.answer(
        200 if done.repeated else 201,
        ticket_body(ticket) | {"repeated": done.repeated},
        ETag=commands.etag(ticket.revision),
        Location=f"/api/v1/tickets/{ticket.protocol}",
    )


@doors.door("GET", "/tickets", query=ListQuery(), gives=PageShape(), example=examples.PAGE)
def list_tickets(asked: dict[str, Any]) -> Response:
    """List tickets.

    Pages follow a key, not a number: no ticket is skipped or shown twice while others write. `text` finds words of
    protocol, title or description.
    """
    found, cursor = commands.read(_page, listing.List(**asked))
    onward = None
    if cursor is not None:
        query = {**request.args.to_dict(), "cursor": cursor}
        onward = f"{request.path}?{urlencode(query)}"
    return commands.shown({"tickets": found, "next": onward, "cursor": cursor})


def _page(unit: Unit, ask: listing.List) -> tuple[list[dict[str, Any]], str | None]:
    page = listing.list_tickets(unit, ask)
    return listed(unit, page.rows), page.next


@doors.door(
    "GET", "/tickets/<protocol>", gives=WholeTicketShape(), example=examples.WHOLE_TICKET, refusals=(404,), headers=ETAG
)
def read_ticket(protocol: str) -> Response:
    """Read a ticket.

    With its open activities and, if its diagram is stuck, the incident. The ETag is the revision, for If-Match.
    """
    body = commands.read(_whole, queries.Show(ticket=protocol))
    return commands.shown(body, ETag=commands.etag(body["revision"]))


def _whole(unit: Unit, ask: queries.Show) -> dict[str, Any]:
    ticket = queries.show(unit, ask)
    incident = queries.open_incident(unit, ticket)
    return ticket_body(ticket) | {
        "header": header(unit, ticket),
        "activities": [activity_body(unit, row, ticket.view) for row in queries.open_activities(unit, ticket)],
        "open_incident": None if incident is None else {name: getattr(incident, name) for name in _INCIDENT},
    }


_INCIDENT = ("seq", "at", "kind", "process", "element", "detail", "tries")


@doors.door(
    "PATCH",
    "/tickets/<protocol>",
    takes=AlterAsk(),
    query=AlterQuery(),
    taken=examples.ALTER,
    gives=TicketShape(),
    example=examples.ALTERED,
    refusals=(404, 412),
    match=True,
    headers=ETAG,
)
def alter_ticket(query: dict[str, Any], asked: dict[str, Any], protocol: str) -> Response:
    """Alter a ticket.

    What it is about, who has it, its next action, texts and own fields in one command. A team without a person puts
    it into the team's queue. A subject of another process is refused with `process_differs`, unless `situation` says
    where the ticket goes on there and the profile may relocate. An If-Match that is stale is refused with both values
    of what both have changed (`conflicts`); `?merge=disjoint` lets changes of other fields through.
    """
    apart = {name: asked.pop(name) for name in ("fields", "situation", "reason") if name in asked}
    disjoint = query.get("merge") == "disjoint"
    ask = Alter(ticket=protocol, changes=asked, seen=commands.seen(), disjoint=disjoint, **apart)
    return commands.run(alter, ask, told)


@doors.door(
    "GET",
    "/tickets/<protocol>/moves",
    query=MovesQuery(),
    gives=MovesShape(),
    example=examples.MOVES,
    refusals=(404,),
    headers=ETAG,
)
def list_moves(asked: dict[str, Any], protocol: str) -> Response:
    """List the moves a ticket has.

    Allowed or blocked, each with every reason, where it leads when that is certain, and the smallest change that
    would allow it. A refused move answers with the very same reasons.
    """
    body = commands.read(_moves, queries.Moves(ticket=protocol, **asked))
    return commands.shown(body, ETag=commands.etag(body["revision"]))


def _moves(unit: Unit, ask: queries.Moves) -> dict[str, Any]:
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


@doors.door(
    "POST",
    "/tickets/<protocol>/moves",
    takes=MoveAsk(),
    taken=examples.MOVE,
    gives=RepeatableShape(),
    example=examples.MOVED | {"repeated": False},
    refusals=(404, 409, 412),
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


@doors.door(
    "POST",
    "/tickets/<protocol>/messages",
    takes=MessageAsk(),
    taken=examples.MESSAGE,
    gives=DeliveredShape(),
    example=examples.DELIVERED,
    refusals=(404, 409),
    headers=ETAG,
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


@doors.door(
    "POST",
    "/tickets/<protocol>/relocations",
    takes=RelocateAsk(),
    taken=examples.RELOCATE,
    gives=TicketShape(),
    example=examples.RELOCATED,
    refusals=(404, 412),
    match=True,
    headers=ETAG,
)
def relocate_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Put a ticket where no diagram foresaw.

    Discards what is under way and begins at the situation, in another version or process if need be. Its own
    right, and always with a reason.
    """
    return commands.run(relocate, Relocate(ticket=protocol, seen=commands.seen(), **asked), told)
