"""Rows written together: on PostgreSQL one statement for a whole command, on SQLite one for each row.

A writable CTE costs a third of what separate statements cost (docs/adr/0004); the price is paid here once.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Integer, String, Uuid
from sqlalchemy.exc import DBAPIError

from engine.db import on_driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Dialect, Table


_AT_ONCE = 200  # an import's thousands of rows are no statement that a planner should see whole
_MANY = 20  # so many of one shape in a row are sent as one statement with many parameters


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
    if len(writes) > _AT_ONCE:
        for some in _portions(writes):
            if len(some) >= _MANY and len({_shape(one) for one in some}) == 1:
                _write_many(connection, some)
            else:
                write(connection, some)
        return
    if dialect.name == "postgresql":
        shape = tuple(_shape(one) for one in writes)
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


def _shape(one: Write) -> tuple[str, Table, tuple[str, ...], tuple[str, ...]]:
    return one.verb, one.table, tuple(one.key), tuple(one.values)


def _portions(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """The writes in their order: long runs of one shape for themselves, all else in portions for one statement."""
    rest: list[Write] = []
    for _, run in groupby(writes, key=_shape):
        same = list(run)
        if len(same) < _MANY:
            rest += same
        if rest and (len(same) >= _MANY or len(rest) >= _AT_ONCE - _MANY):
            yield rest
            rest = []
        if len(same) >= _MANY:
            yield same
    if rest:
        yield rest


def _write_many(connection: Connection, writes: Sequence[Write]) -> None:
    """Writes of one shape, in order."""
    verb, table, key, values = _shape(writes[0])
    dialect = connection.dialect
    if dialect.name != "postgresql":
        parameters = [_parameters(dialect, [one]) for one in writes]
        done = connection.exec_driver_sql(_statement(verb, table, key, values, 0, ":{}"), parameters)
    elif (sql := _together(verb, table, key, values)) and _distinct(writes):
        done = on_driver(connection, sql, _columns(dialect, table, writes))
    else:
        parameters = [_parameters(dialect, [one]) for one in writes]
        done = on_driver(connection, _statement(verb, table, key, values, 0, "%({})s"), parameters)
    if verb != "insert" and done.rowcount != len(writes):
        raise RowChangedError


def _distinct(writes: Sequence[Write]) -> bool:
    """Whether no row is updated twice: one statement changes a row once."""
    return writes[0].verb == "insert" or len({tuple(one.key.values()) for one in writes}) == len(writes)


@lru_cache(256)
def _together(verb: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> str | None:
    """One statement of PostgreSQL for any number of rows: one array for each column. None: there is none.

    A row costs the server half of what it costs in a statement of its own, and the driver next to nothing.
    """
    names = [*(("k", name) for name in key), *(("v", name) for name in values)]
    types = {name: _array_of(table.c[name].type) for _, name in names}
    if verb == "delete" or None in types.values():
        return None
    # Names come from our own Table objects, never from a caller: nothing here can be injected.
    # Binary for JSON: as text the driver would escape each of its quotes.
    arrays = ", ".join(
        f"%({mark}_{name}){'b' if types[name] == 'jsonb' else 's'}::{types[name]}[]" for mark, name in names
    )
    if verb == "insert":
        columns = ", ".join(f'"{name}"' for name in values)
        return f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays})'  # noqa: S608
    columns = ", ".join(f'"{mark}_{name}"' for mark, name in names)
    sets = ", ".join(f'"{name}" = m."v_{name}"' for name in values)
    where = " AND ".join(f't."{name}" = m."k_{name}"' for name in key)
    return f'UPDATE "{table.name}" AS t SET {sets} FROM unnest({arrays}) AS m ({columns}) WHERE {where}'  # noqa: S608


def _array_of(kind: Any) -> str | None:
    """The type of a column's values. Texts have no length here: a cast to one would cut them without a word."""
    kind = getattr(kind, "impl_instance", kind)
    return next((name for known, name in _ARRAYS if isinstance(kind, known)), None)


_ARRAYS: Final = (
    (String, "text"),
    (Uuid, "uuid"),
    (DateTime, "timestamptz"),
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (Boolean, "boolean"),
    (JSON, "jsonb"),
)


def _columns(dialect: Dialect, table: Table, writes: Sequence[Write]) -> dict[str, list[Any]]:
    processors = _processors(dialect, table)
    found: dict[str, list[Any]] = {}
    for mark, given in (("k", [one.key for one in writes]), ("v", [one.values for one in writes])):
        for name in given[0]:
            processor = processors[name]
            values = [each[name] for each in given]
            found[f"{mark}_{name}"] = values if processor is None else [processor(value) for value in values]
    return found


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
    parts: list[str] = []
    guards = []
    for n, (verb, table, key, values) in enumerate(shape):
        if verb == "insert" and n and shape[n - 1] == shape[n]:  # one more row of the same kind
            parts[-1] = f"{parts[-1][:-1]}, {_row(values, n, '%({})s')})"
            continue
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
        return f'INSERT INTO "{table.name}" ({names}) VALUES {_row(values, n, mark)}'  # noqa: S608
    where = " AND ".join(f'"{name}" = {bound("k", name)}' for name in key)
    if verb == "delete":
        return f'DELETE FROM "{table.name}" WHERE {where}'  # noqa: S608
    sets = ", ".join(f'"{name}" = {bound("v", name)}' for name in values)
    return f'UPDATE "{table.name}" SET {sets} WHERE {where}'  # noqa: S608


def _row(values: tuple[str, ...], n: int, mark: str) -> str:
    return f"({', '.join(mark.format(f'v{n}_{name}') for name in values)})"
