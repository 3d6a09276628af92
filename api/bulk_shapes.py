"""Shapes of bulk: what is ordered for many tickets, how far it is, and what became of each."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from api.conversation_shapes import InteractAsk, NextActionAsk
from api.downloads import SheetQuery
from api.links import LinkAsk
from api.shapes import ReasonShape, Shape, Whole, YesNo, described, string
from api.tasks import TaskAsk
from api.ticket_asks import AlterAsk, ListQuery
from api.ticket_shapes import instant, maybe
from engine.bulk.ordering import NAMED_AT_MOST
from engine.bulk.queries import ITEM_STATES, STATES

DEEDS: Final = ("move", "alter", "interact", "next_action", "link", "task")


class SelectAsk(ListQuery):
    """The list's own filter, at least one member of it."""

    class Meta(ListQuery.Meta):
        """Bulk takes all pages of the list, in the order in which the tickets were opened."""

        exclude = ("cursor", "limit", "sort")

    @validates_schema
    def _something(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if not data:
            raise ValidationError("diga ao menos um filtro")


class MoveManyAsk(Shape):
    """The move that shall be made."""

    move = string(250, allow_none=True, metadata={"description": "Id of the flow; none: the situation's default."})
    fields_ = fields.Dict(
        keys=fields.String(), attribute="fields", data_key="fields", **described("What this move asks for.")
    )
    reason = string(2_000, allow_none=True)


class BulkAsk(Shape):
    """Which tickets, and the one deed for all of them: as the deed's own address takes it."""

    filter = fields.Nested(SelectAsk(), **described("As `GET /tickets` takes it."))
    tickets = fields.List(
        string(20, 1),
        validate=validate.Length(1, NAMED_AT_MOST, error="use de {min} a {max} protocolos"),
        **described("Protocols, instead of a filter."),
    )
    move = fields.Nested(MoveManyAsk(), **described("As `POST /tickets/{protocol}/moves`."))
    alter = fields.Nested(AlterAsk(), **described("As `PATCH /tickets/{protocol}`: alter, forward."))
    interact = fields.Nested(InteractAsk(), **described("As `POST /tickets/{protocol}/interact`: a note, a reply …"))
    next_action = fields.Nested(NextActionAsk(), **described("As `PUT /tickets/{protocol}/next-action`."))
    link = fields.Nested(LinkAsk(), **described("As `POST /tickets/{protocol}/links`: all to one."))
    task = fields.Nested(TaskAsk(), **described("As `POST /tickets/{protocol}/tasks`."))

    @validates_schema
    def _one_of_each(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if len(data.keys() & {"filter", "tickets"}) != 1:
            raise ValidationError({"filter": ["diga filter ou tickets, um dos dois"]})
        if len(data.keys() & set(DEEDS)) != 1:
            raise ValidationError({"move": [f"diga uma coisa a fazer: {', '.join(DEEDS)}"]})


class ApplyAsk(Shape):
    """How it is applied."""

    regardless = YesNo(**described("Also to what has changed since it was selected, if it is still allowed."))


class JobsQuery(Shape):
    """Which page."""

    before = fields.UUID(**described("Id of the last job already seen."))
    limit = Whole(1, 100, load_default=20)


class GroupQuery(Shape):
    """Which tickets of the job."""

    state = fields.String(validate=validate.OneOf(ITEM_STATES, error="use um de: {choices}"))
    group = string(250, 1, metadata={"description": "As the job names it, such as `fields_missing:development`."})


class ResultsSheetQuery(GroupQuery, SheetQuery):
    """Which tickets of the job, for whom."""


class ResultsQuery(GroupQuery):
    """Which page of them."""

    after = Whole(0, 2_147_483_647, load_default=0, **described("The last `number` already seen."))
    limit = Whole(1, 500, load_default=100)


class GroupShape(Shape):
    """Tickets with the same outcome."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(ITEM_STATES),
        **described(
            "`waiting`: not weighed yet. `ready`: can be done. `refused`: the dry run says no. `unchanged`: nothing to "
            "do. `done`; `failed`: applying it was refused."
        ),
    )
    group = fields.String(required=True, **described("The state again, or the code of the refusal."))
    count = fields.Integer(required=True)
    label = fields.String(required=True, **described("In Portuguese words."))


class ProgressShape(Shape):
    """How far the present phase is."""

    handled = fields.Integer(required=True)
    of = fields.Integer(required=True)
    began_at = instant()
    rate_per_s = fields.Float(required=True, allow_none=True)
    remaining_s = fields.Integer(required=True, allow_none=True, **described("At this rate."))


class StoppedShape(Shape):
    """Why a job went no further."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class JobShape(Shape):
    """A bulk job."""

    id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        **described("`selecting`, `weighing`: the dry run. `weighed`: to be applied. Then `applying` and an end."),
    )
    deed = fields.String(required=True, validate=validate.OneOf(DEEDS))
    what = fields.Dict(required=True, **described("As it was asked; once the job is over, without its texts."))
    filter = fields.Dict(required=True, allow_none=True, **described("null: tickets were named."))
    size = fields.Integer(required=True, **described("Tickets selected."))
    regardless = fields.Boolean(required=True)
    progress = fields.Nested(ProgressShape(), required=True)
    ordered_at = instant()
    applied_at = maybe(format="date-time")
    ended_at = maybe(format="date-time")
    stopped = fields.Nested(StoppedShape(), required=True, allow_none=True)


class WholeJobShape(JobShape):
    """A bulk job, and what becomes of its tickets."""

    groups = fields.List(fields.Nested(GroupShape()), required=True)
    summary = fields.String(required=True, **described("The groups in one line."))


class JobsShape(Shape):
    """A page of jobs, the newest first."""

    jobs = fields.List(fields.Nested(JobShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")


class ResultShape(Shape):
    """What became of one ticket."""

    number = fields.Integer(required=True)
    protocol = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(ITEM_STATES))
    group = fields.String(required=True)
    detail = maybe("What is in the way.")
    reasons = fields.List(fields.Nested(ReasonShape()), required=True)
    revision = fields.Integer(required=True, allow_none=True, **described("When it was selected."))
    seq = fields.Integer(required=True, allow_none=True, **described("The history row that tells that it was done."))
    at = instant()


class ResultsShape(Shape):
    """A page of them, in the order in which they were selected."""

    results = fields.List(fields.Nested(ResultShape()), required=True)
    out_of_reach = fields.Integer(
        required=True, **described("How many more of this state and group its person does not reach any more.")
    )
    next = maybe("Address of the page after; null: this is the last.")
