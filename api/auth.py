"""The person of this request: a bearer token, looked up once and remembered under the authority number."""

from __future__ import annotations

import re
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from flask import current_app, g, request

from engine.actors import Actor
from engine.errors import NotAuthenticated
from engine.people.knowing import PREFIX, UNKNOWN, by_token, hash_of

if TYPE_CHECKING:
    from engine.unit import Engine

# Looks tokens up, and acts until there is a first administrator. Nobody's rights are asked of it.
DOOR: Final = Actor(id="system:door", name="porta de entrada")
_BEARER: Final = re.compile(r"(?i:Bearer) +\S")
_SHAPE: Final = re.compile(rf"(?i:Bearer) +({PREFIX}[A-Za-z0-9_-]{{20,100}})")
_REMEMBERED: Final = 10_000


class Callers:
    """Who the tokens seen lately stand for.

    A token is looked up again when the authority number at hand has grown. A number that grew elsewhere is met by
    the unit itself, which renews its actor: what is remembered here saves a SELECT and grants nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[bytes, Actor] = OrderedDict()
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
        with self._lock:
            self._known[hashed] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


def authenticate() -> None:
    """Find out who calls, before anything of the request is looked at.

    Raises:
        NotAuthenticated: no token, or one that does not count.
    """
    header = request.headers.get("Authorization", "")
    found = _SHAPE.fullmatch(header)
    if found is None:
        if _BEARER.match(header):
            raise NotAuthenticated(UNKNOWN)
        raise NotAuthenticated("Envie o cabeçalho Authorization: Bearer <token>.")
    g.token = found[1]
    g.actor = callers().of(found[1])


def callers() -> Callers:
    """The callers of the present app."""
    found: Callers = current_app.extensions["tramita"]["callers"]
    return found


def engine() -> Engine:
    """The engine of the present app."""
    found: Engine = current_app.extensions["tramita"]["engine"]
    return found
