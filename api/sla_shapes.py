"""Shapes of what is told of clocks: a ticket's, an activity's, and a calendar's month."""

from __future__ import annotations

from typing import Final

from marshmallow import fields, validate

from api.activity_shapes import AnnouncementShape
from api.registry_shapes import StretchShape
from api.shapes import Instant, Shape, described, string
from api.ticket_shapes import instant, maybe

CLOCKS: Final = ("situation", "first_response", "next_response", "resolution", "activity")


class AsOfQuery(Shape):
    """At which instant."""

    as_of = Instant(
        metadata={"description": "As it was, or will be if nothing happens, at that instant; up to a year ahead."}
    )
    rules = fields.String(
        load_default="then",
        validate=validate.OneOf(("then", "now"), error="use then ou now"),
        metadata={
            "description": "`then`: by the calendars and policies as they were known at `as_of`; `now`: as they are."
        },
    )


class MonthQuery(Shape):
    """Which month."""

    month = string(7, metadata={"description": "As in `2026-02`; default: the present one."})


class SecondsShape(Shape):
    """Whole seconds of each kind; together they are the whole time."""

    not_started = fields.Integer(required=True)
    counted = fields.Integer(required=True)
    off_hours = fields.Integer(required=True)
    paused = fields.Integer(required=True)
    over = fields.Integer(required=True)


class IntervalShape(Shape):
    """A stretch of time in which one thing holds."""

    from_ = fields.String(required=True, attribute="from", data_key="from", metadata={"format": "date-time"})
    until = instant()
    seconds = fields.Integer(required=True, **described("Whole seconds: all of them add up to the whole time."))
    kind = fields.String(
        required=True, **described("`not_started`, `counted`, `off_hours`, `paused` or `over`; never two at once.")
    )
    situation = fields.String(**described("Where the ticket stands meanwhile: `<process>:<situation>`."))
    situation_label = fields.String()
    calendar = fields.String(allow_none=True, **described("Whose hours say so, where it is counted or off hours."))
    calendar_version = fields.Integer(**described("Which version of the calendar."))
    because = fields.String(**described("Off hours: `off_hours`, `day_off` (a weekday without hours) or `holiday`."))
    holiday = fields.String(**described("Name of the holiday, or of the installation's own day."))


class UsedCalendarShape(Shape):
    """What time is counted by, as of then; handed over, other teams' hours may have counted before."""

    key = maybe("Null: all time counts.")
    version = fields.Integer(required=True)
    zone = fields.String(required=True)


class ClockShape(Shape):
    """One clock: what it is measured by, and how far it is."""

    clock = fields.String(required=True, validate=validate.OneOf(CLOCKS))
    state = fields.String(required=True, **described("`not_started`, `running`, `paused` or `over`."))
    began_at = maybe(format="date-time")
    ended_at = maybe(format="date-time")
    limit_at = maybe("There is none while it is paused.", format="date-time")
    held_limit_at = maybe("Paused: the limit as it was; it moves when the pause ends.", format="date-time")
    reached_at = maybe("When the limit was reached.", format="date-time")
    red = fields.Boolean(required=True, **described("It runs, and its limit is reached."))
    breached = fields.Boolean(required=True, **described("Its limit was reached, now or before it was over."))
    remaining_s = fields.Integer(required=True, allow_none=True, **described("Working seconds left."))
    overdue_s = fields.Integer(required=True, allow_none=True, **described("Working seconds since the limit."))
    rule = fields.Dict(
        required=True,
        allow_none=True,
        **described(
            "`source` `diagram` (process, version, element), `policy` (key, version, criteria) or `hand` (`by` whom,"
            " `at`). `team`: who had it then."
        ),
    )
    calendar = fields.Nested(UsedCalendarShape(), required=True)
    seconds = fields.Nested(SecondsShape(), required=True)
    intervals = fields.List(fields.Nested(IntervalShape()))


class ClocksShape(Shape):
    """A ticket's clocks."""

    ticket = fields.String(required=True)
    as_of = instant()
    rules = fields.String(required=True)
    opened_at = instant()
    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    clocks = fields.List(fields.Nested(ClockShape()), required=True)


class VisitSpanShape(Shape):
    """A stay in a situation."""

    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    entered_at = instant()
    left_at = maybe(format="date-time")
    sla = maybe("As the diagram has it; null where the ticket's clocks do not run.")
    limit_at = maybe(format="date-time")
    breached = fields.Boolean(required=True)
    calendar = maybe("Key; null: all time counts.")
    seconds = fields.Nested(SecondsShape(), required=True)


class LedgerShape(ClocksShape):
    """A ticket's clocks with every interval; and its whole life, each stay by the calendar of its situation."""

    seconds = fields.Nested(SecondsShape(), required=True)
    visits = fields.List(fields.Nested(VisitSpanShape()), required=True)
    intervals = fields.List(fields.Nested(IntervalShape()), required=True)
    announcements = fields.List(fields.Nested(AnnouncementShape()), required=True)


class ActivityClockShape(Shape):
    """An activity's clock; of a ticket's own service item, the ticket's."""

    activity = fields.String()
    ticket = maybe("Protocol; null: it is in no ticket.")
    as_of = instant()
    rules = fields.String(required=True)
    status = fields.String(**described("As of then, as are its team and who has it."))
    team = fields.String(allow_none=True)
    responsible = fields.String(allow_none=True, **described("Login."))
    responsible_name = fields.String(allow_none=True)
    clocks = fields.List(fields.Nested(ClockShape()), required=True)
    announcements = fields.List(fields.Nested(AnnouncementShape()), required=True)


class CalendarDayShape(Shape):
    """How a day is worked."""

    date = fields.String(required=True)
    weekday = fields.String(required=True)
    periods = fields.List(fields.String(), required=True)
    holiday = maybe()
    version = fields.Integer(required=True)
    worked_s = fields.Integer(required=True)


class CalendarVersionShape(Shape):
    """The hours from a day on."""

    number = fields.Integer(required=True)
    valid_from = maybe("The local day; null: always.")
    in_force = fields.Nested(
        StretchShape(), required=True, allow_none=True, **described("null: a later one ended it before it began.")
    )
    made_at = instant()
    made_by = fields.String(required=True)
    zone = maybe()
    week = fields.List(fields.String(), required=True)
    holidays = maybe()
    optional_holidays = fields.List(fields.String(), required=True)
    days = fields.List(fields.String(), required=True)


class MonthShape(Shape):
    """A calendar's month."""

    calendar = fields.String(required=True)
    label = fields.String(required=True)
    month = fields.String(required=True)
    worked_s = fields.Integer(required=True)
    days = fields.List(fields.Nested(CalendarDayShape()), required=True)
    versions = fields.List(fields.Nested(CalendarVersionShape()), required=True)


class RefreshShape(Shape):
    """Limits that are computed anew because a calendar or a policy changed."""

    id = fields.String(required=True)
    what = fields.String(required=True, **described("`tickets` or `activities`."))
    because = fields.String(required=True, **described("`<registry>/<key>`, or a setting such as `TRAMITA_CALENDAR`."))
    asked_at = instant()
    asked_by = fields.String(required=True)
    seen = fields.Integer(required=True, **described("Open ones looked at so far."))
    changed = fields.Integer(required=True, **described("Those with another limit than before."))
    finished_at = maybe(format="date-time")


class RefreshesShape(Shape):
    """The latest refreshes."""

    refreshes = fields.List(fields.Nested(RefreshShape()), required=True)
