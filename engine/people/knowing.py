"""Know who acts: by a token or a session, now and again when rights have changed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, column, select, table

from engine.actors import ACTIVITY, BULK, CONSOLE, DOOR, HAND_BACK, MESSAGE, REPLAY, TIMER, Actor
from engine.errors import Invalid, NotAuthenticated
from engine.people.credentials import session
from engine.people.model import token
from engine.privacy.sight import View
from permissions.personal import NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from engine.people.accounts import Directory
    from engine.people.model import Person
    from engine.unit import Unit

PREFIX = "tk_"
UNKNOWN = (
    "O token não vale (mais): ninguém o conhece, ele terminou ou foi revogado. "
    "Quem administra emite outro com `tramita token issue LOGIN`."
)
NO_SESSION = "A sessão terminou ou não existe. Entre de novo."


def new_token() -> str:
    """A bearer token: `tk_` and 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(text: str) -> bytes:
    """What is stored of a token: its SHA-256; at that entropy no slow hash is needed."""
    return hashlib.sha256(text.encode()).digest()


def name_of(unit: Unit, actor: str, view: View | None = None) -> str:
    """What people call an actor of the history.

    Args:
        view: the reader before the ticket it is about; None: it is about none.
    """
    kind, _, key = actor.partition(":")
    if kind == "user":
        person = unit.catalogue.people.get(UUID(key))
        return person.name if person else actor
    if kind == "portal":
        return _portal_name(unit, actor, UUID(key), view)
    return _ENGINE.get(actor, actor)


def id_of(unit: Unit, said: str) -> str:
    """The actor that is meant by a login, or by an id such as `system:timer`.

    Raises:
        Invalid: nobody has that login.
    """
    if ":" in said:
        return said
    found = next((one.id for one in unit.catalogue.people.values() if one.login == said), None)
    if found is None:
        raise Invalid(f"actor: não há pessoa com o login {said!r}.", code="person_unknown")
    return f"user:{found}"


def _portal_name(unit: Unit, actor: str, account_id: UUID, view: View | None) -> str:
    """The name of a customer's person, as far as the reader may see such names there."""
    if actor not in unit.names:
        found = unit.connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.id == account_id)).one_or_none()
        unit.names[actor] = None if found is None else (found.customer_id, found.name)
    known = unit.names[actor]
    if known is None:
        return _CUSTOMER
    customer, name = known
    about = View(unit, None, ticket=None, customer=customer) if view is None else view.about(customer)
    return f"{about(NAME, name) or 'cliente'} (portal)"


_CUSTOMER: Final = "cliente (portal)"


# Customers' accounts may be many and are in no catalogue; named here because the portal stands above.
_ACCOUNT: Final = table("portal_account", column("id", Uuid), column("customer_id", Uuid), column("name"))


_ENGINE: Final = {one.id: one.name for one in (TIMER, MESSAGE, ACTIVITY, CONSOLE, DOOR, HAND_BACK, REPLAY, BULK)}


def by_token(unit: Unit, hashed: bytes) -> Actor:
    """The person a token stands for.

    Raises:
        NotAuthenticated: nobody knows the token, it has ended, or the person has.
    """
    return _known(unit.connection, unit.catalogue, hashed, unit.now)


class Came(NamedTuple):
    """A session's hash, and the kind of account whose door it was brought to."""

    kind: str
    hashed: bytes


_SESSION = select(session.c.account_id, session.c.seen_at, session.c.idle_at, session.c.ends_at).where(
    session.c.hash == bindparam("hash"), session.c.account_kind == bindparam("kind")
)


def by_session(unit: Unit, came: Came) -> tuple[Actor, datetime]:
    """Who the session belongs to, and when it was seen last; asked at every request that brings a cookie.

    Raises:
        NotAuthenticated: nobody knows it at this door, it has ended, or the account has.
    """
    rows = unit.rows(_SESSION, hash=came.hashed, kind=came.kind)
    if not rows:
        raise NotAuthenticated(NO_SESSION)
    asking = Actor(id=came.kind, name="", profile="", kind=came.kind, session=came.hashed)
    return unit.engine.renew(unit.connection, unit.catalogue, asking, unit.now, rows[0]), rows[0].seen_at


def renewal(*directories: Directory) -> Callable[..., Actor]:
    """What tells again who an actor is when the authority number has grown, for the kinds of these directories."""
    by_kind = {one.kind: one for one in directories}

    def renew(connection: Connection, catalogue: Any, actor: Actor, now: datetime, row: Any = None) -> Actor:
        if actor.token is not None:
            return _known(connection, catalogue, actor.token, now)
        directory = by_kind[actor.kind]
        if actor.session is None:
            account_id = UUID(actor.id.partition(":")[2])
        else:
            asked = {"hash": actor.session, "kind": actor.kind}
            row = row or connection.execute(_SESSION, asked).one_or_none()
            if row is None or now >= row.idle_at or now >= row.ends_at:
                raise NotAuthenticated(NO_SESSION)
            account_id = row.account_id
        found = directory.actor(connection, catalogue, account_id)
        if found is None:
            raise NotAuthenticated("Esta pessoa não tem mais acesso.")
        assert found.kind == actor.kind, "a directory answers for its own kind"
        return found if actor.session is None else replace(found, session=actor.session, ends_at=row.ends_at)

    return renew


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
        select(token.c.person_id, token.c.ends_at, token.c.revoked_at, token.c.scopes).where(token.c.hash == hashed)
    ).one_or_none()
    person: Person | None = catalogue.people.get(row.person_id) if row is not None and _lasts(row, now) else None
    if row is None or person is None or person.ended:
        raise NotAuthenticated(UNKNOWN)
    scopes = None if row.scopes is None else frozenset(row.scopes)
    return replace(actor_of(person, catalogue.number, token_hash=hashed), ends_at=row.ends_at, scopes=scopes)


def _lasts(row: Any, now: datetime) -> bool:
    return row.revoked_at is None and (row.ends_at is None or row.ends_at > now)
