"""Reports over HTTP: how long tickets stay, what was late, what is about to turn red; and figures for a diagram."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields, validate

from api import commands
from api.downloads import file, sheet
from api.openapi import Doors
from api.shapes import Instant, Shape, Whole, described, string
from api.ticket_shapes import instant, maybe
from engine.clocks.reports import BYS, COLUMNS, Heat, Report, Turning, heat, report, turning

if TYPE_CHECKING:
    from flask import Response

doors = Doors("reports", description="How long tickets stay, what was late, and what is about to be")


class PeriodQuery(Shape):
    """Of which period."""

    since = Instant(data_key="from", metadata={"description": "Default: thirty days before `until`."})
    until = Instant(metadata={"description": "Default: now. At most 400 days after `from`."})


class ReportQuery(PeriodQuery):
    """What of it."""

    by = fields.String(
        load_default="situation",
        validate=validate.OneOf(BYS, error=f"use um de {', '.join(BYS)}"),
        metadata={"description": "`situation`, `team`, `person` or `subject`."},
    )
    process = string(200, metadata={"description": "Only tickets that follow this process."})


class TurningQuery(Shape):
    """Which limits."""

    within_h = Whole(1, 720, load_default=8, metadata={"description": "Within so many hours from now."})
    red = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="use true ou false"),
        metadata={"description": "`true`: what is red already, instead."},
    )
    team = string(80, metadata={"description": "Only of this team."})
    most = Whole(1, 200, load_default=50, metadata={"description": "At most so many, the earliest first."})


def _whole(sentence: str) -> fields.Integer:
    return fields.Integer(required=True, **described(sentence))


def _maybe(sentence: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=True, **described(sentence))


class StaysRowShape(Shape):
    """The figures of one group."""

    key = maybe("`<process>:<situation>`, or the key of a team or subject, or a login; null: without one.")
    label = maybe()
    left = _whole("Stays that ended in the period.")
    present = _whole("Stays that had not ended by its end.")
    dwell_median_s = _maybe("Of the stays that ended: half were no longer. A value that was there.")
    dwell_p90_s = _maybe("Nine tenths were no longer.")
    worked_median_s = _maybe("The same in working time, of situations in which clocks run.")
    worked_p90_s = _maybe("The same in working time.")
    open_s = _whole("Time of the period in which tickets were open here.")
    waiting_s = _whole("What of it they waited for the customer: situations with `pauses_sla`.")
    waiting_share = fields.Float(required=True, allow_none=True)
    limited = _whole("Stays with a limit.")
    breached = _whole("Those whose limit was reached.")
    red = _whole("Those of them that had not ended by the end of the period.")
    first_response_limited = _whole("Tickets with such a limit by a policy; none by situation.")
    first_response_breached = _whole("Those whose limit was reached.")
    resolution_limited = _whole("Tickets with such a limit by a policy; none by situation.")
    resolution_breached = _whole("Those whose limit was reached.")


class StaysShape(Shape):
    """Figures of a period, by group."""

    by = fields.String(required=True)
    from_ = fields.String(required=True, attribute="from", data_key="from", metadata={"format": "date-time"})
    until = instant()
    process = maybe()
    rows = fields.List(fields.Nested(StaysRowShape()), required=True)


class HeatElementShape(StaysRowShape):
    """The figures of one element of a diagram."""

    element = fields.String(required=True)
    share = fields.Float(required=True, **described("Of all open time spent in this file's situations, 0 to 1."))


class HeatShape(Shape):
    """Figures for painting on a diagram."""

    process = fields.String(required=True)
    version = fields.Integer(required=True)
    from_ = fields.String(required=True, attribute="from", data_key="from", metadata={"format": "date-time"})
    until = instant()
    elements = fields.List(fields.Nested(HeatElementShape()), required=True)


class TurningShape(Shape):
    """A limit of an open ticket."""

    ticket = fields.String(required=True)
    clock = fields.String(required=True, **described("`situation`, `response` or `resolution`."))
    limit_at = instant()
    left_s = _whole("Seconds by the wall clock; negative: since then.")
    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    team = maybe()
    responsible = maybe("Login.")


class LimitsShape(Shape):
    """Limits, the earliest first."""

    limits = fields.List(fields.Nested(TurningShape()), required=True)


_ROW: Final = {
    "key": "atendimento:aguardando_cliente",
    "label": "Aguardando o cliente",
    "left": 118,
    "present": 7,
    "dwell_median_s": 82800,
    "dwell_p90_s": 345600,
    "worked_median_s": None,
    "worked_p90_s": None,
    "open_s": 13608000,
    "waiting_s": 13608000,
    "waiting_share": 1.0,
    "limited": 0,
    "breached": 0,
    "red": 0,
    "first_response_limited": 0,
    "first_response_breached": 0,
    "resolution_limited": 0,
    "resolution_breached": 0,
}
_PERIOD: Final = {"from": "2026-02-01T03:00:00Z", "until": "2026-03-01T03:00:00Z"}
_REPORT: Final = {"by": "situation", **_PERIOD, "process": None, "rows": [_ROW]}
_HEAT: Final = {
    "process": "atendimento",
    "version": 1,
    **_PERIOD,
    "elements": [{"element": "aguardando_cliente", "share": 0.41, **_ROW}],
}
_LIMITS: Final = {
    "limits": [
        {
            "ticket": "2026-4830192-7",
            "clock": "situation",
            "limit_at": "2026-03-03T14:00:00Z",
            "left_s": 1800,
            "situation": "atendimento:aberto",
            "situation_label": "Aberto",
            "team": "atendimento",
            "responsible": "ana.souza",
        }
    ]
}


@doors.door("GET", "/reports/stays", query=ReportQuery(), gives=StaysShape(), example=_REPORT)
def report_stays(asked: dict[str, Any]) -> Response:
    """Report how long tickets stay.

    By situation, team, person or subject: median and ninetieth percentile, the share of waiting for the customer, and
    limits that were reached. Of the tickets that the reader's profile reaches.
    """
    return commands.shown(commands.read(report, Report(**asked)))


@doors.door(
    "GET",
    "/reports/stays.csv",
    query=ReportQuery(),
    gives={"type": "string"},
    example='"key","label","left"…',
    content_type="text/csv",
)
def report_stays_as_csv(asked: dict[str, Any]) -> Response:
    """Report how long tickets stay, as CSV.

    The same rows for a spreadsheet, in UTF-8 with a byte order mark.
    """
    found = commands.read(report, Report(**asked))
    return file(sheet(COLUMNS, [found["rows"]]), "text/csv", f"estadias-{asked['by']}.csv")


@doors.door("GET", "/reports/limits", query=TurningQuery(), gives=LimitsShape(), example=_LIMITS)
def report_limits(asked: dict[str, Any]) -> Response:
    """Report what is about to turn red.

    Limits of open tickets within a time, or those that are reached already: of the situation, of the response that is
    due, and of the resolution.
    """
    ask = Turning(
        within=timedelta(hours=asked["within_h"]),
        red=asked["red"] == "true",
        team=asked.get("team"),
        most=asked["most"],
    )
    return commands.shown({"limits": commands.read(turning, ask)})


@doors.door("GET", "/processes/<key>/heat", query=PeriodQuery(), gives=HeatShape(), example=_HEAT, refusals=(404,))
def read_process_heat(asked: dict[str, Any], key: str) -> Response:
    """Read how hot each situation of a process is.

    For painting on the diagram: the figures of each element of the process's file, and its share of all open time.
    """
    return commands.shown(commands.read(heat, Heat(process=key, **asked)))
