"""Reports over HTTP: how long tickets stay, what was late, what is about to turn red; and figures for a diagram."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import request

from api import commands
from api import report_shapes as shapes
from api.downloads import file, sheet
from api.openapi import Doors
from engine.clocks.compliance import Compliance, compliance
from engine.clocks.reports import Heat, Report, heat, report
from engine.clocks.turning import Turning, turning

if TYPE_CHECKING:
    from flask import Response

doors = Doors("reports", description="How long tickets stay, what was late, and what is about to be")


@doors.door("GET", "/reports/stays", query=shapes.StaysQuery(), gives=shapes.StaysShape(), example=shapes.STAYS)
def report_stays(asked: dict[str, Any]) -> Response:
    """Report how long tickets stay.

    By situation, team, person or subject: median and ninetieth percentile, the share of waiting for the customer, and
    limits that were reached. Of the tickets that the reader's profile reaches.
    """
    return commands.shown(commands.read(report, Report(**asked)))


@doors.door(
    "GET",
    "/reports/stays.csv",
    query=shapes.StaysSheetQuery(),
    gives={"type": "string"},
    example='"key","label","left"…',
    content_type="text/csv",
)
def report_stays_as_csv(asked: dict[str, Any]) -> Response:
    """Report how long tickets stay, as CSV.

    The same rows for a spreadsheet, in UTF-8 with a byte order mark.
    """
    style = asked.pop("style")
    found = commands.read(report, Report(**asked))
    headings = _FIGURES if found["by"] == "situation" else _FIGURES | _OF_POLICIES
    return file(sheet(headings, [found["rows"]], style), "text/csv", f"estadias-{asked['by']}.csv")


@doors.door(
    "GET", "/reports/policies", query=shapes.PoliciesQuery(), gives=shapes.PoliciesShape(), example=shapes.POLICIES
)
def report_policies(asked: dict[str, Any]) -> Response:
    """Report how well SLA policies were kept.

    By policy, team, person or subject, each clock for itself: how many were decided in the period, how many of them
    ended within their limit, and how much working time they took. Of the tickets that the reader's profile reaches.
    """
    return commands.shown(commands.read(compliance, Compliance(**asked)))


@doors.door(
    "GET",
    "/reports/policies.csv",
    query=shapes.PoliciesSheetQuery(),
    gives={"type": "string"},
    example='"key","label","clock"…',
    content_type="text/csv",
)
def report_policies_as_csv(asked: dict[str, Any]) -> Response:
    """Report how well SLA policies were kept, as CSV.

    The same rows for a spreadsheet, in UTF-8 with a byte order mark.
    """
    style = asked.pop("style")
    found = commands.read(compliance, Compliance(**asked))
    content = sheet(_COMPLIANCE, [found["rows"]], style, said={"clock": _CLOCKS.__getitem__})
    return file(content, "text/csv", f"politicas-{asked['by']}.csv")


@doors.door("GET", "/reports/limits", query=shapes.LimitsQuery(), gives=shapes.LimitsShape(), example=shapes.LIMITS)
def report_limits(asked: dict[str, Any]) -> Response:
    """Report what is about to turn red.

    Limits of what is open within a time, or those that are reached already: of situations, of the responses and
    resolutions that policies ask for, and of activities, whether they are in a ticket or not. Within what the reader's
    profile reaches; activities for whoever may read any (`activity.read`).
    """
    within, red = timedelta(hours=asked.pop("within_h")), asked.pop("red") == "true"
    found = commands.read(turning, Turning(within=within, red=red, **asked))
    onward = None
    if found.next is not None:
        onward = f"{request.path}?{urlencode({**request.args.to_dict(), 'cursor': found.next})}"
    return commands.shown({"limits": found.rows, "counts": found.counts, "next": onward, "cursor": found.next})


@doors.door(
    "GET",
    "/processes/<key>/heat",
    query=shapes.PeriodQuery(),
    gives=shapes.HeatShape(),
    example=shapes.HEAT,
    refusals=(404,),
)
def read_process_heat(asked: dict[str, Any], key: str) -> Response:
    """Read how hot each situation of a process is.

    For painting on the diagram: the figures of each element of the process's file, and its share of all open time.
    """
    return commands.shown(commands.read(heat, Heat(process=key, **asked)))


_FIGURES: Final = {
    "key": "Código",
    "label": "Grupo",
    "left": "Permanências encerradas",
    "present": "Permanências em curso",
    "dwell_median_s": "Permanência, mediana",
    "dwell_p90_s": "Permanência, 9 em 10 até",
    "worked_median_s": "Tempo útil, mediana",
    "worked_p90_s": "Tempo útil, 9 em 10 até",
    "open_s": "Tempo em aberto",
    "waiting_s": "Tempo à espera do cliente",
    "waiting_share": "Parte à espera do cliente",
    "limited": "Com prazo",
    "breached": "Prazo estourado",
    "red": "Em curso com prazo estourado",
}
_OF_POLICIES: Final = {
    "first_response_limited": "Primeiras respostas com prazo",
    "first_response_breached": "Primeiras respostas fora do prazo",
    "next_response_limited": "Respostas seguintes com prazo",
    "next_response_breached": "Respostas seguintes fora do prazo",
    "resolution_limited": "Soluções com prazo",
    "resolution_breached": "Soluções fora do prazo",
}
_COMPLIANCE: Final = {
    "key": "Código",
    "label": "Grupo",
    "clock": "Relógio",
    "limited": "Com prazo",
    "kept": "No prazo",
    "breached": "Fora do prazo",
    "kept_share": "Parte no prazo",
    "used_median_s": "Tempo útil, mediana",
    "used_p90_s": "Tempo útil, 9 em 10 até",
}
_CLOCKS: Final = {"first_response": "Primeira resposta", "next_response": "Resposta seguinte", "resolution": "Solução"}
