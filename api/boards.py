"""Queue, pending, finished over HTTP: lists, the board, appointments, and who was told of a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from api import activity_examples, commands
from api.activity_dumps import items
from api.activity_shapes import (
    AnnouncementsShape,
    AppointmentsQuery,
    AppointmentsShape,
    BoardQuery,
    BoardShape,
    ItemsQuery,
    ItemsShape,
)
from api.openapi import Doors
from engine.queues.appointments import Appointments, appointments
from engine.queues.board import ShowBoard, show_board
from engine.queues.listing import ListItems, list_items
from engine.queues.showing import Announcements, announcements
from engine.queues.telling import told

if TYPE_CHECKING:
    from flask import Response

    from engine.tickets.listing import Page
    from engine.unit import Unit

doors = Doors("boards", description="What waits, what somebody is at, what is done")


@doors.door("GET", "/activities", query=ItemsQuery(), gives=ItemsShape(), example=activity_examples.PAGE)
def list_activities(asked: dict[str, Any]) -> Response:
    """List activities.

    Of one box, of oneself, a person or a team; service items of tickets and task-list activities together. What has
    a limit comes first, the nearest before the others; finished ones come the latest first. Pages follow a key.
    """
    return commands.shown(commands.read(_list, ListItems(**_plain(asked))))


@doors.door("GET", "/board", query=BoardQuery(), gives=BoardShape(), example=activity_examples.BOARD)
def show_the_board(asked: dict[str, Any]) -> Response:
    """Show the board.

    The first page of each box and how many there are, by ring, in one call. Rings are those of this very instant.
    """
    return commands.shown(commands.read(_board, ShowBoard(**_plain(asked))))


@doors.door(
    "GET",
    "/appointments",
    query=AppointmentsQuery(),
    gives=AppointmentsShape(),
    example={"appointments": [activity_examples.MINE | {"kind": "appointment", "due_kind": "appointment"}]},
)
def list_appointments(asked: dict[str, Any]) -> Response:
    """List appointments.

    Open activities that are to be done at a time, for a calendar.
    """
    return commands.shown(commands.read(_appointments, Appointments(**asked)))


@doors.door(
    "GET",
    "/tickets/<protocol>/announcements",
    gives=AnnouncementsShape(),
    example={"announcements": [activity_examples.ANNOUNCEMENT]},
    refusals=(404,),
)
def list_announcements(protocol: str) -> Response:
    """List who was told of a ticket's limits, and when.

    Of its own place in the queue and of all its activities, oldest first.
    """
    return commands.shown(commands.read(_announcements, Announcements(ticket=protocol)))


def _list(unit: Unit, ask: ListItems) -> dict[str, Any]:
    page = list_items(unit, ask)
    return _page(unit, page, request.args.to_dict())


def _board(unit: Unit, ask: ShowBoard) -> dict[str, Any]:
    found = show_board(unit, ask)
    query = request.args.to_dict()
    return {
        box: _page(unit, page, query | {"box": box}) | {"counts": found.counts[box]}
        for box, page in found.pages.items()
    }


def _appointments(unit: Unit, ask: Appointments) -> dict[str, Any]:
    return {"appointments": items(unit, appointments(unit, ask))}


def _announcements(unit: Unit, ask: Announcements) -> dict[str, Any]:
    return {"announcements": told(unit, announcements(unit, ask))}


def _page(unit: Unit, page: Page, query: dict[str, str]) -> dict[str, Any]:
    onward = None
    if page.next is not None:
        onward = f"/api/v1/activities?{urlencode(query | {'cursor': page.next})}"
    return {"items": items(unit, page.rows), "next": onward, "cursor": page.next}


def _plain(asked: dict[str, Any]) -> dict[str, Any]:
    return asked | {"do_now": asked["do_now"] == "true"}
