"""The portal's contacts over HTTP: the form, new ones, lists, one of them, complements, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import g, request

from api import commands
from api import portal_examples as examples
from api import portal_shapes as shapes
from api.attachment_dumps import draft_body
from api.attachment_shapes import DRAFT, DraftsShape, DroppedShape, UploadQuery
from api.attachments import download
from api.auth import engine
from api.openapi import LOCATION
from api.portal_doors import ETAG, PortalDoors
from api.portal_dumps import PREFIX, contact_body, form_body, listed, message_body, standing_body
from api.receiving import content_of, received
from engine.attachments.drafts import Drop
from engine.portal import files as own
from engine.portal.answers import Answers
from engine.portal.complementing import Complement, complement
from engine.portal.forms import ReadForm, read_form
from engine.portal.listing import ListContacts, list_contacts
from engine.portal.marks import mark_after
from engine.portal.opening import OpenContact, open_contact
from engine.portal.showing import (
    FetchFile,
    ListMessages,
    ShowContact,
    fetch_file,
    list_messages,
    message_of,
    show_contact,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from engine.portal.complementing import Complemented
    from engine.tickets.ticket import Ticket
    from engine.unit import Answer, Unit

doors = PortalDoors("contacts", description="A customer's own contacts")
_MARK: Final = re.compile(r'"([0-9]{1,9}\.[0-9]{1,9})"')
_BINARY: Final = {"type": "string", "format": "binary"}
_UPLOAD: Final = {
    "required": True,
    "description": "One file as a form with a part `files`; or the file as it is, named by `name`.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"files": {"type": "array", "items": _BINARY}},
                "required": ["files"],
            }
        },
        "application/octet-stream": {"schema": _BINARY},
    },
}


@doors.door("GET", "/form", gives=shapes.FormShape(), example=examples.FORM, refusals=(409,))
def read_contact_form() -> Response:
    """Read the form for a new contact.

    With everything that can be chosen. Where a registry has nothing to offer, `missing` of the refusal names it.
    """
    return commands.shown(commands.read(_form, ReadForm()))


def _form(unit: Unit, ask: ReadForm) -> dict[str, Any]:
    return form_body(unit.catalogue.registries, read_form(unit, ask), unit.engine.settings)


@doors.door("GET", "/tickets", query=shapes.ContactsQuery(), gives=shapes.ContactsShape(), example=examples.CONTACTS)
def list_contacts_of_customer(asked: dict[str, Any]) -> Response:
    """List contacts.

    All of the customer's own that are shown, the open ones, or the finished ones, each with its own label.
    """
    which = asked.pop("standing")
    rows, cursor = commands.read(_listed, ListContacts(which=which, **asked))
    query = {"standing": which, **asked, "cursor": cursor}
    onward = f"{request.path}?{urlencode(query)}" if cursor else None
    return commands.shown({"tickets": rows, "next": onward, "cursor": cursor})


def _listed(unit: Unit, ask: ListContacts) -> tuple[list[dict[str, Any]], str | None]:
    page = list_contacts(unit, ask)
    return listed(unit, page.rows), page.next


@doors.door(
    "POST",
    "/tickets",
    takes=shapes.ContactAsk(),
    taken=examples.CONTACT_ASK,
    status=201,
    gives=shapes.StandingShape(),
    example=examples.STANDING,
    refusals=(409,),
    headers=ETAG | LOCATION,
)
def open_new_contact(asked: dict[str, Any]) -> Response:
    """Open a contact.

    What is missing or does not fit is told all at once, in `errors`, by field.
    """
    return commands.run(open_contact, OpenContact(answers=Answers(**asked)), _opened)


@doors.door(
    "POST",
    "/tickets/<protocol>/follow-up",
    takes=shapes.ContactAsk(),
    taken=examples.FOLLOW_UP_ASK,
    status=201,
    gives=shapes.StandingShape(),
    example=examples.STANDING,
    refusals=(404, 409),
    headers=ETAG | LOCATION,
)
def follow_up_contact(asked: dict[str, Any], protocol: str) -> Response:
    """Open a contact that goes on from another.

    The two are linked. What is left out is taken from the other one, except the message and its files.
    """
    return commands.run(open_contact, OpenContact(answers=Answers(**asked), follows=protocol), _opened)


def _opened(ticket: Ticket) -> Answer:
    return commands.answer(
        201,
        standing_body(ticket),
        ETag=commands.etag(mark_after(ticket)),
        Location=f"{PREFIX}/tickets/{ticket.protocol}",
    )


@doors.door(
    "GET",
    "/tickets/<protocol>",
    gives=shapes.ContactShape(),
    example=examples.CONTACT,
    refusals=(404,),
    headers=ETAG,
)
def read_contact(protocol: str) -> Response:
    """Read a contact.

    Where it stands, what comes next, and what was said of it that is shown.
    """
    contact = commands.read(show_contact, ShowContact(ticket=protocol))
    return commands.shown(contact_body(contact), ETag=commands.etag(contact.mark))


@doors.door(
    "GET",
    "/tickets/<protocol>/messages",
    query=shapes.MessagesQuery(),
    gives=shapes.MessagesShape(),
    example=examples.MESSAGES,
    refusals=(404,),
)
def list_contact_messages(asked: dict[str, Any], protocol: str) -> Response:
    """List what was said of a contact.

    Oldest first: what is shown, and nothing else.
    """
    found, more = commands.read(list_messages, ListMessages(ticket=protocol, **asked))
    onward = f"{request.path}?{urlencode(asked | {'after': found[-1].seq})}" if more else None
    return commands.shown({"messages": [message_body(protocol, one) for one in found], "next": onward})


@doors.door(
    "POST",
    "/tickets/<protocol>/messages",
    takes=shapes.ComplementAsk(),
    taken=examples.COMPLEMENT_ASK,
    status=201,
    gives=shapes.ComplementedShape(),
    example=examples.COMPLEMENTED,
    refusals=(404, 412),
    match=True,
    headers=ETAG,
)
def complement_contact(asked: dict[str, Any], protocol: str) -> Response:
    """Complement a contact.

    Where the process waits for the customer, it goes on. A finished contact takes messages only where its process has
    a way back; else `closed`, and `follow_up` is the address under which a new one goes on from it.
    """
    seen = commands.matched(_MARK, "7.12")
    return commands.run(complement, Complement(ticket=protocol, seen=seen, **asked), _complemented)


def _complemented(done: Complemented) -> Answer:
    ticket = done.ticket
    said = message_body(ticket.protocol, message_of(done.row, done.who.name))
    tag = commands.etag(mark_after(ticket))
    return commands.answer(201, {"message": said, "ticket": standing_body(ticket)}, ETag=tag)


@doors.door(
    "POST",
    "/attachments",
    query=UploadQuery(),
    body=_UPLOAD,
    status=201,
    gives=DraftsShape(),
    example={"attachments": [DRAFT]},
    refusals=(507,),
)
def upload_file(asked: dict[str, Any]) -> Response:
    """Upload a file.

    It waits for the account alone, which names it in `attachments` of a contact or complement.
    """
    del asked  # the name is read where the file is
    commands.read(own.may_upload, own.MayUpload())
    files = received(max_files=1)

    def render(rows: Sequence[Mapping[str, Any]]) -> Answer:
        return commands.answer(201, {"attachments": [draft_body(row) for row in rows]})

    key = commands.key_of(content_of(files))
    ask = own.KeepFiles(files=files)
    return commands.respond(engine().run(own.keep_files, ask, actor=g.actor, key=key, render=render))


@doors.door("GET", "/attachments", gives=DraftsShape(), example={"attachments": [DRAFT]})
def list_uploaded_files() -> Response:
    """List one's own uploads.

    Those that no contact or complement has named yet.
    """
    rows = commands.read(own.own_files, own.OwnFiles())
    return commands.shown({"attachments": [draft_body(row._mapping) for row in rows]})  # noqa: SLF001 - SQLAlchemy's public access


@doors.door(
    "DELETE",
    "/attachments/<id_>",
    gives=DroppedShape(),
    example={"id": examples.FILE["id"]},
    refusals=(404,),
)
def drop_uploaded_file(id_: str) -> Response:
    """Forget one's own upload."""

    def render(_: None) -> Answer:
        return commands.answer(200, {"id": id_})

    return commands.run(own.drop_file, Drop(id=id_), render)


@doors.door(
    "GET",
    "/tickets/<protocol>/attachments/<id_>",
    gives=_BINARY,
    example="%PDF-1.7…",
    refusals=(404, 409, 416),
    content_type="application/octet-stream",
    also={206: "The part that `Range` asks for."},
)
def download_file(protocol: str, id_: str) -> Response:
    """Download a file of a contact.

    Always as a file to be saved, never as a page.
    """
    return download(commands.read(fetch_file, FetchFile(ticket=protocol, id=id_)))
