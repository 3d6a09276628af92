"""Shapes of what is told of tickets: the ticket, its moves, its history."""

from __future__ import annotations

from marshmallow import fields, validate

from api.shapes import ReasonShape, Shape, described

STANDINGS = ("open", "finished", "cancelled")


WITHHELD = "Classes of personal data that are masked or left out for this reader, whether there are values or not."


def instant(**more: object) -> fields.String:
    """An instant, as text in UTC."""
    return fields.String(required=True, metadata={"format": "date-time", **more})


def maybe(sentence: str | None = None, **more: object) -> fields.String:
    """A text that may be null; always there in answers."""
    metadata = {"description": sentence} if sentence else {}
    return fields.String(required=True, allow_none=True, metadata=metadata | more)


class WaitingShape(Shape):
    """What the ticket waits for between two situations."""

    process = fields.String(required=True)
    element = fields.String(required=True)
    cause = fields.String(required=True, **described("`join`, `timer`, `message`, `activity` or `call`."))


class ListedShape(Shape):
    """A ticket in a list."""

    protocol = fields.String(required=True, **described("Its number, as it is said on the phone."))
    revision = fields.Integer(required=True, **described("Grows with its columns, own fields and state; see ETag."))
    title = fields.String(required=True)
    process = fields.String(required=True, **described("Key of the process it follows."))
    version = fields.Integer(required=True, **described("Number of the version it runs on."))
    situation = fields.String(required=True, **described("Where it stands: id of the element."))
    situation_label = fields.String(required=True)
    situation_process = fields.String(
        required=True, **described("Key of the process whose file holds the situation: a called one, perhaps.")
    )
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    ended = fields.Boolean(required=True, **described("Whether an end event was reached: only a relocation leads on."))
    subject = maybe()
    subsubject = maybe()
    team = maybe()
    responsible = maybe("Login of the person responsible.")
    priority = maybe()
    next_action_at = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date-time", "description": "When the customer is to be contacted."},
    )
    incomplete = fields.List(fields.String(), required=True, **described("Fields a transition left empty."))
    opened_at = instant()
    entered_at = instant(description="When it came to its situation.")
    changed_at = instant(description="The last change, or the last word or file that is shown to the customer.")
    timer_due_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class TicketShape(ListedShape):
    """A ticket, as every command on it answers."""

    description = maybe("Null for whoever may not see free texts.")
    channel = maybe()
    request_type = maybe()
    customer = maybe("The customer's key.")
    development = maybe()
    block = maybe("`<development>.<key>`")
    unit = maybe("`<block>.<key>`, or `<development>.<key>`.")
    contact_reason = maybe()
    portal_visible = fields.Boolean(required=True, **described("Whether the customer sees the ticket in the portal."))
    cloned_from = maybe("Protocol of the ticket it was cloned from; null, too, for whoever does not reach that one.")
    customer_sees = fields.String(required=True, **described("What a customer is told of the situation."))
    fields_ = fields.Dict(
        keys=fields.String(), required=True, data_key="fields", **described("Own fields that have a value.")
    )
    withheld = fields.List(fields.String(), required=True, **described(WITHHELD))
    waiting_for = fields.Nested(
        WaitingShape(),
        required=True,
        allow_none=True,
        **described("Set while it is between two situations; then it has no moves."),
    )
    awaits = fields.List(fields.String(), required=True, **described("Messages that would move it now."))
    incident = fields.Integer(
        required=True, allow_none=True, **described("Number of the history row that tells why the diagram is stuck.")
    )
    opened_by = fields.String(required=True)
    limit_at = maybe("Limit of the present situation; none while it pauses. See `GET …/sla`.", format="date-time")
    response_limit_at = maybe("Limit of the answer that is due, by the SLA policy.", format="date-time")
    resolution_limit_at = maybe("Limit of the resolution, by the SLA policy.", format="date-time")


class RepeatableShape(TicketShape):
    """A ticket, and whether the event or opening had been told before."""

    repeated = fields.Boolean(required=True, **described("Known by its natural key: nothing was done this time."))


class ActivityShape(Shape):
    """Something for somebody to do."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, **described("`email`, `call`, `appointment`, `custom` or `social`."))
    name = fields.String(required=True, **described("What to do: as whoever made it called it, else as its diagram."))
    description = maybe("Of one made by hand.")
    process = maybe("Null: made by hand.")
    element = maybe("Null: made by hand.")
    team = maybe()
    responsible = maybe("Login of who has it.")
    status = fields.String(required=True, validate=validate.OneOf(("queued", "pending", "finished")))
    due_kind = maybe("`deadline`: do it by then; `appointment`: do it at that time.")
    limit_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    ring = maybe("`yellow`, `red` from the very instant of the limit, or null; only what is queued has one.")
    overdue = fields.Boolean(required=True, **described("It is pending, and past its limit."))
    created_at = instant()


class IncidentShape(Shape):
    """Why the diagram cannot go on by itself."""

    seq = fields.Integer(required=True)
    at = instant()
    kind = fields.String(required=True)
    process = fields.String(required=True)
    element = fields.String(required=True)
    detail = fields.String(required=True)
    tries = fields.Integer(required=True)


class HeaderShape(Shape):
    """What heads a ticket's page: people's words instead of keys."""

    opened_at = instant()
    opened_by = fields.String(required=True, **described("Name of who opened it."))
    subject = maybe()
    subsubject = maybe()
    development = maybe()
    block = maybe()
    unit = maybe()
    team = maybe()
    responsible = maybe("Name of the person responsible.")
    priority = maybe()
    request_type = maybe()
    contact_reason = maybe()
    customer = maybe("The customer's name; null for whoever may not see the customer's data.")
    portal_visible = fields.Boolean(required=True)
    next_action_at = maybe(format="date-time")
    links = fields.Integer(required=True, **described("How many tickets it is linked to."))


class WholeTicketShape(TicketShape):
    """A ticket with what heads its page, its open activities and its open incident."""

    header = fields.Nested(HeaderShape(), required=True)

    activities = fields.List(fields.Nested(ActivityShape()), required=True)
    open_incident = fields.Nested(IncidentShape(), required=True, allow_none=True)


class PageShape(Shape):
    """A page of tickets."""

    tickets = fields.List(fields.Nested(ListedShape()), required=True)
    next = maybe("Address of the page after; null: this is the last.")
    cursor = maybe("What `next` puts into its query.")


class PlaceShape(Shape):
    """Where a move leads."""

    process = fields.String(required=True)
    situation = fields.String(required=True)
    label = fields.String(required=True)
    standing = fields.String(required=True)


class OptionShape(Shape):
    """One move, allowed or blocked, with every reason."""

    move = fields.String(required=True, **described("Id of the flow: what POST …/moves wants."))
    label = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    default = fields.Boolean(required=True, **described("Whether it is taken when a caller names none."))
    leads_to = fields.Nested(
        PlaceShape(), required=True, allow_none=True, **described("Where that is certain as things are.")
    )
    requires = fields.List(fields.String(), required=True, **described("Fields it asks for."))
    missing = fields.List(fields.String(), required=True, **described("Those of them that are empty."))
    reasons = fields.List(fields.Nested(ReasonShape()), required=True)


class MovesShape(Shape):
    """All moves of the situation where the ticket stands."""

    protocol = fields.String(required=True)
    revision = fields.Integer(required=True)
    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    situation_process = fields.String(required=True)
    standing = fields.String(required=True)
    waiting_for = fields.Nested(WaitingShape(), required=True, allow_none=True)
    profile = fields.String(required=True, **described("Whose rights were asked."))
    moves = fields.List(fields.Nested(OptionShape()), required=True)


class CauseShape(Shape):
    """What of the diagram did it, where nobody chose."""

    kind = fields.String(required=True)
    process = fields.String(required=True)
    element = fields.String(required=True)
    due_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class DeliveredShape(Shape):
    """What became of a message."""

    delivered = fields.Boolean(required=True, **described("Whether the ticket waited for it."))
    repeated = fields.Boolean(required=True)
    ticket = fields.Nested(TicketShape(), required=True)
