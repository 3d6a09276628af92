"""Drafts: files that were uploaded and wait to be attached, by whoever uploaded them and nobody else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from engine.attachments.model import draft, stored_file
from engine.attachments.storing import MAX_FILES
from engine.errors import Invalid, NotFound, NotPermitted
from engine.rights import lacking
from permissions.actions import Action
from permissions.decide import decide_in_profile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.attachments.storing import Received
    from engine.unit import Unit

MAX_DRAFTS: Final = 100
"""So many drafts at most may wait for one author."""
_EXPIRED_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True)
class KeepDrafts:
    """Files that lie in their places on disk already."""

    files: Sequence[Received]


def keep_drafts(unit: Unit, ask: KeepDrafts) -> list[dict[str, Any]]:
    """Keep files as drafts of the actor; returns their rows.

    Raises:
        NotPermitted, Invalid: no row is kept; the files go with the next clean-up.
    """
    unit.replay()
    insist_on_attaching(unit)
    return keep(unit, ask.files)


def keep(unit: Unit, files: Sequence[Received]) -> list[dict[str, Any]]:
    """The rows of drafts of the actor; whether they may is asked before, by the command that calls this.

    Raises:
        Invalid: too many wait already.
    """
    insist_on_room(unit, len(files))
    remember(unit, files)
    rows = []
    for file in files:
        row = {
            "id": new_attachment_id(),
            "author": unit.actor.id,
            "digest": file.digest,
            "name": file.name,
            "media_type": file.media_type,
            "kind": file.kind,
            "uploaded_at": unit.now,
            "expires_at": unit.now + timedelta(hours=unit.engine.settings.drafts_kept_h),
        }
        about = f"draft:{row['id']}"
        unit.insert(about, draft, **row)
        unit.record(about, "uploaded", kind=file.kind, media_type=file.media_type, size=file.size)
        rows.append(row | {"size": file.size, "state": file.verdict.state})
    return rows


def remember(unit: Unit, files: Sequence[Received]) -> None:
    """The rows of contents, one for each, whatever came in how often."""
    for digest, file in sorted({file.digest: file for file in files}.items()):
        about, verdict = f"stored_file:{digest}", file.verdict
        # Locked: the clean-up, which takes the row before the file, waits or comes too late.
        known = unit.connection.execute(
            select(stored_file.c.state).where(stored_file.c.digest == digest).with_for_update()
        ).one_or_none()
        judged: dict[str, Any] = {}
        if known is None or known.state == "pending":
            judged = {
                "state": verdict.state,
                "scanner": verdict.scanner,
                "finding": verdict.finding,
                "scanned_at": unit.now,
            }
        if known is None:
            unit.insert(about, stored_file, digest=digest, size=file.size, stored_at=unit.now, **judged)
            unit.record(about, "stored", size=file.size, scanner=verdict.scanner, state=verdict.state)
        else:
            unit.update(about, stored_file, {"digest": digest}, stored_at=unit.now, **judged)
            unit.record(about, "stored_again", **({"state": verdict.state} if judged else {}))


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """The actor's own drafts."""


def drafts(unit: Unit, _: Drafts) -> Sequence[Any]:
    """Rows of `draft` with `size` and `state`, the oldest first; expired ones are gone."""
    return own_drafts(unit, None)


@dataclass(frozen=True, kw_only=True)
class Drop:
    """One of the actor's own drafts."""

    id: str


def drop(unit: Unit, ask: Drop) -> None:
    """Forget a draft.

    Raises:
        NotPermitted, NotFound: nothing is changed.
    """
    unit.replay()
    insist_on_attaching(unit)
    forget(unit, ask.id)


def forget(unit: Unit, id_: str) -> None:
    """Forget one of the actor's drafts; whether they may is asked before.

    Raises:
        NotFound: the actor has none such.
    """
    if not own_drafts(unit, [id_]):
        raise NotFound("Não há esse envio: ele já foi anexado, venceu, ou não é seu.", code="draft_unknown")
    unit.delete(f"draft:{id_}", draft, id=id_, author=unit.actor.id)
    unit.record(f"draft:{id_}", "dropped")


@dataclass(frozen=True)
class Expire:
    """What waited too long."""


def expire_drafts(unit: Unit, _: Expire) -> int:
    """Forget drafts whose time is over, some at once; returns how many."""
    unit.replay()
    old = select(draft.c.id).where(draft.c.expires_at <= unit.now).order_by(draft.c.expires_at)
    rows = unit.connection.execute(old.limit(_EXPIRED_AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        unit.delete(f"draft:{row.id}", draft, id=row.id)
        unit.record(f"draft:{row.id}", "expired")
    return len(rows)


def own_drafts(unit: Unit, ids: Sequence[str] | None, *, lock: bool = False) -> Sequence[Any]:
    """The actor's drafts that have not expired: these, or all."""
    wanted = select(draft, stored_file.c.size, stored_file.c.state).join(
        stored_file, stored_file.c.digest == draft.c.digest
    )
    wanted = wanted.where(draft.c.author == unit.actor.id, draft.c.expires_at > unit.now)
    if ids is not None:
        wanted = wanted.where(draft.c.id.in_(ids))
    if lock:
        wanted = wanted.with_for_update(of=draft)
    return unit.connection.execute(wanted.order_by(draft.c.uploaded_at, draft.c.id)).all()


def insist_on_attaching(unit: Unit) -> None:
    """Refuse whose profile may not attach anywhere: the situation is asked when a ticket is known.

    Raises:
        NotPermitted: carries the decision.
    """
    if unit.actor.is_system:
        return
    decision = decide_in_profile(unit.catalogue.rules, unit.actor.profile or "", Action.TICKET_ATTACH)
    if not decision:
        reason = lacking(decision, unit.catalogue)
        raise NotPermitted(reason.detail, reasons=[reason])


@dataclass(frozen=True)
class MayUpload:
    """Whether the actor may upload so many files now."""

    files: int = 1


def may_upload(unit: Unit, ask: MayUpload) -> None:
    """Ask before the bytes are read what the command asks again.

    Raises:
        NotPermitted, Invalid.
    """
    _ = unit.catalogue
    insist_on_attaching(unit)
    insist_on_room(unit, ask.files)


def insist_on_room(unit: Unit, more: int) -> None:
    """Refuse more drafts than one author may have.

    Raises:
        Invalid: says how many wait.
    """
    if more > MAX_FILES:
        raise Invalid(f"Envie no máximo {MAX_FILES} arquivos de uma vez.", code="files_too_many")
    waiting = unit.connection.execute(
        select(func.count()).select_from(draft).where(draft.c.author == unit.actor.id, draft.c.expires_at > unit.now)
    ).scalar_one()
    if waiting + more > MAX_DRAFTS:
        raise Invalid(
            f"Já há {waiting} envios seus à espera; no máximo {MAX_DRAFTS}. Anexe ou apague alguns antes.",
            code="drafts_too_many",
        )


def new_attachment_id() -> str:
    """`at_` and 24 random bytes: nobody guesses one."""
    return f"at_{secrets.token_urlsafe(24)}"


def told(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What history tells of attachments: which, of what kind and size; a name may be personal."""
    return [{"id": row["id"], "kind": row["kind"], "size": row["size"]} for row in rows]
