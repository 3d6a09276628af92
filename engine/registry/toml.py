"""Write TOML that people can read: tables of plain values, in a stable order, every text escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')
_ESCAPED_IN_LINES: Final = re.compile(r'["\\\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]')


def dump(name: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """A TOML text with one table `[name.key]` for each key, sorted; members stay in their own order.

    Values are texts, whole numbers, true or false, and lists of them. A text of several lines becomes one that
    can be read as such.
    """
    parts = []
    for key in sorted(tables):
        lines = [f"[{_key(name)}.{_key(key)}]"]
        lines += [f"{_key(member)} = {_value(value)}" for member, value in tables[key].items()]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def dump_table(name: str, values: Mapping[str, Any]) -> str:
    """A TOML text with one table `[name]`; nothing of it where it has no members."""
    lines = [f"[{_key(name)}]", *(f"{_key(member)} = {_value(value)}" for member, value in values.items())]
    return "\n".join(lines) + "\n" if values else ""


def dump_list(name: str, tables: Iterable[Mapping[str, Any]]) -> str:
    """A TOML text with one table `[[name]]` for each of them, in their order."""
    parts = []
    for table in tables:
        lines = [f"[[{_key(name)}]]", *(f"{_key(member)} = {_value(value)}" for member, value in table.items())]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _text(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    assert isinstance(value, str), value
    return _lines(value) if "\n" in value else _text(value)


def _text(value: str) -> str:
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _lines(value: str) -> str:
    # The first line end after the opening quotes is no part of the text.
    return f'"""\n{_ESCAPED_IN_LINES.sub(_escape, value)}"""'


def _escape(found: re.Match[str]) -> str:
    one = found[0]
    return _ESCAPES.get(one) or f"\\u{ord(one):04x}"
