"""Tokens as bytes: a format byte, msgpack, a checksum; whatever else is read is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import msgpack

from engine.runtime.movement import Stuck
from engine.runtime.tokens import MAX_LIVE, Armed, Token, levels, live_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime.tokens import Rest, Tokens

    Rests = Mapping[str, Mapping[str, Rest]]  # by process and element

_FORMAT: Final = b"\x01"
_CHECKSUM: Final = 4
_MAX_BYTES: Final = 65_536
_ID: Final = 16
_FIRST_DUE: Final = -62_135_596_800_000_000  # the years 1 to 9999, as datetime knows them
_LAST_DUE: Final = 253_402_300_799_999_999


class _Bad(Exception):  # noqa: N818 - never leaves this module
    """The bytes say something that no step of ours writes."""


def dumps(process: str, tokens: Tokens) -> bytes:
    """The tokens of a ticket in `process`; b"" when none is left."""
    if not tokens:
        return b""
    body: bytes = _FORMAT + msgpack.packb([process, [_packed(token) for token in tokens]])
    return body + crc32(body).to_bytes(_CHECKSUM, "big")


def loads(rests: Rests, process: str, state: bytes) -> Tokens:
    """The tokens that `dumps` was given.

    Args:
        rests: where tokens can rest, for the process and all it calls.
        process: the ticket's process.
        state: what was stored.

    Raises:
        Stuck: kind `state`: the bytes are damaged, or those of another process or version.
    """
    if not state:
        return ()
    try:
        tokens = _unpacked(rests, process, state)
        if len(tokens) > 1 or tokens[0].inner:
            _check_together(tokens)
    except _Bad as bad:
        detail = "O estado guardado deste chamado não pode ser lido; um realocamento o põe de volta em uma situação."
        raise Stuck("state", process, "", detail, fault=str(bad)) from None
    return tokens


def _packed(token: Token) -> list[Any]:
    rest = token.rest
    row: list[Any] = [rest.element]
    match rest.kind:
        case "activity":
            row.append(token.id)
        case "join":
            row.append(token.flow)
        case "timer":
            row.append(token.due)
        case "call":
            row.append([_packed(inner) for inner in token.inner])
        case _:
            pass
    if rest.listeners:
        row.append([part for armed in token.armed for part in (armed.listener.element, armed.due)])
    return row


def _unpacked(rests: Rests, process: str, state: bytes) -> Tokens:
    if not _CHECKSUM + 1 < len(state) <= _MAX_BYTES or state[:1] != _FORMAT:
        raise _Bad("length or format")
    body = state[:-_CHECKSUM]
    if crc32(body) != int.from_bytes(state[-_CHECKSUM:], "big"):
        raise _Bad("checksum")
    try:
        parts = msgpack.unpackb(body[1:])
    except (ValueError, TypeError, OverflowError) as fault:
        raise _Bad("msgpack") from fault
    match parts:
        case [str(key), list(rows)] if key == process:
            return _level(rests, process, rows)
    raise _Bad("process")


def _level(rests: Rests, process: str, rows: list[Any]) -> Tokens:
    if not rows:
        raise _Bad("no token")
    known = rests[process]
    return tuple([_token(rests, known, row) for row in rows])


def _token(rests: Rests, known: Mapping[str, Rest], row: Any) -> Token:
    if type(row) is not list or not row or type(row[0]) is not str:
        raise _Bad("token")
    rest = known.get(row[0])
    if rest is None:
        raise _Bad("element")
    kind = rest.kind
    detailed = kind not in {"situation", "message"}
    if len(row) != 1 + detailed + bool(rest.listeners):
        raise _Bad("members")
    armed = _armed(rest, row[-1]) if rest.listeners else ()
    if not detailed:
        return Token(rest, armed=armed)
    detail = row[1]
    if kind == "activity" and type(detail) is bytes and len(detail) == _ID:
        return Token(rest, id=detail, armed=armed)
    if kind == "join" and type(detail) is str and detail in rest.flows:
        return Token(rest, flow=detail)
    if kind == "timer" and _is_due(detail):
        return Token(rest, due=detail)
    if kind == "call" and type(detail) is list:
        return Token(rest, armed=armed, inner=_level(rests, rest.called, detail))
    raise _Bad("detail")


def _armed(rest: Rest, parts: Any) -> tuple[Armed, ...]:
    if type(parts) is not list or len(parts) % 2:
        raise _Bad("boundary events")
    found: list[Armed] = []
    for element, due in zip(parts[::2], parts[1::2], strict=True):
        listener = rest.listeners.get(element) if type(element) is str else None
        if listener is None or (found and found[-1].listener.order >= listener.order):
            raise _Bad("boundary event")
        if not (_is_due(due) if listener.kind == "timer" else due is None):
            raise _Bad("due")
        found.append(Armed(listener, due))
    return tuple(found)


def _is_due(value: Any) -> bool:
    return type(value) is int and _FIRST_DUE <= value <= _LAST_DUE


def _check_together(tokens: Tokens) -> None:
    """What no single token shows: too many of them, one id twice, a join at which nobody is missing."""
    if live_count(tokens) > MAX_LIVE:
        raise _Bad("too many tokens")
    ids = [token.id for token, _ in levels(tokens) if token.id]
    if len(set(ids)) < len(ids):
        raise _Bad("id twice")
    _check_joins(tokens)


def _check_joins(tokens: Tokens) -> None:
    arrived: dict[str, set[str]] = {}
    for token in tokens:
        if token.rest.kind == "join":
            arrived.setdefault(token.rest.element, set()).add(token.flow)
            if arrived[token.rest.element] == token.rest.flows:
                raise _Bad("complete join")
        _check_joins(token.inner)
