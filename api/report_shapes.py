"""Shapes of reports, and examples of them."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from api import examples
from api.downloads import SheetQuery
from api.shapes import Instant, Shape, Whole, described, string
from api.ticket_shapes import instant, maybe
from engine.activities.model import SERVICE
from engine.builtin import ACTIVITY_KINDS
from engine.clocks import compliance
from engine.clocks.ranges import CLOCKS
from engine.clocks.reports import BYS
from engine.sla import policies

_ONE_OF: Final = "use um de: {choices}"


class PeriodQuery(Shape):
    """Of which period."""

    since = Instant(data_key="from", metadata={"description": "Default: thirty days before `until`."})
    until = Instant(metadata={"description": "Default: now. At most 400 days after `from`."})


class StaysQuery(PeriodQuery):
    """What of it."""

    by = fields.String(
        load_default="situation",
        validate=validate.OneOf(BYS, error=_ONE_OF),
        metadata={"description": "`situation`, `team`, `person` or `subject`."},
    )
    process = string(200, metadata={"description": "Only tickets that follow this process."})


class StaysSheetQuery(StaysQuery, SheetQuery):
    """What of it, for whom."""


class PoliciesQuery(StaysQuery):
    """What of it."""

    by = fields.String(
        load_default="policy",
        validate=validate.OneOf(compliance.BYS, error=_ONE_OF),
        metadata={"description": "`policy`, `team`, `person` or `subject`."},
    )


class PoliciesSheetQuery(PoliciesQuery, SheetQuery):
    """What of it, for whom."""


class LimitsQuery(Shape):
    """Which limits."""

    within_h = Whole(1, 720, load_default=8, metadata={"description": "Within so many hours from now."})
    red = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="use true ou false"),
        metadata={"description": "`true`: what is red already, instead."},
    )
    clock = fields.String(validate=validate.OneOf(CLOCKS, error=_ONE_OF), **described("Only this one."))
    team = string(80, metadata={"description": "Only of this team."})
    responsible = string(120, metadata={"description": "A login; `none`: only what nobody has."})
    cursor = string(400, metadata={"description": "From the page before."})
    limit = Whole(1, 200, load_default=50, metadata={"description": "At most so many, the earliest first."})


def _whole(sentence: str) -> fields.Integer:
    return fields.Integer(required=True, **described(sentence))


def _maybe(sentence: str) -> fields.Integer:
    return fields.Integer(required=True, allow_none=True, **described(sentence))


class FiguresShape(Shape):
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


def _unless_situation(sentence: str) -> fields.Integer:
    return fields.Integer(**described(f"{sentence} Not by situation."))


class StaysRowShape(FiguresShape):
    """The figures of one group, and by team, person and subject those of policies."""

    first_response_limited = _unless_situation("Clocks with a policy's limit that were decided in the period.")
    first_response_breached = _unless_situation("Those whose limit was reached.")
    next_response_limited = _unless_situation("The same: each wait of the customer's is a clock of its own.")
    next_response_breached = _unless_situation("Those whose limit was reached.")
    resolution_limited = _unless_situation("The same.")
    resolution_breached = _unless_situation("Those whose limit was reached.")


class StaysShape(Shape):
    """Figures of a period, by group."""

    by = fields.String(required=True)
    from_ = fields.String(required=True, attribute="from", data_key="from", metadata={"format": "date-time"})
    until = instant()
    process = maybe()
    rows = fields.List(fields.Nested(StaysRowShape()), required=True)


class PoliciesRowShape(Shape):
    """One clock of one group."""

    key = maybe("Of a policy, team or subject, or a login; null: without one.")
    label = maybe()
    clock = fields.String(required=True, validate=validate.OneOf(policies.CLOCKS))
    limited = _whole("Clocks that were decided in the period: they ended within their limit, or reached it.")
    kept = _whole("Those that ended within it.")
    breached = _whole("Those that reached it.")
    kept_share = fields.Float(required=True, **described("`kept` of `limited`, 0 to 1."))
    used_median_s = _whole("Working time until they ended, or until the period did. A value that was there.")
    used_p90_s = _whole("Nine tenths took no longer.")


class PoliciesShape(StaysShape):
    """How well policies were kept in a period, by group and clock."""

    rows = fields.List(fields.Nested(PoliciesRowShape()), required=True)


class HeatElementShape(FiguresShape):
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


class LimitShape(Shape):
    """A limit of something that is open."""

    clock = fields.String(required=True, validate=validate.OneOf(CLOCKS))
    limit_at = instant()
    time_left_s = _whole("Seconds until the limit, by the clock; negative: past it.")
    red = fields.Boolean(required=True, **described("The limit is reached."))
    item = fields.UUID(required=True, **described("An activity's id; of a ticket's clocks its service item's."))
    kind = fields.String(required=True, validate=validate.OneOf((SERVICE, *ACTIVITY_KINDS)))
    name = fields.String(required=True, **described("What the activity is called; of a ticket's clocks its title."))
    status = fields.String(required=True, validate=validate.OneOf(("queued", "pending")))
    ring = maybe("`yellow`, `red` or null, as in lists: of what is queued, by the limits of situation and activity.")
    overdue = fields.Boolean(required=True, **described("It is pending, and past such a limit."))
    ticket = maybe("Protocol; null: the activity is in no ticket.")
    situation = maybe("Where the ticket stands: `<process>:<situation>`.")
    situation_label = maybe()
    team = maybe()
    responsible = maybe("Login of who has it, or who alone may take it.")
    responsible_name = maybe()


class LimitsShape(Shape):
    """Limits, the earliest first."""

    limits = fields.List(fields.Nested(LimitShape()), required=True)
    counts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(CLOCKS)),
        values=fields.Integer(),
        required=True,
        **described("By clock, of all pages, whichever clock is asked for; 1,001 (of both responses together): more."),
    )
    next = maybe("Address of the page after; null: there is none.")
    cursor = maybe("The same as a value of `cursor`.")


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
}
_PERIOD: Final = {"from": "2026-02-01T03:00:00Z", "until": "2026-03-01T03:00:00Z"}
STAYS: Final = {"by": "situation", **_PERIOD, "process": None, "rows": [_ROW]}
POLICIES: Final = {
    "by": "policy",
    **_PERIOD,
    "process": None,
    "rows": [
        {
            "key": "padrao",
            "label": "Padrão",
            "clock": "first_response",
            "limited": 120,
            "kept": 111,
            "breached": 9,
            "kept_share": 0.925,
            "used_median_s": 2400,
            "used_p90_s": 6900,
        }
    ],
}
HEAT: Final = {
    "process": "atendimento",
    "version": 1,
    **_PERIOD,
    "elements": [{"element": "aguardando_cliente", "share": 0.41, **_ROW}],
}
_LIMIT: Final[dict[str, Any]] = {
    "clock": "situation",
    "limit_at": "2026-03-03T14:00:00Z",
    "time_left_s": 1800,
    "red": False,
    "item": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a00",
    "kind": SERVICE,
    "name": examples.TICKET["title"],
    "status": "queued",
    "ring": "yellow",
    "overdue": False,
    "ticket": examples.TICKET["protocol"],
    "situation": "atendimento:aberto",
    "situation_label": "Aberto",
    "team": "atendimento",
    "responsible": None,
    "responsible_name": None,
}
LIMITS: Final = {
    "limits": [_LIMIT],
    "counts": {"situation": 1, "first_response": 0, "next_response": 0, "resolution": 0, "activity": 0},
    "next": None,
    "cursor": None,
}
