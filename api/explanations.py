"""Explain over HTTP: why somebody may or may not do something to a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import commands
from api import permission_examples as examples
from api.openapi import Doors
from api.permission_dumps import explained_body
from api.supposition_shapes import ExplainedShape, ExplainQuery
from engine.permits.explaining import Explain, explain

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Unit

doors = Doors("explanations", description="Why somebody may, or may not")


@doors.door(
    "GET",
    "/tickets/<protocol>/explain",
    query=ExplainQuery(),
    gives=ExplainedShape(),
    example=examples.EXPLAINED,
    refusals=(404, 422),
)
def explain_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Explain whether somebody may do this.

    With every rule that had a say, who made it and when, and the smallest change that would allow it. What it says is
    what the call does, and its reasons are those that the refusal carries.
    """
    at = asked.pop("as_of")
    return commands.shown(commands.read(_explained, Explain(ticket=protocol, at=at, **asked)))


def _explained(unit: Unit, ask: Explain) -> dict[str, Any]:
    return explained_body(unit, explain(unit, ask))
