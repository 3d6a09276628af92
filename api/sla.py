"""Clocks over HTTP: why something is red, how a calendar works, what is being computed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import commands
from api import sla_examples as shown
from api.openapi import Doors
from api.sla_shapes import (
    ActivityClockShape,
    AsOfQuery,
    ClocksShape,
    LedgerShape,
    MonthQuery,
    MonthShape,
    RefreshesShape,
)
from engine.clocks.explaining import Explain, explain
from engine.clocks.explaining_activity import ExplainActivity, explain_activity
from engine.clocks.months import ReadMonth, read_month
from engine.clocks.refreshing import ReadRefreshes, read_refreshes

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

doors = Doors("sla", description="Clocks: limits, what they are made of, and calendars")


@doors.door(
    "GET",
    "/tickets/<protocol>/sla",
    query=AsOfQuery(),
    gives=ClocksShape(),
    example=shown.CLOCKS,
    refusals=(404,),
)
def read_clocks(asked: dict[str, Any], protocol: str) -> Response:
    """Read a ticket's clocks.

    The present situation's, and those of the ticket's SLA policy: first response, next responses, resolution. From
    history alone, at any instant.
    """
    return commands.shown(commands.read(explain, Explain(ticket=protocol, **asked)))


@doors.door(
    "GET",
    "/tickets/<protocol>/sla/explain",
    query=AsOfQuery(),
    gives=LedgerShape(),
    example=shown.LEDGER,
    refusals=(404,),
)
def explain_clocks(asked: dict[str, Any], protocol: str) -> Response:
    """Explain a ticket's clocks: why it is red.

    Each clock with the rule and the calendar that made it and every interval of it, to the second; the ticket's whole
    life, stay by stay; and who was told of its limits, when.
    """
    return commands.shown(commands.read(explain, Explain(ticket=protocol, whole=True, **asked)))


@doors.door(
    "GET",
    "/activities/<uuid:activity>/sla",
    query=AsOfQuery(),
    gives=ActivityClockShape(),
    example=shown.ACTIVITY,
    refusals=(404,),
)
def explain_activity_clock(asked: dict[str, Any], activity: UUID) -> Response:
    """Explain an activity's clock.

    It runs from its creation until it is finished, and never stands still. A limit that somebody gave by hand is an
    instant; the calendar then says only how much of the time was working time.
    """
    return commands.shown(commands.read(explain_activity, ExplainActivity(activity=activity, **asked)))


@doors.door(
    "GET",
    "/calendars/<key>",
    query=MonthQuery(),
    gives=MonthShape(),
    example=shown.MONTH,
    refusals=(404,),
)
def read_calendar_month(asked: dict[str, Any], key: str) -> Response:
    """Read how a calendar works.

    A month day by day, and every version that the calendar had. It is changed like any entry of a registry:
    `PUT /registry/calendars/<key>`.
    """
    return commands.shown(commands.read(read_month, ReadMonth(calendar=key, **asked)))


@doors.door("GET", "/clock-refreshes", gives=RefreshesShape(), example=shown.REFRESHES)
def list_clock_refreshes() -> Response:
    """List what is being computed anew.

    A calendar or a policy that changes makes the limits of open tickets be computed anew in the background; the
    latest twenty, with how far each has come.
    """
    return commands.shown({"refreshes": commands.read(read_refreshes, ReadRefreshes())})
