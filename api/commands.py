"""Run a command for a request: Idempotency-Key, If-Match, and an answer that is made once and sent as it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson
from flask import Response, g, request

from api.auth import engine
from api.errors import Malformed
from engine.unit import Answer, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.actors import Actor
    from engine.unit import Unit

Ask = TypeVar("Ask")
Result = TypeVar("Result")

JSON: Final = "application/json"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_REVISION: Final = re.compile(r'"([0-9]{1,9})"')


def run(
    command: Callable[[Unit, Ask], Result],
    ask: Ask,
    render: Callable[[Result], Answer],
    *,
    actor: Actor | None = None,
    secret: str | None = None,
) -> Response:
    """Run the command as the request's person and answer what `render` makes of its result.

    Args:
        actor: who acts, where nobody is signed in.
        secret: of an answer that holds a secret itself: what the caller alone knows. The answer is stored sealed
            with it, so that the database at rest gives no token away.
    """
    who = actor or g.actor
    key = key_of(secret=secret)
    if key is None or secret is None:
        return respond(engine().run(command, ask, actor=who, key=key, render=render))
    pad = hashlib.shake_256(secret.encode() + key.fingerprint)

    def sealed(found: Answer) -> Answer:
        length = len(found.body)
        return replace(found, body=bytes(a ^ b for a, b in zip(found.body, pad.digest(length), strict=True)))

    return respond(sealed(engine().run(command, ask, actor=who, key=key, render=lambda made: sealed(render(made)))))


def read(query: Callable[[Unit, Ask], Result], ask: Ask) -> Result:
    """Run a query as the request's person."""
    return engine().read(query, ask, actor=g.actor)


def answer(status: int, body: Any, **headers: str) -> Answer:
    """An answer in JSON; header names are written with `_` for `-`."""
    return Answer(
        status=status,
        body=dumped(body),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def dumped(body: Any) -> bytes:
    """JSON bytes: instants in UTC with `Z`, UUIDs as text."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z, default=_plain)


def respond(found: Answer) -> Response:
    """The answer's bytes as they are."""
    response = Response(found.body, status=found.status, mimetype=JSON)
    response.headers.extend(found.headers)
    if found.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def shown(body: Any, **headers: str) -> Response:
    """The answer to a query."""
    return respond(answer(200, body, **headers))


def key_of(content: bytes | None = None, *, secret: str | None = None) -> Key | None:
    """The request's Idempotency-Key with a digest of what it stands for.

    Args:
        content: what the body says, in one form for all ways to say it; None: the JSON body.
        secret: must be the same too.

    Raises:
        Malformed: the header is there and is no key.
    """
    value = request.headers.get("Idempotency-Key")
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        raise Malformed("Idempotency-Key: use de 1 a 200 caracteres ASCII visíveis, sem espaços.")
    said = canonical() if content is None else content
    path = request.full_path if request.query_string else request.path
    words = (request.method, path, request.headers.get("If-Match", ""), secret or "")
    digest = hashlib.sha256()
    for part in (*(word.encode() for word in words), said):
        digest.update(len(part).to_bytes(8, "big") + part)
    return Key(value, digest.digest())


def canonical() -> bytes:
    """The JSON body in one form: the order of names and white space mean nothing."""
    return orjson.dumps(g.get("json"), option=orjson.OPT_SORT_KEYS)


def seen() -> int | None:
    """The revision in If-Match; None: whichever.

    Raises:
        Malformed: the header is there and names no revision.
    """
    found = matched(_REVISION, "7")
    return None if found is None else int(found)


def matched(pattern: re.Pattern[str], example: str) -> str | None:
    """What the entity tag in If-Match says; None: whatever it is.

    Raises:
        Malformed: the header is there and is no such tag.
    """
    value = request.headers.get("If-Match")
    if value is None or value.strip() == "*":
        return None
    found = pattern.fullmatch(value.strip())
    if found is None:
        raise Malformed(f'If-Match: use a ETag do atendimento, por exemplo "{example}", ou *.')
    return found[1]


def etag(said: int | str) -> str:
    """A revision, or another mark of what was read, as an entity tag."""
    return f'"{said}"'


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
