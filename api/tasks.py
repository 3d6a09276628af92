"""Tasks of a ticket over HTTP: what diagrams and people ask somebody to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import fields

from api import activity_examples, commands, examples
from api.activity_dumps import created
from api.activity_shapes import ItemShape, SaidAsk
from api.openapi import LOCATION, Doors
from api.shapes import Shape, string
from api.ticket_dumps import activity_body
from api.ticket_shapes import ActivityShape, maybe
from engine.tickets.tasks import CreateTask, Tasks, create_task, tasks

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Unit

doors = Doors("tasks", description="What somebody has to do for a ticket")


class TaskAsk(SaidAsk):
    """Something for somebody to do."""

    name = string(200, 1, required=True, metadata={"description": "In a few words."})


class DoneShape(ActivityShape):
    """An activity of the ticket, with how it ended."""

    outcome = maybe("`done` or `archived`; null: not finished.")
    finished_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class TasksShape(Shape):
    """All activities of a ticket, oldest first."""

    tasks = fields.List(fields.Nested(DoneShape()), required=True)


_DONE = examples.ACTIVITY | {"outcome": None, "finished_at": None}


@doors.door(
    "GET",
    "/tickets/<protocol>/tasks",
    gives=TasksShape(),
    example={"tasks": [_DONE]},
    refusals=(404,),
)
def list_tasks(protocol: str) -> Response:
    """List the tasks of a ticket.

    Those made by hand and those its diagram asked for, finished ones too.
    """
    return commands.shown({"tasks": commands.read(_tasks, Tasks(ticket=protocol))})


def _tasks(unit: Unit, ask: Tasks) -> list[dict[str, Any]]:
    ticket, rows = tasks(unit, ask)
    view = ticket.view
    return [activity_body(unit, row, view) | {"outcome": row.outcome, "finished_at": row.finished_at} for row in rows]


@doors.door(
    "POST",
    "/tickets/<protocol>/tasks",
    takes=TaskAsk(),
    taken={"name": "Ligar para o síndico", "kind": "call", "responsible": "ana.souza"},
    status=201,
    gives=ItemShape(),
    example=activity_examples.ITEM,
    refusals=(404,),
    headers=LOCATION,
)
def create_a_task(asked: dict[str, Any], protocol: str) -> Response:
    """Create a task in a ticket.

    The ticket must be open and have a subsubject. `POST /activities/{id}/finish` finishes it.
    """
    return commands.run(create_task, CreateTask(ticket=protocol, **asked), created)
