"""Bulk over HTTP: order a deed for many tickets, look at the dry run, apply it, follow it, cancel it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import g, request

from api import commands
from api.auth import engine
from api.bulk_shapes import (
    DEEDS,
    ApplyAsk,
    BulkAsk,
    JobsQuery,
    JobsShape,
    ResultsQuery,
    ResultsShape,
    ResultsSheetQuery,
    WholeJobShape,
)
from api.downloads import file, sheet
from api.openapi import LOCATION, Doors
from api.shapes import Shape
from engine.bulk.ordering import Apply, Cancel, Order, apply, cancel, order
from engine.bulk.queries import ListJobs, Results, ShowJob, list_jobs, pages, results_and_others, show_job

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.bulk.queries import Job
    from engine.unit import Answer

doors = Doors("bulk", description="One deed on many tickets: dry run, apply, results")

_PAGE: Final = 500
_ID: Final = "019a4d2e-a100-7c31-9d22-7b8d9f0a1b2c"
_ASKED: Final = {"filter": {"situation": "aberto", "team": "atendimento"}, "move": {"move": "iniciar_atendimento"}}
_LISTED: Final[dict[str, Any]] = {
    "id": _ID,
    "state": "weighed",
    "deed": "move",
    "what": _ASKED["move"],
    "filter": _ASKED["filter"],
    "size": 454,
    "regardless": False,
    "progress": {
        "handled": 454,
        "of": 454,
        "began_at": "2026-03-02T12:00:01Z",
        "rate_per_s": None,
        "remaining_s": None,
    },
    "ordered_at": "2026-03-02T12:00:00Z",
    "applied_at": None,
    "ended_at": None,
    "stopped": None,
}
_JOB: Final = _LISTED | {
    "groups": [
        {"state": "ready", "group": "ready", "count": 412, "label": "podem"},
        {"state": "refused", "group": "fields_missing:development", "count": 37, "label": "sem Empreendimento"},
        {"state": "refused", "group": "not_permitted", "count": 3, "label": "sem permissão"},
        {"state": "refused", "group": "stale", "count": 2, "label": "mudaram enquanto isso"},
    ],
    "summary": "412 podem, 37 sem Empreendimento, 3 sem permissão, 2 mudaram enquanto isso",
}
_APPLYING: Final = _JOB | {"state": "applying", "applied_at": "2026-03-02T12:05:00Z"}
_RESULT: Final = {
    "number": 17,
    "protocol": "2026-4830192-7",
    "state": "refused",
    "group": "fields_missing:development",
    "detail": "Falta preencher: Empreendimento.",
    "reasons": [
        {
            "code": "fields_missing",
            "detail": "Falta preencher: Empreendimento.",
            "fix": "Preencha antes development com uma alteração (PATCH do atendimento).",
            "details": {"fields": ["development"]},
        }
    ],
    "revision": 1,
    "seq": None,
    "at": "2026-03-02T12:00:02Z",
}


@doors.door(
    "POST",
    "/bulk",
    takes=BulkAsk(),
    taken=_ASKED,
    status=201,
    gives=WholeJobShape(),
    example=_JOB,
    refusals=(409,),
    headers=LOCATION,
)
def order_bulk(asked: dict[str, Any]) -> Response:
    """Order a deed for many tickets, and see what would happen.

    Nothing is done to them yet. Few tickets are weighed at once; for many the answer is `selecting` or `weighing`, and
    the dry run goes on in the background. It asks each ticket's own command, with the caller's rights.
    """
    deed = next(name for name in DEEDS if name in asked)
    what = asked[deed]
    ask = Order(deed=deed, what=what, filter=asked.get("filter"), tickets=asked.get("tickets", ()))
    return commands.run(order, ask, _ordered)


def _ordered(job: Job) -> Answer:
    return commands.answer(201, _body(job), Location=f"/api/v1/bulk/{job.id}")


@doors.door("GET", "/bulk", query=JobsQuery(), gives=JobsShape(), example={"jobs": [_LISTED], "next": None})
def list_bulk(asked: dict[str, Any]) -> Response:
    """List one's own bulk jobs, the newest first."""
    found = commands.read(list_jobs, ListJobs(**asked))
    shown = found[: asked["limit"]]
    onward = _onward("before", str(shown[-1].id)) if len(found) > len(shown) else None
    return commands.shown({"jobs": [_listed(job) for job in shown], "next": onward})


@doors.door("GET", "/bulk/<uuid:job_id>", gives=WholeJobShape(), example=_JOB, refusals=(404,))
def read_bulk(job_id: UUID) -> Response:
    """Read how far a job is, and how many tickets there are of each outcome."""
    return commands.shown(_body(commands.read(show_job, ShowJob(job=job_id))))


@doors.door(
    "GET",
    "/bulk/<uuid:job_id>/results",
    query=ResultsQuery(),
    gives=ResultsShape(),
    example={"results": [_RESULT], "out_of_reach": 0, "next": None},
    refusals=(404,),
)
def list_bulk_results(asked: dict[str, Any], job_id: UUID) -> Response:
    """List the tickets of a job, or of one group, with every reason.

    Those that its person does not reach any more are counted, and not named.
    """
    found, others = commands.read(results_and_others, Results(job=job_id, **asked))
    shown = found[: asked["limit"]]
    onward = _onward("after", str(shown[-1].number)) if len(found) > len(shown) else None
    body = {"results": [_result(row) for row in shown], "out_of_reach": others, "next": onward}
    return commands.shown(body)


@doors.door(
    "GET",
    "/bulk/<uuid:job_id>/results.csv",
    query=ResultsSheetQuery(),
    gives={"type": "string"},
    example='"number","protocol","state","group","detail","fix","revision","seq","at"…',
    refusals=(404,),
    content_type="text/csv",
)
def export_bulk_results(asked: dict[str, Any], job_id: UUID) -> Response:
    """Export the tickets of a job as CSV.

    Those that its person does not reach any more are not among them.
    In UTF-8 with a byte order mark. No cell can be taken for a formula: an apostrophe stands before what would be one.
    """
    style = asked.pop("style")
    found = pages(engine(), Results(job=job_id, limit=_PAGE, **asked), g.actor)
    rows = ([_line(row) for row in page] for page in found)
    return file(sheet(_COLUMNS, rows, style, said=_SAID), "text/csv", f"{job_id}.csv")


@doors.door(
    "POST",
    "/bulk/<uuid:job_id>/apply",
    takes=ApplyAsk(),
    taken={},
    gives=WholeJobShape(),
    example=_APPLYING,
    refusals=(404, 409),
)
def apply_bulk(asked: dict[str, Any], job_id: UUID) -> Response:
    """Apply a job to the tickets that the dry run found ready.

    In the background, each ticket by its own command in a transaction of its own, with the rights its person has at
    that moment. What has changed since it was selected is left alone and told, unless `regardless`.
    """
    return commands.run(apply, Apply(job=job_id, **asked), _told)


@doors.door(
    "POST",
    "/bulk/<uuid:job_id>/cancel",
    takes=Shape(),
    taken={},
    gives=WholeJobShape(),
    example=_JOB | {"state": "cancelled", "ended_at": "2026-03-02T12:05:00Z"},
    refusals=(404, 409),
)
def cancel_bulk(asked: dict[str, Any], job_id: UUID) -> Response:
    """Cancel a job.

    What was done stays done; no further ticket is touched.
    """
    del asked
    return commands.run(cancel, Cancel(job=job_id), _told)


def _told(job: Job) -> Answer:
    return commands.answer(200, _body(job))


_SAME: Final = (
    "id",
    "state",
    "deed",
    "what",
    "filter",
    "size",
    "regardless",
    "ordered_at",
    "applied_at",
    "ended_at",
    "stopped",
)


def _listed(job: Job) -> dict[str, Any]:
    remaining = job.remaining
    progress = {
        "handled": job.handled,
        "of": job.phase_size,
        "began_at": job.phase_at,
        "rate_per_s": job.rate_per_s,
        "remaining_s": None if remaining is None else int(remaining.total_seconds()),
    }
    return {name: getattr(job, name) for name in _SAME} | {"progress": progress}


def _body(job: Job) -> dict[str, Any]:
    groups = [{"state": one.state, "group": one.group, "count": one.count, "label": one.label} for one in job.groups]
    summary = ", ".join(f"{one.count} {one.label}" for one in job.groups)
    if not job.size and job.state != "selecting":
        summary = "nenhum atendimento"
    return _listed(job) | {"groups": groups, "summary": summary}


_RESULT_SAME: Final = ("number", "protocol", "state", "detail", "revision", "seq", "at")


def _result(row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in _RESULT_SAME}
    return found | {"group": row.outcome, "reasons": row.reasons or []}


_COLUMNS: Final = {
    "number": "Número",
    "protocol": "Atendimento",
    "state": "Resultado",
    "group": "Código do grupo",
    "detail": "Por quê",
    "fix": "O que fazer",
    "revision": "Revisão",
    "seq": "Número no histórico",
    "at": "Quando",
}
_STATES: Final = {
    "ready": "pode",
    "done": "feito",
    "unchanged": "já estava assim",
    "failed": "falhou",
    "refused": "recusado",
    "waiting": "ainda não examinado",
}
_SAID: Final = {"state": _STATES.__getitem__}


def _line(row: Any) -> dict[str, Any]:
    found = _result(row)
    return found | {"fix": " ".join(one["fix"] for one in found["reasons"] if one["fix"])}


def _onward(name: str, value: str) -> str:
    return f"{request.path}?{urlencode(request.args.to_dict() | {name: value})}"
