"""Activities over HTTP: create, take, start, hand over, finish; and the same for a ticket's place in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import activity_examples, commands, examples
from api.activity_dumps import created, item_told, whole_item
from api.activity_shapes import (
    ArchiveAsk,
    ChangeAsk,
    CreateAsk,
    FinishAsk,
    FinishedShape,
    ItemShape,
    NoteAsk,
    NothingAsk,
    StartedShape,
    TakenShape,
    TransferAsk,
    WholeItemShape,
)
from api.openapi import ETAG, LOCATION, Doors
from api.ticket_dumps import ticket_body
from engine.queues.changing import Change, change
from engine.queues.finishing import Archive, Finish, Finished, archive, finish
from engine.queues.showing import ShowItem, Shown, show_item
from engine.queues.taking import GiveBack, Take, Taken, give_back, take
from engine.queues.transferring import Transfer, transfer
from engine.tickets.tasks import CreateTask, create_task

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.queues.item import Item
    from engine.unit import Answer, Unit

doors = Doors("activities", description="What is to be done: take it, hand it over, finish it")


@doors.door(
    "POST",
    "/activities",
    takes=CreateAsk(),
    taken=activity_examples.CREATE,
    status=201,
    gives=ItemShape(),
    example=activity_examples.ITEM,
    refusals=(404,),
    headers=LOCATION,
)
def create_activity(asked: dict[str, Any]) -> Response:
    """Create an activity.

    For oneself, a person or a team, inside a ticket or not, with or without a contact. What one creates for oneself
    without a limit is pending at once; all else waits in the queue. Inside a ticket the rules of its tasks hold.
    """
    return commands.run(create_task, CreateTask(**asked), created)


@doors.door(
    "GET", "/activities/<uuid:activity>", gives=WholeItemShape(), example=activity_examples.WHOLE, refusals=(404,)
)
def read_activity(activity: UUID) -> Response:
    """Read an activity.

    With its notes, who was told of its limit and when, and the latest other tickets of its contact. A ticket's id
    reads its own place in the queue.
    """
    return commands.shown(commands.read(_whole, ShowItem(item=activity)))


def _whole(unit: Unit, ask: ShowItem) -> dict[str, Any]:
    found: Shown = show_item(unit, ask)
    return whole_item(unit, found.item)


@doors.door(
    "PATCH",
    "/activities/<uuid:activity>",
    takes=ChangeAsk(),
    taken={"limit_at": "2026-03-03T15:00:00-03:00"},
    gives=ItemShape(),
    example=activity_examples.ITEM,
    refusals=(404, 409),
)
def change_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Change an activity made by hand.

    Another limit is a new deadline: it is announced anew.
    """
    return commands.run(change, Change(item=activity, changes=asked), _item)


@doors.door(
    "POST",
    "/activities/<uuid:activity>/take",
    takes=NothingAsk(),
    taken={},
    gives=TakenShape(),
    example=activity_examples.MINE | {"repeated": False},
    refusals=(404, 409),
)
def take_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Take an activity from its queue.

    Of many who take at once exactly one gets it; the others are answered 409 `taken` with the winner's name. Only
    members take from a team's queue. A ticket's id takes the ticket itself.
    """
    del asked
    return commands.run(take, Take(item=activity), _taken)


@doors.door(
    "POST",
    "/activities/<uuid:activity>/start",
    takes=NothingAsk(),
    taken={},
    gives=StartedShape(),
    example=activity_examples.WHOLE | {"repeated": False},
    refusals=(404, 409),
)
def start_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Go into an activity.

    Takes it first if it is still queued, and answers with all that belongs to it, its contact's latest tickets too.
    """
    del asked
    return commands.run(take, Take(item=activity), _started)


@doors.door(
    "POST",
    "/activities/<uuid:activity>/return",
    takes=NoteAsk(),
    taken={"note": "Volto a tentar amanhã."},
    gives=ItemShape(),
    example=activity_examples.ITEM,
    refusals=(404, 409),
)
def return_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Give an activity back to its queue.

    What somebody else has is given back by whoever may assign.
    """
    return commands.run(give_back, GiveBack(item=activity, **asked), _item)


@doors.door(
    "POST",
    "/activities/<uuid:activity>/transfer",
    takes=TransferAsk(),
    taken=activity_examples.TRANSFER,
    gives=ItemShape(),
    example=activity_examples.MINE,
    refusals=(404, 409),
)
def transfer_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Hand an activity over.

    To a team without a person: into the queue of all in it. With a person: it is pending with them at once. One hands
    over what one has and what waits for one; the rest needs `activity.assign`. A ticket's id forwards the ticket.
    """
    return commands.run(transfer, Transfer(item=activity, **asked), _item)


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


@doors.door(
    "POST",
    "/activities/<uuid:activity>/archive",
    takes=ArchiveAsk(),
    taken={"confirm": True},
    gives=FinishedShape(),
    example=examples.FINISHED | {"outcome": "archived"},
    refusals=(404, 409),
    headers=ETAG,
)
def archive_activity(asked: dict[str, Any], activity: UUID) -> Response:
    """Archive an activity.

    Closes it without its being done, once confirmed; a diagram's token goes on all the same.
    """
    return commands.run(archive, Archive(activity=activity, **asked), _finished)


def _item(item: Item) -> Answer:
    return commands.answer(200, item_told(item))


def _taken(done: Taken) -> Answer:
    return commands.answer(200, item_told(done.item) | {"repeated": done.repeated})


def _started(done: Taken) -> Answer:
    return commands.answer(200, whole_item(done.item.unit, done.item) | {"repeated": done.repeated})


def _finished(done: Finished) -> Answer:
    body: dict[str, Any] = {"activity": done.activity, "outcome": done.outcome, "ticket": None}
    if done.ticket is None:
        return commands.answer(200, body)
    return commands.answer(200, body | {"ticket": ticket_body(done.ticket)}, ETag=commands.etag(done.ticket.revision))
