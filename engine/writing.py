"""Rows written together: on PostgreSQL one statement for a whole command, on SQLite one for each row.

A writable CTE costs a third of what separate statements cost (docs/adr/0004); the price is paid here once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy.exc import DBAPIError

from engine.db import on_driver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Dialect, Table


_AT_ONCE = 200  # an import's thousands of rows are no statement that a planner should see whole


class Write(NamedTuple):
    """One row to insert, update or delete; `key` says which row, and what must still hold of it."""

    verb: Literal["insert", "update", "delete"]
    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]


class RowChangedError(Exception):
    """A row to be updated or deleted is not as it was read: somebody else changed it first."""


def write(connection: Connection, writes: Sequence[Write]) -> None:
    """Do all the writes, in order, inside the connection's transaction.

    Raises:
        RowChangedError: an update or delete met no row; the transaction must be rolled back.
    """
    if not writes:
        return
    dialect = connection.dialect
    if dialect.name == "postgresql" and len(writes) > _AT_ONCE:
        for start in range(0, len(writes), _AT_ONCE):
            write(connection, writes[start : start + _AT_ONCE])
        return
    if dialect.name == "postgresql":
        shape = tuple((w.verb, w.table, tuple(w.key), tuple(w.values)) for w in writes)
        try:
            on_driver(connection, _one_statement(shape), _parameters(dialect, writes)).close()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _DIVISION_BY_ZERO:
                raise RowChangedError from error
            raise
        return
    for one in writes:
        sql = _statement(one.verb, one.table, tuple(one.key), tuple(one.values), 0, ":{}")
        done = connection.exec_driver_sql(sql, _parameters(dialect, [one]))
        if one.verb != "insert" and done.rowcount != 1:
            raise RowChangedError


def _parameters(dialect: Dialect, writes: Sequence[Write]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n, one in enumerate(writes):
        processors = _processors(dialect, one.table)
        for mark, values in (("k", one.key), ("v", one.values)):
            for name, value in values.items():
                processor = processors[name]
                found[f"{mark}{n}_{name}"] = value if processor is None else processor(value)
    return found


_PROCESSORS: dict[tuple[str, str], dict[str, Callable[[Any], Any] | None]] = {}


def _processors(dialect: Dialect, table: Table) -> dict[str, Callable[[Any], Any] | None]:
    key = (dialect.name, table.name)
    found = _PROCESSORS.get(key)
    if found is None:
        found = _PROCESSORS[key] = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns
        }
    return found


@lru_cache(1024)
def _one_statement(shape: tuple[tuple[str, Table, tuple[str, ...], tuple[str, ...]], ...]) -> str:
    parts, guards = [], []
    for n, (verb, table, key, values) in enumerate(shape):
        body = _statement(verb, table, key, values, n, "%({})s")
        if verb != "insert":
            # An update that meets no row must undo the whole statement, also where it is its own transaction.
            body += " RETURNING 1"
            guards.append(f"1 / (SELECT count(*) FROM w{n})")  # noqa: S608 - a number of our own
        parts.append(f"w{n} AS ({body})")
    return f"WITH {', '.join(parts)} SELECT {', '.join(guards) or '1'}"


_DIVISION_BY_ZERO = "22012"


@lru_cache(1024)
def _statement(verb: str, table: Table, key: tuple[str, ...], values: tuple[str, ...], n: int, mark: str) -> str:
    # Names come from our own Table objects, never from a caller: nothing here can be injected.
    def bound(prefix: str, name: str) -> str:
        return mark.format(f"{prefix}{n}_{name}")

    if verb == "insert":
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(bound("v", name) for name in values)
        return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
    where = " AND ".join(f'"{name}" = {bound("k", name)}' for name in key)
    if verb == "delete":
        return f'DELETE FROM "{table.name}" WHERE {where}'  # noqa: S608
    sets = ", ".join(f'"{name}" = {bound("v", name)}' for name in values)
    return f'UPDATE "{table.name}" SET {sets} WHERE {where}'  # noqa: S608
