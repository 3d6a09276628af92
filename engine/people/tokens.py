"""Bearer tokens: issued with scopes and an end, listed with their last use, revoked for every worker at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from engine.errors import Invalid, NotFound
from engine.people.credentials import token_use
from engine.people.knowing import hash_of, new_token
from engine.people.model import token
from engine.people.sessions import handle_of
from engine.rights import insist, insist_on_whole
from permissions.actions import Action, UnknownAction, parse
from permissions.scopes import exceeding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.people.model import Person
    from engine.unit import Unit

USED_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class IssueToken:
    """Issue a bearer token for a person.

    Attributes:
        lasts: how long it is good for; None: until it is revoked.
        scopes: actions, perhaps narrowed (`ticket.move:resolver`); None: everything that the profile allows. The
            profile is asked in any case: a scope grants nothing.
    """

    login: str
    label: str
    lasts: timedelta | None = None
    scopes: Sequence[str] | None = None


def issue_token(unit: Unit, ask: IssueToken) -> str:
    """Issue a token; the text is returned this once and never stored.

    Raises:
        NotPermitted, NotFound, Invalid: nothing is stored.
    """
    unit.replay()
    insist(unit, Action.TOKEN_MANAGE)
    person = person_called(unit, ask.login)
    scopes = None if ask.scopes is None else _checked(ask.scopes)
    own = unit.actor.scopes
    if own is not None and (scopes is None or exceeding(scopes, own)):
        raise Invalid(
            "scopes: um token com escopos só emite tokens com os mesmos escopos ou menos.", code="scope_wider"
        )
    return write_token(unit, person.id, ask.label, unit.now + ask.lasts if ask.lasts else None, scopes)


def write_token(
    unit: Unit, person_id: UUID, label: str, ends_at: datetime | None = None, scopes: Sequence[str] | None = None
) -> str:
    """Write a token that was checked; returns its text."""
    text = new_token()
    about = f"person:{person_id}"
    unit.insert(
        about,
        token,
        hash=hash_of(text),
        person_id=person_id,
        label=label,
        issued_at=unit.now,
        ends_at=ends_at,
        scopes=scopes,
    )
    unit.record(about, "token_issued", token=handle_of(hash_of(text)), scopes=scopes)
    unit.new_authority()
    return text


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The tokens of a person.

    Attributes:
        login: somebody else's need a right; None: the actor's own.
    """

    login: str | None = None


def tokens(unit: Unit, ask: Tokens) -> Sequence[Any]:
    """Rows of the tokens that are good, with `used_at`, oldest first; never their hashes."""
    return unit.connection.execute(
        select(token, token_use.c.used_at)
        .outerjoin(token_use, token_use.c.hash == token.c.hash)
        .where(token.c.person_id == _whose(unit, ask.login), token.c.revoked_at.is_(None))
        .where(token.c.ends_at.is_(None) | (token.c.ends_at > unit.now))
        .order_by(token.c.issued_at, token.c.hash)
    ).all()


@dataclass(frozen=True, kw_only=True)
class RevokeToken:
    """Revoke the token of that name.

    Attributes:
        login: somebody else's needs a right; None: the actor's own.
    """

    handle: str
    login: str | None = None


def revoke_token(unit: Unit, ask: RevokeToken) -> None:
    """Revoke a token: the next request with it is refused, wherever it arrives.

    Raises:
        NotPermitted, NotFound: nothing is changed.
    """
    unit.replay()
    person_id = _whose(unit, ask.login)
    good = select(token.c.hash).where(token.c.person_id == person_id, token.c.revoked_at.is_(None))
    hashes = unit.connection.execute(good).scalars().all()
    found = next((one for one in hashes if handle_of(one) == ask.handle), None)
    if found is None:
        raise NotFound("Não há token com este nome, ou ele já foi revogado.")
    about = f"person:{person_id}"
    unit.update(about, token, {"hash": found}, revoked_at=unit.now)
    unit.record(about, "token_revoked", token=ask.handle)
    unit.new_authority()


@dataclass(frozen=True, kw_only=True)
class Used:
    """A token that a request came with."""

    hashed: bytes


_USE = select(token_use.c.used_at).where(token_use.c.hash == bindparam("hash")).with_for_update()


def use(unit: Unit, ask: Used) -> None:
    """Note that it is in use, at most once in ten minutes; in a unit of its own, after the answer."""
    used_at = unit.connection.execute(_USE, {"hash": ask.hashed}).scalar_one_or_none()
    if used_at is None:
        unit.insert(None, token_use, hash=ask.hashed, used_at=unit.now)
    elif unit.now - used_at >= USED_EVERY:
        unit.update(None, token_use, {"hash": ask.hashed}, used_at=unit.now)


def person_called(unit: Unit, login: str) -> Person:
    """The person with that login, who may act.

    Raises:
        NotFound: there is none.
    """
    found: Person | None = next(
        (one for one in unit.catalogue.people.values() if one.login == login and not one.ended), None
    )
    if found is None:
        raise NotFound(f"Não há pessoa com o login {login!r}.")
    return found


def _whose(unit: Unit, login: str | None) -> UUID:
    known = unit.catalogue
    if login is not None:
        insist(unit, Action.TOKEN_MANAGE)
        found: UUID | None = next((one.id for one in known.people.values() if one.login == login), None)
        if found is None:
            raise NotFound(f"Não há pessoa com o login {login!r}.")
        return found
    insist_on_whole(unit)
    assert unit.actor.user_id is not None, "the engine itself has no tokens"
    return unit.actor.user_id


def _checked(scopes: Sequence[str]) -> list[str]:
    try:
        for one in scopes:
            parse(one)
    except UnknownAction as error:
        raise Invalid(f"scopes: {error}.", code="scope_unknown") from None
    return sorted(set(scopes))
