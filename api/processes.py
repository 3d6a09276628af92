"""Processes over HTTP: check, deploy, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, request

from api import commands, process_examples
from api.auth import engine
from api.errors import Misshapen, WrongMediaType
from api.openapi import Doors, json_body
from api.process_shapes import DeployedShape, FilesAsk, ProcessesShape, ProcessShape, ReportShape, VersionShape
from api.ticket_dumps import place_body
from engine.processes import queries
from engine.processes.deploying import Deployed, deploy_files
from engine.processes.judging import CheckFiles, check_files

if TYPE_CHECKING:
    from engine.processes.judging import File
    from engine.runtime.process import MoveSpec, Process, Situation
    from engine.unit import Answer, Unit

doors = Doors("processes", description="Diagrams and decision tables, and their versions")
_FILES: Final = FilesAsk()
_MOST: Final = 2_147_483_647
_VERSION: Final = f"/processes/<key>/versions/<int(min=1, max={_MOST}):number>"
_BODY: Final = {
    "required": True,
    "description": "The files that belong together: as a form with one part `files` for each, or as JSON.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                "required": ["files"],
            }
        },
        "application/json": {"schema": _FILES, "example": process_examples.FILES},
    },
}


@doors.door("POST", "/processes", body=_BODY, gives=DeployedShape(), example=process_examples.DEPLOYED)
def deploy_processes() -> Response:
    """Deploy files.

    All or none. A change of meaning makes a version; names, colours and layout make none and show at once. Findings
    of severity error refuse everything (`not_deployable`), with all findings of all files.
    """
    files, content = _files()
    key = commands.key_of(content)
    return commands.respond(deploy_files(engine(), files, actor=g.actor, key=key, render=_deployed))


def _deployed(done: Deployed) -> Answer:
    body = {
        "deployments": [
            {"kind": one.kind, "key": one.key, "version": one.number, "what": one.what, "why": one.why}
            for one in done.deployments
        ],
        "warnings": [finding.as_dict() for finding in done.report.findings],
    }
    return commands.answer(200, body)


@doors.door("POST", "/processes/check", body=_BODY, gives=ReportShape(), example=process_examples.REPORT, key=False)
def check_processes() -> Response:
    """Check files without deploying them.

    All findings of all files at once, judged with this installation's names.
    """
    files, _ = _files()
    return commands.shown(commands.read(check_files, CheckFiles(files=files)).as_dict())


@doors.door("GET", "/processes", gives=ProcessesShape(), example=process_examples.PROCESSES)
def list_processes() -> Response:
    """List what is deployed."""
    return commands.shown(commands.read(_list, None))


def _list(unit: Unit, _: None) -> dict[str, Any]:
    return {
        "processes": [{"key": row.key} | _version_row(row) for row in queries.list_processes(unit, None)],
        "decisions": [
            {"key": key, "version": number, "file": file} for key, number, file in queries.list_decisions(unit, None)
        ],
    }


@doors.door("GET", "/processes/<key>", gives=ProcessShape(), example=process_examples.PROCESS, refusals=(404,))
def read_process(key: str) -> Response:
    """Read a process with all its versions."""
    rows, numbers = commands.read(queries.show_process, queries.ShowProcess(key=key))
    versions = [
        _version_row(row) | {"calls": {called: numbers[id_] for called, id_ in queries.called(row).items()}}
        for row in rows
    ]
    return commands.shown({"key": key, "label": rows[0].label, "version": rows[0].number, "versions": versions})


@doors.door("GET", _VERSION, gives=VersionShape(), example=process_examples.VERSION, refusals=(404,))
def read_version(key: str, number: int) -> Response:
    """Read what a version means.

    Its situations with their moves and what each requires, its ends, activities and messages.
    """
    process = commands.read(queries.show_version, queries.ShowVersion(key=key, number=number))
    return commands.shown(_version_body(process, number))


@doors.door(
    "GET",
    f"{_VERSION}/xml",
    gives={"type": "string"},
    example="<?xml version='1.0' encoding='UTF-8'?>…",
    refusals=(404,),
    content_type="application/xml",
)
def read_file(key: str, number: int) -> Response:
    """Read a version's file.

    Byte for byte as it was deployed, with the last cosmetic change.
    """
    name, raw = commands.read(queries.show_file, queries.ShowVersion(key=key, number=number))
    found = Response(raw, mimetype="application/xml")
    found.headers.set("Content-Disposition", "attachment", filename=name)
    return found


def _files() -> tuple[tuple[File, ...], bytes]:
    """The files of the request, and one form of them for all ways to send them."""
    if request.mimetype == "multipart/form-data":
        parts = request.files.getlist("files")
        if strange := {*request.files, *request.form} - {"files"}:
            raise Misshapen({name or "?": ["não existe aqui; envie partes `files`"] for name in strange})
        asked = {"files": [{"name": part.filename or "", "content": ""} for part in parts]}
        contents = []
        for part in parts:
            with part.stream:
                contents.append(part.stream.read())
    elif request.mimetype == "application/json":
        asked = json_body(request)
        contents = []
    else:
        raise WrongMediaType("Envie os arquivos como multipart/form-data ou application/json.")
    if errors := _FILES.validate(asked):
        raise Misshapen(errors)
    if not contents:
        contents = [one["content"].encode() for one in asked["files"]]
    files = tuple((one["name"], content) for one, content in zip(asked["files"], contents, strict=True))
    return files, b"".join(
        len(part).to_bytes(8, "big") + part for name, content in files for part in (name.encode(), content)
    )


def _version_row(row: Any) -> dict[str, Any]:
    return {
        "version": row.number,
        "label": row.label,
        "file": row.file,
        "deployed_at": row.deployed_at,
        "deployed_by": row.deployed_by,
    }


def _version_body(process: Process, number: int) -> dict[str, Any]:
    own = process.settings[process.key]
    return {
        "key": process.key,
        "version": number,
        "label": own.label,
        "requires": own.requires,
        "requires_decision": own.requires_decisions,
        "messages": sorted(process.messages),
        "situations": [_situation_body(process, one) for one in process.situations.values()],
        "ends": [place_body(process, place) for place in process.ends],
        "activities": [
            {
                "process": place.process,
                "element": place.element,
                "label": one.label,
                "kind": one.kind,
                "team": one.team,
            }
            for place, one in process.activities.items()
        ],
    }


def _situation_body(process: Process, one: Situation) -> dict[str, Any]:
    return place_body(process, one.place) | {
        "team": one.team,
        "sla": one.sla,
        "escalate": one.escalate,
        "calendar": one.calendar,
        "pauses_sla": one.pauses_sla,
        "color": one.color,
        "customer_label": one.customer_label,
        "customer_next": one.customer_next,
        "requires": one.requires,
        "requires_decision": one.requires_decisions,
        "moves": [_move_body(process, move) for move in one.moves],
    }


def _move_body(process: Process, move: MoveSpec) -> dict[str, Any]:
    return {
        "move": move.id,
        "label": move.label,
        "default": move.default,
        "guard": move.guard.text if move.guard else None,
        "requires": move.requires,
        "requires_decision": move.requires_decisions,
        "leads_to": place_body(process, move.leads_to) if move.leads_to else None,
    }
