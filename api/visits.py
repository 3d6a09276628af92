"""Technical assistance of a ticket over HTTP: its visits, and whether the service was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields, validate

from api import commands, examples
from api.openapi import ETAG, Doors
from api.shapes import Instant, Shape, YesNo, described, string
from api.ticket_dumps import ticket_body, told
from api.ticket_shapes import TicketShape, instant, maybe
from engine.tickets.assistance import ACCEPTANCES, Accept, Assistances, accept, assistances
from engine.tickets.chronicle import name_of
from engine.tickets.visits import STATES, Change, Propose, Visited, change, propose
from permissions.personal import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from engine.privacy.sight import View
    from engine.unit import Answer, Unit

doors = Doors("assistance", description="Technical assistance, its visits and its acceptance")
_NOTE: Final = 10_000


class VisitAsk(Shape):
    """A visit at the customer's place."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    scheduled = YesNo(load_default=False, **described("Agreed upon already; else it is proposed."))
    team = string(80, allow_none=True, metadata={"description": "Default: the ticket's."})
    responsible = string(120, allow_none=True, metadata={"description": "Login of who goes there."})
    note = string(_NOTE)


class TimeAsk(Shape):
    """When, if another time than before."""

    starts_at = Instant()
    ends_at = Instant()
    team = string(80)
    responsible = string(120)
    note = string(_NOTE)


class NewTimeAsk(TimeAsk):
    """The new time."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class VisitNoteAsk(Shape):
    """What is to be noted."""

    note = string(_NOTE, metadata={"description": "Replaces the visit's note."})


class VisitShape(Shape):
    """A visit."""

    number = fields.Integer(required=True, **described("Counts the ticket's visits from 1."))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    starts_at = instant()
    ends_at = instant()
    team = maybe()
    responsible = maybe("Login of who goes there.")
    note = maybe("Null for whoever may not see free texts.")


class VisitedShape(Shape):
    """The visit as it is now, and its ticket where it stands now."""

    visit = fields.Nested(VisitShape(), required=True)
    ticket = fields.Nested(TicketShape(), required=True)


class AcceptAsk(Shape):
    """What the customer says of the service."""

    acceptance = fields.String(required=True, validate=validate.OneOf(ACCEPTANCES, error="use um de: {choices}"))
    reason = string(2_000, allow_none=True, metadata={"description": "Asked for when it is refused."})


class AssistanceShape(Shape):
    """One technical assistance of the ticket."""

    number = fields.Integer(required=True, **described("Of the history row that opened it."))
    process = fields.String(required=True)
    running = fields.Boolean(required=True)
    opened_at = instant()
    closed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    outcome = maybe("`ended` or `abandoned`; null: it runs.")
    acceptance = maybe("`accepted` or `refused`; null: not asked yet.")
    acceptance_reason = maybe()
    accepted_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    accepted_by = maybe("Name of who recorded it.")
    visits = fields.List(fields.Nested(VisitShape()), required=True)


class AssistancesShape(Shape):
    """Every technical assistance of the ticket, oldest first; at most one runs."""

    assistances = fields.List(fields.Nested(AssistanceShape()), required=True)


_TIME: Final = {"starts_at": "2026-03-04T13:00:00Z", "ends_at": "2026-03-04T14:00:00Z"}
_VISIT: Final = _TIME | {
    "number": 1,
    "state": "scheduled",
    "team": "assistencia",
    "responsible": None,
    "note": "Levar sifão novo.",
}
_VISITED: Final = {"visit": _VISIT, "ticket": examples.TICKET}
_ASSISTANCE: Final = {
    "number": 4,
    "process": "assistencia_tecnica",
    "running": True,
    "opened_at": "2026-03-02T12:30:00Z",
    "closed_at": None,
    "outcome": None,
    "acceptance": None,
    "acceptance_reason": None,
    "accepted_at": None,
    "accepted_by": None,
    "visits": [_VISIT],
}


@doors.door(
    "GET",
    "/tickets/<protocol>/assistance",
    gives=AssistancesShape(),
    example={"assistances": [_ASSISTANCE]},
    refusals=(404,),
)
def read_assistance(protocol: str) -> Response:
    """Read the technical assistance of a ticket, with its visits.

    It is opened by a move of the diagram, never by itself.
    """
    return commands.shown({"assistances": commands.read(_assistances, Assistances(ticket=protocol))})


def _assistances(unit: Unit, ask: Assistances) -> list[dict[str, Any]]:
    people = unit.catalogue.people
    ticket, found = assistances(unit, ask)
    view = ticket.view
    same = ("process", "opened_at", "closed_at", "outcome", "acceptance", "accepted_at")
    return [
        {name: getattr(row, name) for name in same}
        | {
            "number": row.opened_seq,
            "running": row.closed_at is None,
            "acceptance_reason": view(TEXT, row.acceptance_reason),
            "accepted_by": name_of(unit, row.accepted_by) if row.accepted_by else None,
            "visits": [
                _visit(view, one._mapping, people.get(one.person_id))  # noqa: SLF001 - SQLAlchemy's public access
                for one in visits
            ],
        }
        for row, visits in found
    ]


def _visit(view: View, one: Any, person: Any) -> dict[str, Any]:
    same = ("number", "state", "starts_at", "ends_at", "team")
    return {name: one[name] for name in same} | {
        "note": view(TEXT, one["note"]),
        "responsible": person.login if person else None,
    }


def _visited(status: int) -> Callable[[Visited], Answer]:
    def render(done: Visited) -> Answer:
        seen = _visit(done.ticket.view, done.visit, done.person)
        body = {"visit": seen, "ticket": ticket_body(done.ticket)}
        return commands.answer(status, body, ETag=commands.etag(done.ticket.revision))

    return render


@doors.door(
    "POST",
    "/tickets/<protocol>/visits",
    takes=VisitAsk(),
    taken=_TIME | {"note": "Levar sifão novo."},
    status=201,
    gives=VisitedShape(),
    example=_VISITED,
    refusals=(404,),
    headers=ETAG,
)
def propose_visit(asked: dict[str, Any], protocol: str) -> Response:
    """Propose a visit, or schedule it at once.

    Only while a technical assistance runs.
    """
    return commands.run(propose, Propose(ticket=protocol, **asked), _visited(201))


def _deed(deed: str, takes: Shape, taken: dict[str, Any], title: str) -> None:
    def view(asked: dict[str, Any], protocol: str, number: int) -> Response:
        return commands.run(change, Change(ticket=protocol, number=number, deed=deed, **asked), _visited(200))

    view.__name__ = f"{deed}_visit"
    view.__doc__ = title
    doors.door(
        "POST",
        f"/tickets/<protocol>/visits/<int(max=2147483647):number>/{deed}",
        takes=takes,
        taken=taken,
        gives=VisitedShape(),
        example=_VISITED,
        refusals=(404, 409),
        headers=ETAG,
    )(view)


_deed("schedule", TimeAsk(), {}, "Schedule a visit that was proposed.")
_deed("reschedule", NewTimeAsk(), _TIME, "Put a visit to another time.\n\nAlso one that did not take place.")
_deed(
    "done", VisitNoteAsk(), {"note": "Sifão trocado."}, "Tell that a visit was made.\n\nThe diagram hears `visit_done`."
)
_deed("missed", VisitNoteAsk(), {"note": "Ninguém em casa."}, "Tell that a visit did not take place.")
_deed("cancel", VisitNoteAsk(), {}, "Cancel a visit.")


@doors.door(
    "POST",
    "/tickets/<protocol>/acceptance",
    takes=AcceptAsk(),
    taken={"acceptance": "accepted"},
    gives=TicketShape(),
    example=examples.TICKET,
    refusals=(404,),
    headers=ETAG,
)
def accept_service(asked: dict[str, Any], protocol: str) -> Response:
    """Record that the service was accepted or refused.

    Where the ticket goes on is a move's business.
    """
    return commands.run(accept, Accept(ticket=protocol, **asked), told)
