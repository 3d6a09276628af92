"""Shapes of items of a queue: service items of tickets, and activities."""

from __future__ import annotations

from marshmallow import fields, validate

from api.shapes import Instant, Shape, Whole, YesNo, described, string
from api.ticket_asks import MAX_TEXT
from api.ticket_shapes import ListedShape, TicketShape, instant, maybe
from engine.activities.model import SERVICE
from engine.builtin import ACTIVITY_KINDS
from engine.queues.finishing import OUTCOMES
from engine.queues.listing import LISTED_KINDS, LISTED_RINGS
from engine.queues.sources import BOXES
from engine.tickets.briefing import DUE_KINDS

_ONE_OF = "use um de: {choices}"
_NOTE = 10_000


def maybe_at(sentence: str) -> fields.String:
    """An instant, or null."""
    return fields.String(required=True, allow_none=True, metadata={"format": "date-time", "description": sentence})


class ItemShape(Shape):
    """Something to do, and who has it: an activity, or a ticket's own place in the queue."""

    id = fields.UUID(required=True, **described("An activity's id; a service item has its ticket's."))
    kind = fields.String(required=True, validate=validate.OneOf((SERVICE, *ACTIVITY_KINDS)))
    type = maybe("Key of the registry `activity_types`.")
    name = fields.String(required=True, **described("What to do; of a service item the ticket's title."))
    status = fields.String(required=True, validate=validate.OneOf(BOXES))
    outcome = maybe("`done` or `archived`; null: not finished.")
    ticket = maybe("Protocol; null: it is in no ticket.")
    ticket_title = maybe()
    team = maybe()
    responsible = maybe("Login of who has it.")
    responsible_name = maybe()
    due_kind = maybe("`deadline`: do it by then; `appointment`: do it at that time.")
    limit_at = maybe_at("Null: it has no limit.")
    time_left_s = fields.Integer(
        required=True, allow_none=True, **described("Seconds until the limit, by the clock; negative: past it.")
    )
    ring = maybe("`yellow`, `red` from the very instant of the limit, or null; only what is queued has one.")
    overdue = fields.Boolean(required=True, **described("It is pending, and past its limit."))
    created_at = instant()
    taken_at = maybe_at("Since when it is pending; null for service items.")
    finished_at = maybe_at("Null: not finished.")


class NoteShape(Shape):
    """What somebody wrote when handing it over."""

    number = fields.Integer(required=True)
    at = instant()
    by = fields.String(required=True, **described("Name of who wrote it."))
    text = maybe("Null for whoever may not see free texts.")


class ToldShape(Shape):
    """Somebody who was told."""

    login = fields.String(required=True)
    name = fields.String(required=True)


class AnnouncementShape(Shape):
    """A crossing of a limit that was announced."""

    item = fields.UUID(required=True, **described("An activity's id; of a service item its ticket's."))
    kind = fields.String(required=True, validate=validate.OneOf((SERVICE, *ACTIVITY_KINDS)))
    name = fields.String(required=True, **described("What the activity is called; of a service item the title."))
    threshold = fields.String(
        required=True,
        **described(
            "`yellow`, `limit`, or a step such as `50%:team`; of a policy's limit `resolution`, `resolution:80%:team`."
        ),
    )
    ring = maybe("What it was flagged as: `yellow`, `red`, `overdue`; null for steps before and after the limit.")
    version = fields.Integer(required=True, **described("Of the deadline: it grows whenever the limit is set."))
    due_at = instant(description="When it was crossed.")
    at = instant(description="When it was announced.")
    told = fields.List(fields.Nested(ToldShape()), required=True)


class WholeItemShape(ItemShape):
    """An item with all that belongs to it."""

    description = maybe()
    fields_ = fields.Dict(
        keys=fields.String(), required=True, data_key="fields", **described("What its type asks for.")
    )
    template = maybe("Key of a standard reply.")
    customer = maybe("Key of the contact it refers to.")
    process = maybe("Null: made by hand, or a service item.")
    element = maybe()
    notes = fields.List(fields.Nested(NoteShape()), required=True)
    announcements = fields.List(fields.Nested(AnnouncementShape()), required=True)
    before = fields.List(
        fields.Nested(ListedShape()), required=True, **described("The latest other tickets of its contact.")
    )
    withheld = fields.List(fields.String(), required=True, **described("Classes of personal data not shown whole."))


class TakenShape(ItemShape):
    """The item; `repeated`: it was the caller's already."""

    repeated = fields.Boolean(required=True)


class StartedShape(WholeItemShape):
    """The item with all that belongs to it; `repeated`: it was the caller's already."""

    repeated = fields.Boolean(required=True)


class FinishedShape(Shape):
    """The activity that was finished, and its ticket, if it is in one, where it stands now."""

    activity = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    ticket = fields.Nested(TicketShape(), required=True, allow_none=True)


class ItemsShape(Shape):
    """A page of items."""

    items_ = fields.List(fields.Nested(ItemShape()), required=True, attribute="items", data_key="items")
    next = maybe("Address of the page after; null: there is none.")
    cursor = maybe("The same as a value of `cursor`.")


class CountsShape(Shape):
    """How many there are; 1,001 means more than 1,000."""

    all = fields.Integer()
    yellow = fields.Integer()
    red = fields.Integer()
    overdue = fields.Integer()
    today = fields.Integer(**described("Finished since midnight in the installation's zone."))


class BoxShape(ItemsShape):
    """A box of the board: its first page, and counts."""

    counts = fields.Nested(CountsShape(), required=True)


class BoardShape(Shape):
    """The three boxes."""

    queued = fields.Nested(BoxShape(), required=True)
    pending = fields.Nested(BoxShape(), required=True)
    finished = fields.Nested(BoxShape(), required=True)


class AppointmentsShape(Shape):
    """What is on the calendar, the earliest first."""

    appointments = fields.List(fields.Nested(ItemShape()), required=True)


class AnnouncementsShape(Shape):
    """Who was told of a ticket's limits, oldest first."""

    announcements = fields.List(fields.Nested(AnnouncementShape()), required=True)


class BoardQuery(Shape):
    """Whose board, and what of it."""

    person = string(120, metadata={"description": "A login. Default: oneself."})
    team = string(80, metadata={"description": "All of this team, whoever has it; instead of a person."})
    kind = fields.String(
        validate=validate.OneOf(LISTED_KINDS, error=_ONE_OF), **described("`task`: every kind but `service`.")
    )
    text = string(200, metadata={"description": "Words of protocol, title, or the activity's name."})
    do_now = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error=_ONE_OF),
        **described("`true`: leave out appointments whose time is still ahead."),
    )
    limit = Whole(1, 100, load_default=20)


class ItemsQuery(BoardQuery):
    """Which items."""

    box = fields.String(load_default="queued", validate=validate.OneOf(BOXES, error=_ONE_OF))
    ring = fields.String(
        validate=validate.OneOf(LISTED_RINGS, error=_ONE_OF), **described("Only those; `overdue` of what is pending.")
    )
    cursor = string(400, metadata={"description": "From the page before."})


class AppointmentsQuery(Shape):
    """Which stretch of whose calendar."""

    since = Instant(required=True)
    until = Instant(required=True, **described("At most 92 days after `since`."))
    person = string(120, metadata={"description": "A login. Default: oneself."})
    team = string(80)


class SaidAsk(Shape):
    """What an activity made by hand says."""

    kind = fields.String(
        validate=validate.OneOf(ACTIVITY_KINDS, error=_ONE_OF), **described("Default: its type's, or custom.")
    )
    type = string(80, allow_none=True, metadata={"description": "Key of the registry `activity_types`."})
    description = string(MAX_TEXT)
    fields_ = fields.Dict(
        keys=fields.String(), attribute="fields", data_key="fields", **described("What the type asks for.")
    )
    customer = string(80, allow_none=True, metadata={"description": "Key of the contact it refers to."})
    template = string(80, allow_none=True, metadata={"description": "Key of a standard reply. Default: the type's."})
    team = string(80, allow_none=True)
    responsible = string(120, allow_none=True, metadata={"description": "A login."})
    limit_at = Instant(allow_none=True)
    due_kind = fields.String(allow_none=True, validate=validate.OneOf(DUE_KINDS, error=_ONE_OF))


class CreateAsk(SaidAsk):
    """Something for somebody to do."""

    name = string(200, 1, required=True, metadata={"description": "In a few words."})
    ticket = string(20, allow_none=True, metadata={"description": "Protocol; default: it is in no ticket."})


class ChangeAsk(Shape):
    """What shall be different."""

    name = string(200, 1)
    description = string(MAX_TEXT)
    limit_at = Instant(allow_none=True)
    due_kind = fields.String(validate=validate.OneOf(DUE_KINDS, error=_ONE_OF))


class NothingAsk(Shape):
    """Nothing has to be said."""


class NoteAsk(Shape):
    """Why."""

    note = string(_NOTE, allow_none=True, metadata={"description": "Kept with the item."})


class TransferAsk(NoteAsk):
    """To whom."""

    team = string(80, allow_none=True, metadata={"description": "Without a person: the queue of all in it."})
    responsible = string(120, allow_none=True, metadata={"description": "A login: it is pending with them at once."})


class FinishAsk(NoteAsk):
    """How it ended."""

    outcome = fields.String(
        load_default="done",
        validate=validate.OneOf(OUTCOMES, error=_ONE_OF),
        **described("Both send the diagram's token on; gateways may tell them apart."),
    )


class ArchiveAsk(NoteAsk):
    """The confirmation."""

    confirm = YesNo(load_default=False, **described("Must be true: the page has asked back."))
