"""Answers that are files: sheets and lines that are sent while they are read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from flask import Response

from api.commands import dumped
from engine import sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def sheet(columns: Sequence[str], pages: Iterable[Iterable[Mapping[str, Any]]]) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark; no cell can be taken for a formula."""
    yield "\ufeff".encode()
    for line in sheets.lines([columns]):
        yield line.encode()
    for page in pages:
        for line in sheets.lines([_cell(row[name]) for name in columns] for row in page):
            yield line.encode()


def file(content: Iterable[bytes], mimetype: str, name: str) -> Response:
    """The content as a file of that name."""
    found = Response(content, mimetype=mimetype)
    found.headers.set("Content-Disposition", "attachment", filename=name)
    return found


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    found = dumped(value)
    return str(orjson.loads(found)) if isinstance(value, datetime | UUID) else found.decode()
