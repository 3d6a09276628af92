"""Shapes of attachments: drafts, what a ticket has attached, and which files are taken."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from api.shapes import Shape, YesNo, described, string
from api.ticket_shapes import instant, maybe
from engine.attachments.storing import MAX_FILES

_KINDS: Final = ("file", "recording")
_STATES: Final = ("pending", "clean", "refused")
ID: Final = "at_Zr0yq9pTqKc2Jm4oX1eWv8bD5nGhLs7u"
DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def draft_ids(**more: Any) -> fields.List[Any]:
    """Ids of the caller's own drafts."""
    return fields.List(
        string(40, 1),
        validate=validate.Length(max=MAX_FILES, error="use no máximo {max}"),
        **described("Ids of own uploads (`POST /attachments`); each serves once."),
        **more,
    )


def recording_consent() -> fields.Boolean:
    """Whether those who are heard agreed."""
    return YesNo(**described("With a recording: whether those who are heard agreed to it."))


class AttachAsk(Shape):
    """Which drafts are attached to the ticket itself."""

    attachments = draft_ids(required=True)
    shown = YesNo(**described("To the customer, wherever the ticket is shown to them; default no."))
    marked = YesNo(**described("For participants, whatever the customer sees; default no."))
    recording_consent = recording_consent()


class UploadQuery(Shape):
    """The name of a file that is sent as a raw body."""

    name = string(4_096, 1, metadata={"description": "With a raw body: the file's name with its suffix."})


class AttachQuery(UploadQuery):
    """The same, and what JSON would say about files that are sent along."""

    shown = fields.String(validate=validate.OneOf(("true", "false"), error="use {choices}"), **described("As in JSON."))


class DetachAsk(Shape):
    """Why it is taken out."""

    reason = string(2_000, 1, required=True)


class DraftShape(Shape):
    """A file that waits to be attached by whoever uploaded it."""

    id = fields.String(required=True)
    name = fields.String(required=True, **described("As it is kept: without folders and invisible characters."))
    media_type = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    size = fields.Integer(required=True, **described("Bytes."))
    sha256 = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    uploaded_at = instant()
    expires_at = instant()


class DraftsShape(Shape):
    """Files that wait, the oldest first."""

    attachments = fields.List(fields.Nested(DraftShape()), required=True)


class DroppedShape(Shape):
    """The upload that is forgotten."""

    id = fields.String(required=True)


class AttachmentShape(Shape):
    """A file or recording of a ticket."""

    id = fields.String(required=True)
    seq = fields.Integer(
        required=True, **described("The history row that tells of it; an interaction's, if it came with one.")
    )
    name = maybe("Null once it is removed, and for whoever may not see the ticket's texts.")
    media_type = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    size = fields.Integer(required=True, **described("Bytes."))
    state = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(_STATES), **described("Only `clean` is served.")
    )
    shown = fields.Boolean(required=True)
    marked = fields.Boolean(required=True)
    customer_sees = fields.Boolean(required=True)
    recording_consent = fields.Boolean(required=True, allow_none=True)
    attached_at = instant()
    attached_by = fields.String(required=True, **described("`user:<id>` and the like."))
    removed_at = fields.AwareDateTime(required=True, allow_none=True)
    url = maybe("Where it is downloaded; null once it is removed.")


class AttachmentsShape(Shape):
    """What a ticket has attached, and what it had, in the order in which it came."""

    attachments = fields.List(fields.Nested(AttachmentShape()), required=True)


class FileTypeShape(Shape):
    """A type of file that is taken."""

    type = fields.String(required=True)
    label = fields.String(required=True)
    media_type = fields.String(required=True)
    suffixes = fields.List(fields.String(), required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))


class AttachmentTypesShape(Shape):
    """What may be attached here."""

    types = fields.List(fields.Nested(FileTypeShape()), required=True)
    max_bytes = fields.Integer(required=True, **described("Of one file."))
    max_request_bytes = fields.Integer(required=True, **described("Of one request with several files."))
    max_files = fields.Integer(required=True, **described("In one request, and with one interaction."))
    drafts_kept_h = fields.Integer(required=True)


DRAFT: Final[dict[str, Any]] = {
    "id": ID,
    "name": "laudo.pdf",
    "media_type": "application/pdf",
    "kind": "file",
    "size": 48_213,
    "sha256": DIGEST,
    "state": "clean",
    "uploaded_at": "2026-03-02T12:00:00Z",
    "expires_at": "2026-03-03T12:00:00Z",
}
ATTACHMENT: Final[dict[str, Any]] = {
    "id": ID,
    "seq": 3,
    "name": "laudo.pdf",
    "media_type": "application/pdf",
    "kind": "file",
    "size": 48_213,
    "state": "clean",
    "shown": False,
    "marked": False,
    "customer_sees": False,
    "recording_consent": None,
    "attached_at": "2026-03-02T12:10:00Z",
    "attached_by": "user:01958f5e-0000-7000-8000-000000000001",
    "removed_at": None,
    "url": f"/api/v1/tickets/2026-4830192-7/attachments/{ID}",
}
TYPES: Final = {
    "types": [
        {"type": "pdf", "label": "PDF", "media_type": "application/pdf", "suffixes": ["pdf"], "kind": "file"},
        {"type": "mp3", "label": "MP3", "media_type": "audio/mpeg", "suffixes": ["mp3"], "kind": "recording"},
    ],
    "max_bytes": 25_000_000,
    "max_request_bytes": 100_000_000,
    "max_files": 10,
    "drafts_kept_h": 24,
}
