"""Answers that are files: sheets and lines that are sent while they are read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from flask import Response
from marshmallow import fields, validate

from api.auth import engine
from api.commands import dumped
from api.shapes import Shape, described
from engine import sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

EXCEL: Final = "excel"


class SheetQuery(Shape):
    """For whom the sheet is."""

    style = fields.String(
        data_key="for",
        load_default=None,
        validate=validate.OneOf((EXCEL,), error="use excel, ou deixe de fora"),
        **described(
            "`excel`: for people with a Brazilian spreadsheet: semicolons, decimal commas, Portuguese headings, the"
            " installation's local time, durations as h:mm:ss. Default: for programs."
        ),
    )


def sheet(
    headings: Mapping[str, str],
    pages: Iterable[Iterable[Mapping[str, Any]]],
    style: str | None = None,
    *,
    said: Mapping[str, Callable[[Any], str]] | None = None,
) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark; no cell can be taken for a formula.

    Args:
        headings: what people call each column.
        style: of `SheetQuery`.
        said: how people say the values of columns that hold codes or more than one value.
    """
    if style is None:
        return _written(list(headings), ([_cell(row[name]) for name in headings] for page in pages for row in page))
    zone, ways = engine().zone, said or {}

    def cell(name: str, value: Any) -> str:
        return ways[name](value) if name in ways and value is not None else _said(name, value, zone)

    rows = ([cell(name, row[name]) for name in headings] for page in pages for row in page)
    return _written(list(headings.values()), rows, separator=";")


def file(content: Iterable[bytes], mimetype: str, name: str) -> Response:
    """The content as a file of that name."""
    found = Response(content, mimetype=mimetype)
    found.headers.set("Content-Disposition", "attachment", filename=name)
    return found


def _written(head: list[str], rows: Iterable[list[str]], *, separator: str = ",") -> Iterator[bytes]:
    yield "\ufeff".encode()
    for line in sheets.lines([head], separator=separator):
        yield line.encode()
    for line in sheets.lines(rows, separator=separator):
        yield line.encode()


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    found = dumped(value)
    return str(orjson.loads(found)) if isinstance(value, datetime | UUID) else found.decode()


def _said(name: str, value: Any, zone: ZoneInfo) -> str:
    """A value as Brazilians write it, so that their spreadsheet knows what it is."""
    match value:
        case bool():
            return "sim" if value else "não"
        case int() if name.endswith("_s"):
            minutes, seconds = divmod(value, 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case float():
            return (f"{value * 100:.2f}%" if name.endswith("share") else str(value)).replace(".", ",")
        case datetime():
            return value.astimezone(zone).strftime("%d/%m/%Y %H:%M:%S")
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        case _:
            return _cell(value)
