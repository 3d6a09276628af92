"""The principal of this request: a bearer token, or the cookie of a session with what guards it against forgery."""

from __future__ import annotations

import hmac
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import after_this_request, current_app, g, request

from engine import actors
from engine.actors import DOOR
from engine.errors import NotAuthenticated, Refused
from engine.people.knowing import NO_SESSION, PREFIX, UNKNOWN, Came, by_session, by_token, hash_of
from engine.people.sessions import SEEN_EVERY, Seen, see
from engine.people.signing_in import csrf_of
from engine.people.tokens import USED_EVERY, Used, use

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Response

    from engine.actors import Actor
    from engine.unit import Engine

log = logging.getLogger(__name__)

CSRF_HEADER: Final = "X-CSRF-Token"
_BEARER: Final = re.compile(r"(?i:Bearer) +\S")
_SHAPE: Final = re.compile(rf"(?i:Bearer) +({PREFIX}[A-Za-z0-9_-]{{20,100}})")
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom a group of doors is for: it takes principals of this kind and of no other.

    Attributes:
        kind: of account.
        cookie: holds the session; over https its name begins with `__Host-`.
        bearer: whether tokens are taken too: they are the staff's.
        signs_in_at: where a session is begun.
    """

    kind: str
    cookie: str
    bearer: bool = False
    signs_in_at: str


STAFF: Final = Audience(kind=actors.STAFF, cookie="tramita_session", bearer=True, signs_in_at="POST /api/v1/session")


class Forged(Refused):
    """The request may come from a page that is not ours: the cookie alone proves nothing."""

    code = "csrf"
    status = 403


class Callers:
    """Who the tokens seen lately stand for.

    A token is looked up again when the authority number at hand has grown. A number that grew elsewhere is met by
    the unit itself, which renews its actor: what is remembered here saves a SELECT and grants nothing. Sessions are
    looked up every time: that one is over, or has been idle for too long, no number tells.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[bytes, Actor] = OrderedDict()
        self._noted: OrderedDict[bytes, datetime] = OrderedDict()
        self._lock = Lock()

    def of(self, token: str) -> Actor:
        """The person behind the token.

        Raises:
            NotAuthenticated: nobody knows it, or it has ended.
        """
        hashed = hash_of(token)
        found = self._known.get(hashed)
        if found is not None and found.authority == self._engine.authority:
            if found.ends_at is None or found.ends_at > self._engine.clock():
                return found
            self._known.pop(hashed, None)
        found = self._engine.read(by_token, hashed, actor=DOOR)
        self._keep(self._known, hashed, found)
        return found

    def of_session(self, kind: str, text: str) -> tuple[Actor, datetime]:
        """Whose session this is, and when it was seen last.

        Raises:
            NotAuthenticated: nobody of this kind has it, or it has ended.
        """
        if not _SESSION.fullmatch(text):
            raise NotAuthenticated(NO_SESSION)
        return self._engine.read(by_session, Came(kind, hash_of(text)), actor=DOOR)

    def note(self, actor: Actor, seen_at: datetime | None) -> Callable[[], None] | None:
        """What is to be written of this use, after the answer; mostly nothing is."""
        now = self._engine.clock()
        if seen_at is None and actor.token is not None:
            noted = self._noted.get(actor.token)
            if noted is not None and now - noted < USED_EVERY:
                return None
            self._keep(self._noted, actor.token, now)
            used = Used(hashed=actor.token)
            return lambda: self._write(use, used)
        if seen_at is not None and actor.session is not None and now - seen_at >= SEEN_EVERY:
            seen = Seen(hashed=actor.session)
            return lambda: self._write(see, seen)
        return None

    def _write(self, command: Callable[..., None], ask: Used | Seen) -> None:
        try:
            self._engine.run(command, ask, actor=DOOR)
        except Exception:  # the answer is sent already, and the next request notes it
            log.exception("last use was not noted")

    def _keep(self, where: OrderedDict[bytes, Any], key: bytes, value: Any) -> None:
        with self._lock:
            where[key] = value
            while len(where) > _REMEMBERED:
                where.popitem(last=False)


def authenticate(audience: Audience = STAFF) -> None:
    """Find out who calls, before anything of the request is looked at.

    Where a token comes along, a cookie is not looked at: a token that does not count is refused all the same.

    Raises:
        NotAuthenticated: neither token nor session, or one that does not count at these doors.
        Forged: a cookie without proof that a page of ours sent it.
    """
    seen_at = None
    header = request.headers.get("Authorization", "")
    if header and audience.bearer:
        found = _SHAPE.fullmatch(header)
        if found is None:
            raise NotAuthenticated(UNKNOWN if _BEARER.match(header) else _wanted(audience))
        g.secret = found[1]
        g.actor = callers().of(g.secret)
    elif not header and (text := request.cookies.get(cookie_name(audience))) is not None:
        g.secret = text
        g.actor, seen_at = callers().of_session(audience.kind, text)
        if request.method not in _SAFE:
            _insist_on_csrf(audience, text)
    else:
        raise NotAuthenticated(_wanted(audience))
    if write := callers().note(g.actor, seen_at):
        after_this_request(lambda response: _later(response, write))


def insist_on_own_page() -> None:
    """Refuse what a page of others sent: browsers say so, and other callers say nothing.

    Raises:
        Forged: it names another origin.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = origin is None or urlsplit(origin).netloc == request.host or origin == engine().settings.public_url
    if not own or site not in {None, "same-origin", "none"}:
        raise Forged("O pedido veio de uma página de outro endereço.")


def cookie_name(audience: Audience) -> str:
    """With `__Host-`, browsers let nobody but this very host set it, and only over https."""
    return f"__Host-{audience.cookie}" if is_secure() else audience.cookie


def is_secure() -> bool:
    """Whether people reach us over https."""
    return request.is_secure or engine().settings.public_url.startswith("https://")


def callers() -> Callers:
    """The callers of the present app."""
    found: Callers = current_app.extensions["tramita"]["callers"]
    return found


def engine() -> Engine:
    """The engine of the present app."""
    found: Engine = current_app.extensions["tramita"]["engine"]
    return found


def _insist_on_csrf(audience: Audience, text: str) -> None:
    insist_on_own_page()
    if not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), csrf_of(text).encode()):
        where = audience.signs_in_at.replace("POST", "GET")
        raise Forged(f"Envie em {CSRF_HEADER} o valor `csrf` que {where} responde.")


def _wanted(audience: Audience) -> str:
    if not audience.bearer:
        return f"Entre com {audience.signs_in_at}."
    return f"Envie o cabeçalho Authorization: Bearer <token>, ou entre com {audience.signs_in_at}."


def _later(response: Response, write: Callable[[], None]) -> Response:
    response.call_on_close(write)
    return response
