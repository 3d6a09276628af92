"""Activities over HTTP: finish what a diagram asked somebody to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import fields, validate

from api import commands, examples
from api.openapi import ETAG, Doors
from api.shapes import Shape, described
from api.ticket_dumps import ticket_body
from api.ticket_shapes import TicketShape
from engine.tickets.finishing import OUTCOMES, Finish, Finished, finish

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.unit import Answer

doors = Doors("activities", description="What diagrams ask people to do")


class FinishAsk(Shape):
    """How it ended."""

    outcome = fields.String(
        load_default="done",
        validate=validate.OneOf(OUTCOMES, error="use um de: {choices}"),
        **described("Both send the diagram's token on; gateways may tell them apart."),
    )


class FinishedShape(Shape):
    """The activity that was finished, and its ticket where it stands now."""

    activity = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    ticket = fields.Nested(TicketShape(), required=True)


@doors.door(
    "POST",
    "/activities/<uuid:activity>/finish",
    takes=FinishAsk(),
    taken={"outcome": "done"},
    gives=FinishedShape(),
    example=examples.FINISHED,
    refusals=(404, 409),
    headers=ETAG,
)
def finish_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Finish an activity.

    Its token goes on, and with it perhaps the ticket.
    """
    return commands.run(finish, Finish(activity=activity, **asked), _finished)


def _finished(done: Finished) -> Answer:
    body = {"activity": done.activity, "outcome": done.outcome, "ticket": ticket_body(done.ticket)}
    return commands.answer(200, body, ETag=commands.etag(done.ticket.revision))
