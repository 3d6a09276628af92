"""The one door for JSON: what other decoders let pass quietly is refused here."""

from __future__ import annotations

import json
import re
from typing import Any, Final

MAX_DEPTH: Final = 64
MAX_NUMBER_CHARACTERS: Final = 30
_INT_64: Final = 1 << 63
_ODD_CHARACTER: Final = re.compile("[\x00\ud800-\udfff]")


class JsonError(ValueError):
    """The text is no JSON that is accepted here; the message says why, in Portuguese, without quoting it."""


def decode(raw: bytes) -> Any:
    """Decode a JSON text.

    Refused besides what is no JSON: other encodings than UTF-8, a byte order mark, NaN and Infinity, numbers that
    a double or 64 bits cannot hold, names told twice, nesting deeper than 64, NUL and lone surrogates.

    Raises:
        JsonError: one of these.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonError("O corpo não está em UTF-8.") from None
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"linha {error.lineno}, coluna {error.colno}"
        raise JsonError(f"O corpo não é um JSON válido ({where}).") from None
    except RecursionError:
        raise JsonError(_TOO_DEEP) from None
    _insist(found, MAX_DEPTH)
    return found


_TOO_DEEP = f"O JSON tem mais de {MAX_DEPTH} níveis."


def _insist(value: Any, levels: int) -> None:
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            _insist_on_text(value)
    elif isinstance(value, dict):
        if not levels:
            raise JsonError(_TOO_DEEP)
        for key, member in value.items():
            _insist_on_text(key)
            _insist(member, levels - 1)
    elif isinstance(value, list):
        if not levels:
            raise JsonError(_TOO_DEEP)
        for member in value:
            _insist(member, levels - 1)


def _insist_on_text(text: str) -> None:
    if _ODD_CHARACTER.search(text):
        raise JsonError("O JSON contém um caractere que não é aceito: NUL ou metade de um par UTF-16.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("O JSON diz o mesmo nome mais de uma vez no mesmo objeto.")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS or not -_INT_64 <= (number := int(text)) < _INT_64:
        raise JsonError("O JSON contém um número inteiro grande demais (mais de 64 bits).")
    return number


def _decimal(text: str) -> float:
    number = float(text) if len(text) <= MAX_NUMBER_CHARACTERS else float("inf")
    if number in {float("inf"), float("-inf")}:
        raise JsonError(f"O JSON contém um número grande demais ou com mais de {MAX_NUMBER_CHARACTERS} caracteres.")
    return number


def _constant(text: str) -> Any:
    raise JsonError(f"O JSON contém {text}, que não é um número.")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)
