"""Shapes of what is asked of tickets: open, move, alter, message, relocate, list."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.attachment_shapes import draft_ids
from api.shapes import Instant, Shape, Whole, YesNo, described, string
from api.ticket_shapes import STANDINGS
from engine.tickets.listing import SORTS

KEY = 80
MAX_TEXT = 10_000


class _OnceAsk(Shape):
    """What may carry a natural key: both halves of it, or none."""

    @validates_schema
    def _whole_key(self, data: dict[str, Any], **more: Any) -> None:
        del more
        other = next(name for name in ("external_id", "event_id") if name in self.fields)
        halves = [name for name in ("source", other) if data.get(name) is None]
        if len(halves) == 1:
            given = other if halves == ["source"] else "source"
            raise ValidationError({halves[0]: [f"é obrigatório junto com {given}"]})


class OpenAsk(_OnceAsk):
    """What a new ticket is about."""

    title = string(300, 1, required=True)
    description = string(MAX_TEXT)
    subject = string(KEY, allow_none=True)
    subsubject = string(170, allow_none=True, metadata={"description": "`<subject>.<key>`"})
    customer = string(KEY, allow_none=True, metadata={"description": "The customer's key."})
    priority = string(40, allow_none=True)
    channel = string(40, allow_none=True)
    request_type = string(KEY, allow_none=True)
    development = string(KEY, allow_none=True)
    block = string(170, allow_none=True, metadata={"description": "`<development>.<key>`"})
    unit = string(250, allow_none=True, metadata={"description": "`<block>.<key>`, or `<development>.<key>`"})
    contact_reason = string(KEY, allow_none=True)
    team = string(KEY, allow_none=True, metadata={"description": "Default: the subject's."})
    fields_ = fields.Dict(keys=fields.String(), attribute="fields", data_key="fields", **described("Own fields."))
    process = string(200, allow_none=True, metadata={"description": "Only where the subject names none."})
    portal_visible = YesNo(
        **described("Whether the customer sees it in the portal; default: if `channel` is `portal`.")
    )
    attachments = draft_ids()
    source = string(KEY, allow_none=True, metadata={"description": "Where `external_id` is known."})
    external_id = string(
        200, 1, allow_none=True, metadata={"description": "Opened twice under the same one, it is the same ticket."}
    )


class MoveAsk(_OnceAsk):
    """The move that shall be made."""

    move = string(250, allow_none=True, metadata={"description": "Id of the flow; none: the situation's default."})
    fields_ = fields.Dict(
        keys=fields.String(), attribute="fields", data_key="fields", **described("What this move asks for.")
    )
    reason = string(2_000, allow_none=True)
    source = string(KEY, allow_none=True, metadata={"description": "Where `event_id` is known."})
    event_id = string(200, 1, allow_none=True, metadata={"description": "Told twice, the move is made once."})


class AlterAsk(Shape):
    """What shall be different; what is left out stays."""

    title = string(300, 1)
    description = string(MAX_TEXT)
    subject = string(KEY, allow_none=True)
    subsubject = string(170, allow_none=True)
    team = string(KEY, allow_none=True)
    responsible = string(120, allow_none=True, metadata={"description": "A login; null gives the ticket back."})
    priority = string(40, allow_none=True)
    request_type = string(KEY, allow_none=True)
    development = string(KEY, allow_none=True)
    block = string(170, allow_none=True)
    unit = string(250, allow_none=True)
    contact_reason = string(KEY, allow_none=True)
    next_action_at = Instant(allow_none=True, **described("When the customer is to be contacted; null: no more."))
    portal_visible = YesNo(**described("Whether the customer sees the ticket in the portal."))
    fields_ = fields.Dict(keys=fields.String(), attribute="fields", data_key="fields", **described("Own fields."))
    situation = string(
        250, allow_none=True, metadata={"description": "Where it goes on, if the new subject has another process."}
    )
    reason = string(2_000, allow_none=True)


class AlterQuery(Shape):
    """What to do when somebody else altered the ticket meanwhile."""

    merge = fields.String(
        validate=validate.OneOf(("disjoint",), error="use {choices}"),
        **described("`disjoint`: with a stale If-Match, let through what changes nothing that others changed."),
    )


class MessageAsk(_OnceAsk):
    """A message of the installation's own."""

    name = string(64, 1, required=True)
    payload = fields.Dict(keys=fields.String(), **described("Declared members: texts, numbers, true or false."))
    source = string(KEY, allow_none=True)
    event_id = string(200, 1, allow_none=True)


class RelocateAsk(Shape):
    """Where the ticket shall be put, and why."""

    situation = string(410, 1, required=True, metadata={"description": "`<id>`, or `<process>:<id>` in a called one."})
    reason = string(2_000, 1, required=True)
    process = string(200, allow_none=True, metadata={"description": "Default: the ticket's own."})
    version = Whole(1, 2_147_483_647, allow_none=True, **described("Default: the newest of `process`, or its own."))
    waive = fields.List(string(KEY), **described("Fields that may stay empty this time; needs `ticket.waive`."))


class ListQuery(Shape):
    """Which tickets."""

    situation = string(200)
    standing = fields.String(validate=validate.OneOf(STANDINGS, error=f"use um de: {', '.join(STANDINGS)}"))
    team = string(KEY)
    responsible = string(120, metadata={"description": "A login; `none`: tickets nobody has."})
    subject = string(KEY)
    channel = string(40, metadata={"description": "Where it came from; `portal`: customers opened it there."})
    text = string(200, metadata={"description": "Words of protocol, title or, where the profile sees it, description."})
    cursor = string(400, metadata={"description": "From the page before."})
    limit = Whole(1, 100, load_default=20)
    sort = fields.String(
        load_default="-opened_at",
        validate=validate.OneOf(tuple(SORTS), error="use um de: {choices}"),
    )


class MovesQuery(Shape):
    """Whose moves."""

    as_profile = string(KEY, 1, metadata={"description": "Another profile's; needs the right `permission.explain`."})
