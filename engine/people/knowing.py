"""Know who acts: by a token, now and again when rights have changed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.actors import ACTIVITY, CONSOLE, MESSAGE, REPLAY, TIMER, Actor
from engine.errors import NotAuthenticated
from engine.people.model import token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from engine.people.model import Person
    from engine.unit import Unit

PREFIX = "tk_"
UNKNOWN = (
    "O token não vale (mais): ninguém o conhece, ele terminou ou foi revogado. "
    "Quem administra emite outro com `tramita token issue LOGIN`."
)


def new_token() -> str:
    """A bearer token: `tk_` and 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(text: str) -> bytes:
    """What is stored of a token: its SHA-256; at that entropy no slow hash is needed."""
    return hashlib.sha256(text.encode()).digest()


def name_of(unit: Unit, actor: str) -> str:
    """What people call an actor of the history."""
    kind, _, key = actor.partition(":")
    if kind == "user":
        person = unit.catalogue.people.get(UUID(key))
        return person.name if person else actor
    return _ENGINE.get(actor, actor)


_ENGINE: Final = {one.id: one.name for one in (TIMER, MESSAGE, ACTIVITY, CONSOLE, REPLAY)}


def by_token(unit: Unit, hashed: bytes) -> Actor:
    """The person a token stands for.

    Raises:
        NotAuthenticated: nobody knows the token, it has ended, or the person has.
    """
    return _known(unit.connection, unit.catalogue, hashed, unit.now)


def renew(connection: Connection, catalogue: Any, actor: Actor, now: datetime) -> Actor:
    """The same person as `actor`, with the rights of the present catalogue."""
    if actor.token is not None:
        return _known(connection, catalogue, actor.token, now)
    assert actor.user_id is not None
    person = catalogue.people.get(actor.user_id)
    if person is None or person.ended:
        raise NotAuthenticated("Esta pessoa não tem mais acesso.")
    return actor_of(person, catalogue.number, token_hash=None)


def actor_of(person: Person, authority: int, *, token_hash: bytes | None) -> Actor:
    """A person as the principal of a command."""
    return Actor(
        id=f"user:{person.id}",
        name=person.name,
        profile=person.profile,
        teams=person.teams,
        user_id=person.id,
        token=token_hash,
        authority=authority,
    )


def _known(connection: Connection, catalogue: Any, hashed: bytes, now: datetime) -> Actor:
    row = connection.execute(
        select(token.c.person_id, token.c.ends_at, token.c.revoked_at).where(token.c.hash == hashed)
    ).one_or_none()
    person: Person | None = catalogue.people.get(row.person_id) if row is not None and _lasts(row, now) else None
    if row is None or person is None or person.ended:
        raise NotAuthenticated(UNKNOWN)
    return replace(actor_of(person, catalogue.number, token_hash=hashed), ends_at=row.ends_at)


def _lasts(row: Any, now: datetime) -> bool:
    return row.revoked_at is None and (row.ends_at is None or row.ends_at > now)
