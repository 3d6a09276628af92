"""Shapes of interactions: what is said of a ticket, what comes along with it, and what is due."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.attachment_shapes import AttachmentShape, draft_ids, recording_consent
from api.shapes import Instant, Shape, Whole, YesNo, described, string
from api.ticket_asks import KEY
from api.ticket_shapes import ListedShape, OptionShape, TicketShape, instant, maybe
from engine.builtin import CHANNELS, NOTE
from engine.conversations.saying import CUSTOMER, MAX_COPIES, MAX_TEXT, MAX_TITLE, RIGHTS
from engine.registry.demands import ANY, DEMANDS

_KINDS = tuple(RIGHTS)


def _one_of(values: tuple[str, ...], **more: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(values, error="use um de: {choices}"), **more)


class WordsAsk(Shape):
    """What is said."""

    kind = _one_of(
        _KINDS,
        required=True,
        **described(
            "`note`: internal. `automatic_reply`: from a standard reply. `manual_reply`: own text. "
            "`record`: of a talk that took place on another channel."
        ),
    )
    text = string(MAX_TEXT, 1, metadata={"description": "All but automatic replies."})
    channel = _one_of(CHANNELS, **described("Records: where the talk took place. Replies: default e-mail or portal."))
    standard_reply = string(KEY, 1, metadata={"description": "Automatic replies: key of the registered text."})
    title = string(MAX_TITLE, 1, metadata={"description": "Subject of the e-mail, beside the protocol number."})
    shown = YesNo(**described("To the customer, wherever the ticket is shown to them; default no."))
    mailed = YesNo(**described("To the customer; default no."))
    marked = YesNo(**described("For participants, whatever the customer sees; default no."))
    copies = fields.List(
        string(254, 3),
        validate=validate.Length(max=MAX_COPIES, error="use no máximo {max}"),
        **described("E-mail addresses of third parties; replies only, and a right of its own."),
    )
    force = YesNo(**described("Mail it though it is not shown; history keeps that as a release."))
    attachments = draft_ids()
    recording_consent = recording_consent()


class InteractionAsk(WordsAsk):
    """What is said, and what comes along with it."""

    next_action_at = Instant(**described("When the customer is to be contacted again."))
    situation = string(200, 1, metadata={"description": "The present situation, said again: it stays so."})


class HandOverAsk(Shape):
    """Whom the ticket goes to."""

    team = string(KEY, 1, metadata={"description": "Without a person: into the team's queue."})
    responsible = string(120, 1, metadata={"description": "A login."})


class InteractAsk(Shape):
    """Everything one interaction may do, all or nothing."""

    interaction = fields.Nested(WordsAsk(), **described("What is said."))
    move = string(250, 1, metadata={"description": "Id of the flow."})
    situation = string(200, 1, metadata={"description": "The present situation, said again: it stays so."})
    fields_ = fields.Dict(
        keys=fields.String(), attribute="fields", data_key="fields", **described("Own fields; what the move asks for.")
    )
    next_action_at = Instant(**described("When the customer is to be contacted again."))
    hand_over = fields.Nested(HandOverAsk())
    reason = string(2_000)


class NextActionAsk(Shape):
    """When the customer is to be contacted."""

    at = Instant(required=True, allow_none=True, **described("Still ahead; null: nothing is due any more."))
    reason = string(2_000)


class InteractionsQuery(Shape):
    """Which part of the conversation."""

    after = Whole(0, 2_147_483_647, load_default=0, **described("The last `seq` already seen."))
    limit = Whole(1, 100, load_default=50)


class DueQuery(Shape):
    """What is due, for whom."""

    until = Instant(**described("Up to and including this instant; default: now."))
    team = string(KEY)
    responsible = string(120, metadata={"description": "A login; `none`: tickets nobody has."})
    cursor = string(400, metadata={"description": "From the page before."})
    limit = Whole(1, 100, load_default=20)


class DemandAsk(Shape):
    """What interactions on a channel demand in a situation; `*` stands for any."""

    process = string(200, 1, load_default=ANY)
    situation = string(200, 1, load_default=ANY, metadata={"description": "Id of an element; asks for `process`."})
    channel = _one_of((ANY, NOTE, *CHANNELS), load_default=ANY)
    demands = fields.List(
        _one_of(DEMANDS),
        required=True,
        allow_none=True,
        **described("Empty: nothing here, whatever wider rows say. null: forget the row."),
    )


class InteractionShape(Shape):
    """Something said of a ticket."""

    seq = fields.Integer(required=True, **described("Number of the history row that tells of it."))
    at = instant()
    actor = fields.String(required=True)
    actor_name = fields.String(required=True)
    kind = _one_of((*_KINDS, CUSTOMER), required=True)
    channel = fields.String(required=True)
    title = maybe()
    text = maybe("Null for whoever may not see it, or the data that a standard reply put into it.")
    shown = fields.Boolean(required=True)
    mailed = fields.Boolean(required=True)
    marked = fields.Boolean(required=True)
    copies = fields.List(fields.String(), required=True)
    standard_reply = maybe()
    attachments = fields.List(fields.Nested(AttachmentShape()), required=True)
    customer_sees = fields.Boolean(
        required=True, **described("It is shown, and its ticket is shown in the portal: both are asked.")
    )


class InteractionsShape(Shape):
    """A page of a ticket's interactions, oldest first."""

    interactions = fields.List(fields.Nested(InteractionShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")


class InteractedShape(Shape):
    """The ticket as it is now, and what was said, if anything was."""

    interaction = fields.Nested(InteractionShape(), required=True, allow_none=True)
    ticket = fields.Nested(TicketShape(), required=True)


class ReplyShape(Shape):
    """A standard reply to choose."""

    key = fields.String(required=True)
    label = fields.String(required=True)


class DemandedShape(Shape):
    """What a channel demands here."""

    channel = fields.String(required=True)
    demands = fields.List(fields.String(), required=True)


class FormShape(Shape):
    """What a form for the next interaction begins with; all of it may be changed."""

    protocol = fields.String(required=True)
    revision = fields.Integer(required=True)
    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    now = instant()
    next_action_at = maybe(format="date-time")
    moves = fields.List(fields.Nested(OptionShape()), required=True)
    channels = fields.List(
        fields.Nested(DemandedShape()), required=True, **described("Those open to this ticket, `note` first.")
    )
    standard_replies = fields.List(fields.Nested(ReplyShape()), required=True)


class DueShape(Shape):
    """A page of what is due, the earliest first."""

    tickets = fields.List(fields.Nested(ListedShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")
    cursor = maybe("What `next` puts into its query.")


class DemandShape(Shape):
    """What interactions on a channel demand in a situation."""

    process = fields.String(required=True)
    situation = fields.String(required=True)
    channel = fields.String(required=True)
    demands = fields.List(fields.String(), required=True)


class DemandsShape(Shape):
    """Every row, the widest first."""

    demands = fields.List(fields.Nested(DemandShape()), required=True)
