"""Attachments over HTTP: upload, attach, list, download, take out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, request, send_file
from marshmallow import ValidationError

from api import attachment_shapes as shapes
from api import commands
from api.attachment_dumps import attachment_body, draft_body
from api.auth import engine
from api.errors import Misshapen
from api.openapi import LOCATION, Doors, json_body
from api.receiving import content_of, is_upload, received
from engine.attachments import serving
from engine.attachments.attaching import Attach, Attached, Detach, MayAttach, attach, detach, may_attach
from engine.attachments.drafts import Drafts, Drop, KeepDrafts, MayUpload, drafts, drop, keep_drafts, may_upload
from engine.attachments.kinds import offered
from engine.attachments.names import disposition
from engine.attachments.store import store_of
from engine.attachments.storing import MAX_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.attachments.storing import Received
    from engine.unit import Answer, Unit

doors = Doors("attachments", description="Files and recordings of tickets")
_ATTACH: Final = shapes.AttachAsk()
# A file is never shown in our name: it is downloaded, and if a browser opens it all the same, it may do nothing there.
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BINARY: Final = {"type": "string", "format": "binary"}
_FORM: Final = {
    "type": "object",
    "properties": {"files": {"type": "array", "items": _BINARY}},
    "required": ["files"],
}
_CONTENT: Final[dict[str, Any]] = {
    "multipart/form-data": {"schema": _FORM},
    "application/octet-stream": {"schema": _BINARY},
}
_UPLOAD: Final = {
    "required": True,
    "description": "Files as a form with a part `files` for each; or one file as it is, named by `name`.",
    "content": _CONTENT,
}
_ATTACHED: Final = {
    "required": True,
    "description": "Own uploads by id; or the files themselves, as in `POST /attachments`.",
    "content": {
        "application/json": {"schema": _ATTACH, "example": {"attachments": [shapes.ID], "shown": True}},
        **_CONTENT,
    },
}
_NOT_SERVED: Final = (404, 409, 416)


@doors.door("GET", "/attachment-types", gives=shapes.AttachmentTypesShape(), example=shapes.TYPES)
def list_attachment_types() -> Response:
    """List which files are taken.

    Whatever is not listed is refused, whether its name or its content says so.
    """
    settings = engine().settings
    types = [
        {
            "type": one.key,
            "label": one.label,
            "media_type": one.media_type,
            "suffixes": one.suffixes,
            "kind": one.kind,
        }
        for one in offered(settings)
    ]
    return commands.shown(
        {
            "types": types,
            "max_bytes": settings.attachment_max_bytes,
            "max_request_bytes": settings.upload_max_bytes,
            "max_files": MAX_FILES,
            "drafts_kept_h": settings.drafts_kept_h,
        }
    )


@doors.door(
    "POST",
    "/attachments",
    query=shapes.UploadQuery(),
    body=_UPLOAD,
    status=201,
    gives=shapes.DraftsShape(),
    example={"attachments": [shapes.DRAFT]},
    refusals=(507,),
)
def upload_attachments(asked: dict[str, Any]) -> Response:
    """Upload files.

    They wait for their author alone, who names them in `attachments` of what is said, opened or attached; what is not
    named in time is forgotten. All files of a request are taken, or none.
    """
    del asked  # the name is read where the file is
    commands.read(may_upload, MayUpload())
    files = received()

    def render(rows: Sequence[Mapping[str, Any]]) -> Answer:
        return commands.answer(201, {"attachments": [draft_body(row) for row in rows]})

    return _run(keep_drafts, KeepDrafts(files=files), files, render)


@doors.door("GET", "/attachments", gives=shapes.DraftsShape(), example={"attachments": [shapes.DRAFT]})
def list_uploads() -> Response:
    """List own uploads.

    Those that are not attached to anything yet.
    """
    rows = commands.read(drafts, Drafts())
    return commands.shown({"attachments": [draft_body(row._mapping) for row in rows]})  # noqa: SLF001 - SQLAlchemy's public access


@doors.door(
    "DELETE",
    "/attachments/<attachment>",
    gives=shapes.DroppedShape(),
    example={"id": shapes.ID},
    refusals=(404,),
)
def drop_upload(attachment: str) -> Response:
    """Forget an own upload.

    One that is attached already is not an upload any more.
    """

    def render(_: None) -> Answer:
        return commands.answer(200, {"id": attachment})

    return commands.run(drop, Drop(id=attachment), render)


@doors.door(
    "GET",
    "/tickets/<protocol>/attachments",
    gives=shapes.AttachmentsShape(),
    example={"attachments": [shapes.ATTACHMENT]},
    refusals=(404,),
)
def list_attachments(protocol: str) -> Response:
    """List what a ticket has attached.

    With what was said, or alone; in the order in which it came. What was removed stays listed, without its name.
    """
    return commands.shown({"attachments": commands.read(_listed, serving.Attachments(ticket=protocol))})


def _listed(unit: Unit, ask: serving.Attachments) -> list[dict[str, Any]]:
    found = serving.attachments(unit, ask)
    return [attachment_body(found.ticket, row) for row in found.rows]


@doors.door(
    "POST",
    "/tickets/<protocol>/attachments",
    query=shapes.AttachQuery(),
    body=_ATTACHED,
    status=201,
    gives=shapes.AttachmentsShape(),
    example={"attachments": [shapes.ATTACHMENT]},
    refusals=(404, 507),
    headers=LOCATION,
)
def attach_to_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Attach files to a ticket.

    Own uploads, or files that come with the request. To attach them to what is said, name them there.
    """
    if is_upload():
        commands.read(may_attach, MayAttach(ticket=protocol))
        files = received()
        ask = Attach(ticket=protocol, files=files, shown=asked.get("shown") == "true")
        return _run(attach, ask, files, _attached)
    try:
        body = _ATTACH.load(json_body(request))
    except ValidationError as error:
        raise Misshapen(error.messages_dict) from None
    ask = Attach(
        ticket=protocol,
        drafts=body["attachments"],
        shown=body.get("shown", False),
        marked=body.get("marked", False),
        consent=body.get("recording_consent"),
    )
    return commands.run(attach, ask, _attached)


def _attached(done: Attached) -> Answer:
    at = f"/api/v1/tickets/{done.ticket.protocol}/attachments"
    return commands.answer(201, {"attachments": [attachment_body(done.ticket, row) for row in done.rows]}, Location=at)


@doors.door(
    "GET",
    "/tickets/<protocol>/attachments/<attachment>",
    gives=_BINARY,
    example="%PDF-1.7…",
    refusals=_NOT_SERVED,
    content_type="application/octet-stream",
    also={206: "The part that `Range` asks for, as players of recordings do."},
)
def download_attachment(protocol: str, attachment: str) -> Response:
    """Download an attachment.

    Always as a file to be saved, never as a page. `ETag` is the SHA-256 of the content.
    """
    return download(commands.read(serving.fetch, serving.Attachment(ticket=protocol, id=attachment)))


@doors.door(
    "POST",
    "/tickets/<protocol>/attachments/<attachment>/remove",
    takes=shapes.DetachAsk(),
    taken={"reason": "Documento de outra pessoa."},
    gives=shapes.AttachmentShape(),
    example=shapes.ATTACHMENT | {"name": None, "state": None, "removed_at": "2026-03-02T13:00:00Z", "url": None},
    refusals=(404, 409),
)
def remove_attachment(asked: dict[str, Any], protocol: str, attachment: str) -> Response:
    """Take an attachment out of a ticket.

    Nobody is given it any more. History and list tell that it was there; its content goes too unless something else
    needs it.
    """

    def render(done: Attached) -> Answer:
        return commands.answer(200, attachment_body(done.ticket, done.rows[0]))

    return commands.run(detach, Detach(ticket=protocol, id=attachment, **asked), render)


def download(row: Mapping[str, Any]) -> Response:
    """The content of a servable row, as a file to be saved; in parts if that is asked for."""
    file = store_of(engine().settings).where(row["digest"])
    response = send_file(
        file.absolute(), mimetype=row["media_type"], etag=row["digest"], conditional=True, max_age=None
    )
    response.headers.update(_HEADERS)
    response.headers["Content-Disposition"] = disposition(row["name"])
    return response


def _run(
    command: Callable[[Unit, Any], Any], ask: Any, files: tuple[Received, ...], render: Callable[[Any], Answer]
) -> Response:
    key = commands.key_of(content_of(files))
    return commands.respond(engine().run(command, ask, actor=g.actor, key=key, render=render))
