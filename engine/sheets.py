"""Rows as CSV that no spreadsheet runs, and back again unchanged.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and a
careless one splits at separators and line ends inside quotes too. An apostrophe is put before each such place, and
before an apostrophe that stands there already, so that reading can take exactly one away.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BEGIN: Final = r"(?:\A|(?<=[\n\r\t;,|]))"
_DANGER: Final = re.compile(_BEGIN + r"(?=['=+\-@\t\r＝＋－＠])")
_GUARD: Final = re.compile(_BEGIN + "'")


def neutral(text: str) -> str:
    """The text, so that no part of it is taken for a formula."""
    return _DANGER.sub("'", text)


def original(text: str) -> str:
    """What `neutral` was given."""
    return _GUARD.sub("", text)


def lines(rows: Iterable[Sequence[str]], *, separator: str = ",") -> Iterator[str]:
    """CSV lines: commas, unless otherwise said, every cell in quotes, CR LF (RFC 4180)."""
    for row in rows:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow([neutral(cell) for cell in row])
        yield buffer.getvalue()


def read(text: str) -> list[list[str]]:
    """The rows that `lines` was given."""
    return [[original(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
