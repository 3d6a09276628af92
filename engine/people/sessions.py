"""Sessions: one's own, ended here or everywhere; and what is written of them while they last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, or_, select

from engine.errors import NotFound
from engine.people.access import end_sessions
from engine.people.accounts import STAFF
from engine.people.credentials import access_link, session
from engine.people.signing_in import account_id_of
from engine.rights import insist, insist_on_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from engine.people.accounts import Directory
    from engine.unit import Unit

SEEN_EVERY: Final = timedelta(minutes=1)
_KEPT_FOR: Final = timedelta(days=30)  # a link that is used or over, to say so to who opens it


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """The actor's own sessions."""

    directory: Directory


def sessions(unit: Unit, ask: Sessions) -> Sequence[Any]:
    """Rows of the sessions that last, the newest first."""
    _ = unit.catalogue
    insist_on_whole(unit)
    mine = and_(session.c.account_kind == ask.directory.kind, session.c.account_id == account_id_of(unit.actor))
    lasting = and_(session.c.idle_at > unit.now, session.c.ends_at > unit.now)
    return unit.connection.execute(select(session).where(mine, lasting).order_by(session.c.began_at.desc())).all()


def handle_of(hashed: bytes) -> str:
    """The name that a session or token has in addresses and lists: the beginning of its hash, which opens nothing."""
    return hashed[:8].hex()


@dataclass(frozen=True, kw_only=True)
class EndSessions:
    """Sign out.

    Attributes:
        handle: only this one; None: all of them.
    """

    directory: Directory
    handle: str | None = None


def end(unit: Unit, ask: EndSessions) -> int:
    """End one's own sessions: their next request is refused, wherever it arrives. Returns how many.

    Raises:
        NotFound: there is no session of that name.
    """
    unit.replay()
    insist_on_whole(unit)
    account_id = account_id_of(unit.actor)
    found = None
    if ask.handle is not None:
        mine = and_(session.c.account_kind == ask.directory.kind, session.c.account_id == account_id)
        hashes = unit.connection.execute(select(session.c.hash).where(mine)).scalars()
        found = next((one for one in hashes if handle_of(one) == ask.handle), None)
        if found is None:
            raise NotFound("Não há sessão com este nome.")
    return _end(unit, ask.directory, account_id, found)


@dataclass(frozen=True, kw_only=True)
class EndSessionsOf:
    """Sign somebody else out, everywhere."""

    login: str
    directory: Directory = STAFF


def end_of(unit: Unit, ask: EndSessionsOf) -> int:
    """End every session of an account; returns how many.

    Raises:
        NotPermitted, NotFound: nothing is changed.
    """
    unit.replay()
    insist(unit, ask.directory.managed_by)
    account = ask.directory.called(unit, ask.login)
    if account is None:
        raise NotFound(f"Não há conta ativa com o login {ask.login!r}.")
    return _end(unit, ask.directory, account.id)


def _end(unit: Unit, directory: Directory, account_id: UUID, only: bytes | None = None) -> int:
    ended = end_sessions(unit, directory, account_id, only)
    if ended:
        unit.record(directory.about(account_id), "signed_out", sessions=ended)
    return ended


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A session that a request came with."""

    hashed: bytes


def see(unit: Unit, ask: Seen) -> None:
    """Note that it is in use, at most once a minute; in a unit of its own, after the answer."""
    row = unit.connection.execute(
        select(session.c.seen_at).where(session.c.hash == ask.hashed).with_for_update()
    ).one_or_none()
    if row is None or unit.now - row.seen_at < SEEN_EVERY:
        return
    idle_at = unit.now + timedelta(hours=unit.engine.settings.session_idle_h)
    unit.update(None, session, {"hash": ask.hashed}, seen_at=unit.now, idle_at=idle_at)


@dataclass(frozen=True)
class ForgetSessions:
    """Forget sessions that have ended, and links that nobody will ask about any more."""


def forget_sessions(unit: Unit, _: ForgetSessions) -> int:
    """Delete them, at most a thousand of each at once; returns how many."""
    over = {
        session: or_(session.c.idle_at <= unit.now, session.c.ends_at <= unit.now),
        access_link: access_link.c.ends_at <= unit.now - _KEPT_FOR,
    }
    gone = 0
    for table, old in over.items():
        chosen = select(table.c.hash).where(old).order_by(table.c.hash).limit(1000)
        for one in unit.connection.execute(chosen.with_for_update(skip_locked=True)).scalars().all():
            unit.delete(None, table, hash=one)
            gone += 1
    return gone
