"""Sign in with login and password: one answer for everything that is wrong, after the same work."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.actors import DOOR, Actor
from engine.errors import NotAuthenticated
from engine.people import passwords
from engine.people.access import end_sessions, stored_hash
from engine.people.attempts import Try, admit, give_back
from engine.people.credentials import password, session
from engine.people.knowing import hash_of

if TYPE_CHECKING:
    from engine.people.accounts import Account, Directory
    from engine.people.passwords import Hashed
    from engine.unit import Engine, Unit

WRONG = "Login e senha não conferem, ou a conta não tem acesso."


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Somebody at the door.

    Attributes:
        directory: of the kind of account that this door is for.
        address: where the request comes from.
        program: what the browser calls itself.
        replaces: text of the session they came with, which ends: a session is never taken over.
    """

    directory: Directory
    login: str
    password: str = field(repr=False)
    address: str
    program: str = ""
    replaces: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session that has begun.

    Attributes:
        text: what the cookie holds; told this once, stored as a hash.
        ends_at: when it ends in any case.
    """

    text: str = field(repr=False)
    actor: Actor
    ends_at: datetime

    @property
    def csrf(self) -> str:
        """What unsafe requests with the cookie must bring along."""
        return csrf_of(self.text)


def sign_in(engine: Engine, ask: SignIn) -> SignedIn:
    """Sign in: count the try, compare outside of any transaction, begin a session.

    Raises:
        TooMany: before anything is compared.
        NotAuthenticated: no such login, no access, or another password: which, nobody is told.
    """
    tried = Try(kind=ask.directory.kind, address=ask.address, login=ask.login)
    engine.run(admit, tried, actor=DOOR)
    account, stored, actor = engine.read(_look_up, ask, actor=DOOR)
    same = passwords.matches(engine.settings, stored, ask.password)
    if not same or account is None or actor is None or stored is None:
        raise NotAuthenticated(WRONG, code="wrong_credentials")
    fresh = passwords.refreshed(engine.settings, stored, ask.password)
    asked = Begin(
        directory=ask.directory,
        account=account,
        stored=stored,
        fresh=fresh,
        program=ask.program,
        replaces=ask.replaces,
        tried=tried,
    )
    return begin_session(engine, asked, actor)


def csrf_of(text: str) -> str:
    """Bound to the session, and known to whoever may read its answers: nothing has to be stored for it."""
    return hashlib.sha256(b"csrf\0" + text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Begin:
    """A session for an account whose password was verified against `stored`."""

    directory: Directory
    account: Account
    stored: str = field(repr=False)
    text: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    fresh: Hashed | None = None
    program: str = ""
    replaces: str | None = field(default=None, repr=False)
    tried: Try | None = None


def begin_session(engine: Engine, ask: Begin, actor: Actor) -> SignedIn:
    """Begin a session; the account itself is who acts.

    Raises:
        NotAuthenticated: the password was changed meanwhile, or the account ended.
    """
    return SignedIn(text=ask.text, actor=actor, ends_at=engine.run(begin, ask, actor=actor))


def _look_up(unit: Unit, ask: SignIn) -> tuple[Account | None, str | None, Actor | None]:
    account = ask.directory.called(unit, ask.login)
    stored = stored_hash(unit, ask.directory, account)
    actor = ask.directory.actor(unit.connection, unit.catalogue, account.id) if account else None
    return account, stored, actor


def begin(unit: Unit, ask: Begin) -> datetime:
    """Begin the session; returns when it ends in any case.

    Raises:
        NotAuthenticated: the password was changed meanwhile.
    """
    unit.replay()
    directory, account = ask.directory, ask.account
    # The row's lock holds a change of the password off until this session can be seen, and ended, by it.
    if stored_hash(unit, directory, account, lock=True) != ask.stored:
        raise NotAuthenticated(WRONG, code="wrong_credentials")
    about, settings = directory.about(account.id), unit.engine.settings
    if ask.fresh is not None:
        key = {"account_kind": directory.kind, "account_id": account.id}
        unit.update(about, password, key, hash=ask.fresh.text)
    if ask.replaces is not None:
        _end(unit, directory, hash_of(ask.replaces))
    if ask.tried is not None:
        give_back(unit, ask.tried)
    ends_at = unit.now + timedelta(hours=settings.session_h)
    unit.insert(
        about,
        session,
        hash=hash_of(ask.text),
        account_kind=directory.kind,
        account_id=account.id,
        program=ask.program[:200],
        began_at=unit.now,
        seen_at=unit.now,
        idle_at=unit.now + timedelta(hours=settings.session_idle_h),
        ends_at=ends_at,
    )
    unit.record(about, "signed_in")
    return ends_at


def _end(unit: Unit, directory: Directory, hashed: bytes) -> None:
    """End the session that the browser came with, whoever's it is."""
    row = unit.connection.execute(_OWNER, {"hash": hashed, "kind": directory.kind}).one_or_none()
    if row is not None and end_sessions(unit, directory, row.account_id, hashed):
        unit.record(directory.about(row.account_id), "signed_out", sessions=1)


_OWNER = select(session.c.account_id).where(
    session.c.hash == bindparam("hash"), session.c.account_kind == bindparam("kind")
)


def account_id_of(actor: Actor) -> UUID:
    """The id of the account that acts, whatever its kind."""
    return UUID(actor.id.partition(":")[2])
