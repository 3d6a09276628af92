"""Links between tickets, and clones, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields

from api import commands, examples
from api.openapi import ETAG, LOCATION, Doors
from api.shapes import Shape, described, string
from api.ticket_asks import MAX_TEXT
from api.ticket_dumps import listed, ticket_body
from api.ticket_shapes import ListedShape, TicketShape, instant
from engine.tickets.access import readable_ticket
from engine.tickets.chronicle import name_of
from engine.tickets.cloning import Clone, clone
from engine.tickets.linking import Link, Linked, Links, link, links, unlink

if TYPE_CHECKING:
    from flask import Response

    from engine.tickets.ticket import Ticket
    from engine.unit import Answer, Unit

doors = Doors("links", description="Tickets of the same demand, tied together; and copies of tickets")


class LinkAsk(Shape):
    """The ticket at the other end."""

    ticket = string(20, 1, required=True, metadata={"description": "Its protocol."})


class LinkedShape(Shape):
    """The two ends, and whether the link was there already."""

    ticket = fields.String(required=True)
    other = fields.String(required=True)
    repeated = fields.Boolean(required=True, **described("They were linked already: nothing was done this time."))


class LinkShape(ListedShape):
    """A ticket at the other end of a link."""

    linked_at = instant()
    linked_by = fields.String(required=True, **described("Name of who linked them."))


class LinksShape(Shape):
    """Everything a ticket is linked to, the oldest link first."""

    links = fields.List(fields.Nested(LinkShape()), required=True)


class CloneAsk(Shape):
    """What shall be different in the clone."""

    title = string(300, 1, metadata={"description": "Default: the source's."})
    description = string(MAX_TEXT, metadata={"description": "Default: the source's."})
    fields_ = fields.Dict(
        keys=fields.String(),
        attribute="fields",
        data_key="fields",
        **described("Own fields of the clone: none are copied, and opening may require some."),
    )


_OTHER: Final = "2026-5120394-4"
_LINKED: Final = {"ticket": examples.TICKET["protocol"], "other": _OTHER, "repeated": False}
_LINK: Final = examples.PAGE["tickets"][0] | {
    "protocol": _OTHER,
    "linked_at": "2026-03-02T13:00:00Z",
    "linked_by": "Ana Souza",
}


@doors.door(
    "GET",
    "/tickets/<protocol>/links",
    gives=LinksShape(),
    example={"links": [_LINK]},
    refusals=(404,),
)
def list_links(protocol: str) -> Response:
    """List what a ticket is linked to.

    Links have no direction, and stay when a ticket is finished.
    """
    return commands.shown({"links": commands.read(_links, Links(ticket=protocol))})


def _links(unit: Unit, ask: Links) -> list[dict[str, Any]]:
    rows = links(unit, ask)
    view = readable_ticket(unit, ask.ticket, lock=False).view if rows else None
    told = [{"linked_at": row.linked_at, "linked_by": name_of(unit, row.linked_by, view)} for row in rows]
    return [one | more for one, more in zip(listed(unit, rows), told, strict=True)]


@doors.door(
    "POST",
    "/tickets/<protocol>/links",
    takes=LinkAsk(),
    taken={"ticket": _OTHER},
    status=201,
    gives=LinkedShape(),
    example=_LINKED,
    refusals=(404,),
    also={200: "They were linked already."},
)
def link_tickets(asked: dict[str, Any], protocol: str) -> Response:
    """Link two tickets.

    Both must be open, and of the same customer unless the profile holds `ticket.link_customers`. Nothing that
    happens to one ever changes the other.
    """
    return commands.run(link, Link(ticket=protocol, other=asked["ticket"]), _linked)


def _linked(done: Linked) -> Answer:
    body = {"ticket": done.ticket.protocol, "other": done.other.protocol, "repeated": done.repeated}
    return commands.answer(200 if done.repeated else 201, body)


@doors.door(
    "DELETE",
    "/tickets/<protocol>/links/<other>",
    gives=LinkedShape(),
    example=_LINKED,
    refusals=(404, 422),
)
def unlink_tickets(protocol: str, other: str) -> Response:
    """Take a link away.

    Both must be open: the links of what is finished stay as they are.
    """
    return commands.run(unlink, Link(ticket=protocol, other=other), _unlinked)


def _unlinked(done: Linked) -> Answer:
    return commands.answer(200, {"ticket": done.ticket.protocol, "other": done.other.protocol, "repeated": False})


@doors.door(
    "POST",
    "/tickets/<protocol>/clone",
    takes=CloneAsk(),
    taken={"title": "Vazamento no banheiro"},
    status=201,
    gives=TicketShape(),
    example=examples.TICKET,
    refusals=(404,),
    headers=ETAG | LOCATION,
)
def clone_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Clone a ticket.

    A new ticket with the same customer, subject, property, priority and texts, in the first situation of the
    process version in force. Messages, tasks, links and deadlines are not copied.
    """
    return commands.run(clone, Clone(ticket=protocol, **asked), _cloned)


def _cloned(ticket: Ticket) -> Answer:
    return commands.answer(
        201,
        ticket_body(ticket),
        ETag=commands.etag(ticket.revision),
        Location=f"/api/v1/tickets/{ticket.protocol}",
    )
