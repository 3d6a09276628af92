"""Attach files to a ticket, alone or with what is said of it, and take them out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.attachments.drafts import new_attachment_id, own_drafts, remember, told
from engine.attachments.model import attachment, draft
from engine.attachments.serving import row_of
from engine.attachments.storing import MAX_FILES
from engine.errors import Conflict, Invalid, NotFound, Reason
from engine.tickets.access import permit, readable_ticket, ticket_for
from engine.tickets.opening import Open, Opened, open_ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.attachments.storing import Received
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Attach:
    """Files for a ticket: drafts by id, and files that have just come in.

    Attributes:
        shown: to the customer, wherever the ticket is shown to them.
        marked: for participants.
        consent: of recordings: whether those who are heard agreed; None: nobody said.
    """

    ticket: str
    drafts: Sequence[str] = ()
    files: Sequence[Received] = ()
    shown: bool = False
    marked: bool = False
    consent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Attached:
    """The ticket and the rows that were added."""

    ticket: Ticket
    rows: Sequence[dict[str, Any]]


def attach(unit: Unit, ask: Attach) -> Attached:
    """Attach files to the ticket itself.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is attached.
    """
    ticket = ticket_for(unit, Action.TICKET_ATTACH, ask.ticket)
    if not (ask.drafts or ask.files):
        raise Invalid("Diga ao menos um arquivo em attachments.", code="nothing_asked")
    found = [*taken_drafts(unit, ask.drafts), *fresh(unit, ask.files)]
    insist_on_consent(found, ask.consent)
    detail = {"attachments": told(found)} | ({"shown": True} if ask.shown else {})
    seq = ticket.record("attached", detail=detail)
    rows = put(unit, ticket, found, seq=seq, shown=ask.shown, marked=ask.marked, consent=ask.consent)
    return Attached(ticket=ticket, rows=rows)


@dataclass(frozen=True, kw_only=True)
class OpenWith:
    """A new ticket, and the drafts it begins with."""

    open: Open
    drafts: Sequence[str] = ()


def open_with(unit: Unit, ask: OpenWith) -> Opened:
    """Open a ticket with files; opened before under the same natural key, it is given as it is.

    Raises:
        NotFound, NotPermitted, Invalid, FieldsMissing: nothing is stored.
    """
    opened = open_ticket(unit, ask.open)
    if ask.drafts and not opened.repeated:
        permit(unit, opened.ticket, Action.TICKET_ATTACH)
        found = taken_drafts(unit, ask.drafts)
        seq = opened.ticket.record("attached", detail={"attachments": told(found)})
        put(unit, opened.ticket, found, seq=seq)
    return opened


@dataclass(frozen=True, kw_only=True)
class Detach:
    """An attachment that shall go, and why."""

    ticket: str
    id: str
    reason: str


def detach(unit: Unit, ask: Detach) -> Attached:
    """Take an attachment out: its name goes now, its content with a later clean-up unless something else needs it.

    Raises:
        NotFound, NotPermitted: nothing is changed.
        Conflict: it was taken out before.
    """
    ticket = ticket_for(unit, Action.TICKET_DETACH, ask.ticket)
    row = row_of(unit, ticket.id, ask.id)
    if row is None:
        raise NotFound(f"O atendimento {ticket.protocol} não tem esse anexo.", code="attachment_unknown")
    if row["removed_at"] is not None:
        raise Conflict("Este anexo já foi retirado.", code="attachment_removed")
    detail = {"attachment": ask.id, "kind": row["kind"], "size": row["size"], "attached_seq": row["seq"]}
    seq = ticket.record("attachment_removed", reason=ask.reason, detail=detail)
    gone = {"digest": None, "name": "", "removed_at": unit.now, "removed_by": unit.actor.id, "removed_seq": seq}
    unit.update(ticket.about, attachment, {"ticket_id": ticket.id, "id": ask.id}, **gone)
    if row["shown"]:
        ticket.shown_last = seq
    return Attached(ticket=ticket, rows=[{**row, **gone, "state": None}])


def taken_drafts(unit: Unit, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The actor's drafts of these ids, in this order; they are no drafts any more when the command commits.

    Raises:
        Invalid: names every id that is not the actor's own, has expired, or is used already.
    """
    if not ids:
        return []
    if len(ids) > MAX_FILES or len(set(ids)) < len(ids):
        detail = f"attachments: diga no máximo {MAX_FILES} arquivos, cada um uma vez."
        raise Invalid(detail, code="files_too_many")
    rows = {row.id: dict(row._mapping) for row in own_drafts(unit, ids, lock=unit.locks)}  # noqa: SLF001 - as above
    if unknown := [one for one in ids if one not in rows]:
        detail = f"attachments: não há {', '.join(map(repr, unknown))} entre os seus envios."
        fix = "Envie o arquivo de novo por POST /attachments; um envio serve uma vez, e por um tempo."
        reason = Reason(code="draft_unknown", detail=detail, fix=fix, details={"unknown": unknown})
        named = {"attachments": [f"não há {one!r} entre os seus envios" for one in unknown]}
        raise Invalid(f"{detail} {fix}", code="draft_unknown", reasons=[reason], errors=named)
    for one in ids:
        unit.delete(f"draft:{one}", draft, id=one)
        unit.record(f"draft:{one}", "attached")
    return [rows[one] for one in ids]


def insist_on_consent(found: Sequence[dict[str, Any]], consent: bool | None) -> None:  # noqa: FBT001 - a value of the ask
    """Refuse a word on consent where nothing is a recording.

    Raises:
        Invalid.
    """
    if consent is not None and not any(row["kind"] == "recording" for row in found):
        raise Invalid("recording_consent: nenhum dos arquivos é uma gravação.", code="consent_without_recording")


def put(
    unit: Unit,
    ticket: Ticket,
    found: Sequence[dict[str, Any]],
    *,
    seq: int,
    shown: bool = False,
    marked: bool = False,
    consent: bool | None = None,
) -> list[dict[str, Any]]:
    """Write the rows of attachments.

    Args:
        seq: of the history row that tells of them; with an interaction, its own, and `shown` and `marked` are its.
    """
    if found and shown:
        ticket.shown_last = seq
    rows = []
    for place, one in enumerate(found, start=1):
        row = {
            "ticket_id": ticket.id,
            "id": one["id"],
            "seq": seq,
            "place": place,
            "digest": one["digest"],
            "name": one["name"],
            "media_type": one["media_type"],
            "kind": one["kind"],
            "size": one["size"],
            "shown": shown,
            "marked": marked,
            "consent": consent if one["kind"] == "recording" else None,
            "uploaded_by": one["author"],
            "attached_at": unit.now,
            "attached_by": unit.actor.id,
        }
        unit.insert(ticket.about, attachment, **row)
        rows.append(row | {"state": one["state"], "removed_at": None, "removed_by": None, "removed_seq": None})
    return rows


def fresh(unit: Unit, files: Sequence[Received]) -> list[dict[str, Any]]:
    """Files that have just come in, as they are put without having been drafts."""
    remember(unit, files)
    return [
        {
            "id": new_attachment_id(),
            "author": unit.actor.id,
            "digest": file.digest,
            "name": file.name,
            "media_type": file.media_type,
            "kind": file.kind,
            "size": file.size,
            "state": file.verdict.state,
        }
        for file in files
    ]


@dataclass(frozen=True)
class MayAttach:
    """Whether the actor may attach to this ticket now."""

    ticket: str


def may_attach(unit: Unit, ask: MayAttach) -> None:
    """Ask before the bytes are read what the command asks again.

    Raises:
        NotFound, NotPermitted.
    """
    permit(unit, readable_ticket(unit, ask.ticket, lock=False), Action.TICKET_ATTACH)
