"""Files on their way into a contact: uploaded by an account, and used by it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.attachments.drafts import Drop, forget, insist_on_room, keep, own_drafts
from engine.errors import NotPermitted
from engine.portal.access import may, member
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.attachments.storing import Received
    from engine.unit import Unit


@dataclass(frozen=True)
class MayUpload:
    """Whether the account may upload a file now."""


def may_upload(unit: Unit, ask: MayUpload) -> None:
    """Ask before the bytes are read what the command asks again.

    Raises:
        NotAuthenticated, NotPermitted, Invalid.
    """
    del ask
    member(unit)
    _insist(unit)
    insist_on_room(unit, 1)


@dataclass(frozen=True, kw_only=True)
class KeepFiles:
    """Files that lie in their places on disk already."""

    files: Sequence[Received]


def keep_files(unit: Unit, ask: KeepFiles) -> list[dict[str, Any]]:
    """Keep the files until a contact or a complement names them; returns their rows.

    Raises:
        NotAuthenticated, NotPermitted, Invalid: no row is kept.
    """
    member(unit)
    unit.replay()
    _insist(unit)
    return keep(unit, ask.files)


@dataclass(frozen=True)
class OwnFiles:
    """The account's files that wait."""


def own_files(unit: Unit, ask: OwnFiles) -> Sequence[Any]:
    """Rows of `draft`, the oldest first."""
    del ask
    member(unit)
    return own_drafts(unit, None)


def drop_file(unit: Unit, ask: Drop) -> None:
    """Forget a file that waits.

    Raises:
        NotAuthenticated, NotFound: nothing is changed.
    """
    member(unit)
    unit.replay()
    forget(unit, ask.id)


def _insist(unit: Unit) -> None:
    if not (may(unit, Action.PORTAL_TICKET_OPEN) or may(unit, Action.PORTAL_TICKET_COMPLEMENT)):
        raise NotPermitted("Sua conta não pode enviar arquivos. Fale com quem administra as contas da sua empresa.")
