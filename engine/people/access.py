"""An account's way in: the password that is stored, a new one, and the end of everything that lets it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from engine.people.credentials import access_link, password, session
from engine.people.model import token

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from engine.people.accounts import Account, Directory
    from engine.people.passwords import Hashed
    from engine.unit import Unit

_NOBODY: Final = UUID(int=0)
_STORED = select(password.c.hash).where(
    password.c.account_kind == bindparam("kind"), password.c.account_id == bindparam("id")
)
_LOCKED = _STORED.with_for_update()


def stored_hash(unit: Unit, directory: Directory, account: Account | None, *, lock: bool = False) -> str | None:
    """The hash that the account has; the same statement is run where there is no account."""
    statement = _LOCKED if lock and unit.locks else _STORED
    asked: dict[str, Any] = {"kind": directory.kind, "id": account.id if account else _NOBODY}
    found: str | None = unit.connection.execute(statement, asked).scalar_one_or_none()
    return found


def put_password(
    unit: Unit, directory: Directory, account: Account, new: Hashed, *, end_tokens: bool, link: bytes | None = None
) -> None:
    """Set the password: every session and every link of the account ends with it, and its tokens if asked for.

    Args:
        link: hash of the one that is used for it, whose row stays to tell so.
    """
    about = directory.about(account.id)
    key = {"account_kind": directory.kind, "account_id": account.id}
    if stored_hash(unit, directory, account, lock=True) is None:
        unit.insert(about, password, **key, hash=new.text, set_at=unit.now)
    else:
        unit.update(about, password, key, hash=new.text, set_at=unit.now)
    end_access(unit, directory, account.id, tokens=end_tokens, link=link)
    unit.record(about, "password_set", tokens_ended=end_tokens)


def end_access(unit: Unit, directory: Directory, account_id: UUID, *, tokens: bool, link: bytes | None = None) -> None:
    """End every session and open link of an account, and its tokens; whoever calls records why."""
    about = directory.about(account_id)
    end_sessions(unit, directory, account_id)
    links = and_(*_of(access_link, directory, account_id), access_link.c.used_at.is_(None))
    for found in unit.connection.execute(select(access_link.c.hash).where(links).with_for_update()).scalars().all():
        if found != link:
            unit.delete(about, access_link, hash=found)
    if tokens:
        living = select(token.c.hash).where(token.c.person_id == account_id, token.c.revoked_at.is_(None))
        for found in unit.connection.execute(living.with_for_update()).scalars().all():
            unit.update(about, token, {"hash": found}, revoked_at=unit.now)
            unit.new_authority()


def end_sessions(unit: Unit, directory: Directory, account_id: UUID, only: bytes | None = None) -> int:
    """End the account's sessions, or the one of that hash; returns how many. Whoever calls records it."""
    mine = and_(*_of(session, directory, account_id))
    if only is not None:
        mine = and_(mine, session.c.hash == only)
    found = unit.connection.execute(select(session.c.hash).where(mine).with_for_update()).scalars().all()
    for one in found:
        unit.delete(directory.about(account_id), session, hash=one)
    return len(found)


def _of(table: Table, directory: Directory, account_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return table.c.account_kind == directory.kind, table.c.account_id == account_id
