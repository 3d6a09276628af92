"""Who else takes part in a ticket, over HTTP: agencies and brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields, validate

from api import commands
from api.openapi import Doors
from api.shapes import Shape, described, string
from api.ticket_shapes import instant, maybe
from engine.tickets.chronicle import name_of
from engine.tickets.participants import (
    KINDS,
    SEES,
    Invite,
    Invited,
    Participants,
    Remove,
    invite,
    participants,
    remove,
)
from permissions.personal import NAME

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Answer, Unit

doors = Doors("participants", description="Agencies and brokers invited into a ticket")


class InviteAsk(Shape):
    """Who is invited: `customer`, `login` or `name`, exactly one of them."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error="use um de: {choices}"))
    customer = string(80, 1, metadata={"description": "Key of a registered customer."})
    login = string(120, 1, metadata={"description": "Login of a person."})
    name = string(300, 1, metadata={"description": "Of somebody nobody has registered."})
    sees = fields.String(
        load_default="marked",
        validate=validate.OneOf(SEES, error="use um de: {choices}"),
        **described("`marked`: messages marked for participants; `shown`: also what is shown to the customer."),
    )


class InvitedShape(Shape):
    """The participant's number in the ticket."""

    number = fields.Integer(required=True)
    repeated = fields.Boolean(required=True, **described("They were there already: nothing was done this time."))


class ParticipantShape(Shape):
    """Somebody who takes part, or did."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = maybe("Masked or null for whoever may not see names; people with a login are known by theirs.")
    customer = maybe("Key, where it is a registered customer.")
    login = maybe("Of a person.")
    sees = fields.String(required=True, validate=validate.OneOf(SEES))
    invited_at = instant()
    invited_by = fields.String(required=True, **described("Name of who invited them."))
    removed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    removed_by = maybe("Name of who took them out.")


class ParticipantsShape(Shape):
    """Everybody who takes part in a ticket, and who did."""

    participants = fields.List(fields.Nested(ParticipantShape()), required=True)


_PARTICIPANT: Final = {
    "number": 1,
    "kind": "agency",
    "name": "Imobiliária Central",
    "customer": "C-2001",
    "login": None,
    "sees": "marked",
    "invited_at": "2026-03-02T13:00:00Z",
    "invited_by": "Ana Souza",
    "removed_at": None,
    "removed_by": None,
}


@doors.door(
    "GET",
    "/tickets/<protocol>/participants",
    gives=ParticipantsShape(),
    example={"participants": [_PARTICIPANT]},
    refusals=(404,),
)
def list_participants(protocol: str) -> Response:
    """List who takes part in a ticket.

    Those who were taken out stay listed, with when and by whom.
    """
    return commands.shown({"participants": commands.read(_participants, Participants(ticket=protocol))})


def _participants(unit: Unit, ask: Participants) -> list[dict[str, Any]]:
    ticket, rows = participants(unit, ask)
    view = ticket.view
    return [
        {
            "number": row.number,
            "kind": row.kind,
            "name": row.person_name or view.about(row.customer_id)(NAME, row.name or row.customer_name),
            "customer": row.customer,
            "login": row.login,
            "sees": row.sees,
            "invited_at": row.invited_at,
            "invited_by": name_of(unit, row.invited_by),
            "removed_at": row.removed_at,
            "removed_by": name_of(unit, row.removed_by) if row.removed_by else None,
        }
        for row in rows
    ]


@doors.door(
    "POST",
    "/tickets/<protocol>/participants",
    takes=InviteAsk(),
    taken={"kind": "agency", "customer": "C-2001"},
    status=201,
    gives=InvitedShape(),
    example={"number": 1, "repeated": False},
    refusals=(404,),
    also={200: "They were there already."},
)
def invite_participant(asked: dict[str, Any], protocol: str) -> Response:
    """Invite an agency or a broker into a ticket."""
    return commands.run(invite, Invite(ticket=protocol, **asked), _invited)


def _invited(done: Invited) -> Answer:
    return commands.answer(200 if done.repeated else 201, {"number": done.number, "repeated": done.repeated})


@doors.door(
    "DELETE",
    "/tickets/<protocol>/participants/<int(max=2147483647):number>",
    gives=InvitedShape(),
    example={"number": 1, "repeated": False},
    refusals=(404, 409),
)
def remove_participant(protocol: str, number: int) -> Response:
    """Take a participant out of a ticket."""
    return commands.run(remove, Remove(ticket=protocol, number=number), _removed)


def _removed(done: Invited) -> Answer:
    return commands.answer(200, {"number": done.number, "repeated": False})
