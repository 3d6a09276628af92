"""Rows written together: on PostgreSQL one statement for a whole command, on SQLite one for each row.

A writable CTE costs a third of what separate statements cost (docs/adr/0004); the price is paid here once.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Integer, String, Uuid
from sqlalchemy.exc import DBAPIError

from engine.db import dumps, on_driver

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


def write(connection: Connection, writes: Sequence[Write], *, whole: bool = False) -> None:
    """Do all the writes, in order, inside the connection's transaction.

    Args:
        whole: there is no transaction: PostgreSQL gets one statement, which is its own.

    Raises:
        RowChangedError: an update or delete met no row; the transaction must be rolled back.
    """
    if not writes:
        return
    if whole or len(writes) < _MANY:
        _write_few(connection, writes)
        return
    for deed, some in _portions(writes):
        deed(connection, some)


def _write_few(connection: Connection, writes: Sequence[Write]) -> None:
    """Writes of any shape, in order."""
    dialect = connection.dialect
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


def _portions(writes: Sequence[Write]) -> Iterator[tuple[Callable[[Connection, Sequence[Write]], None], list[Write]]]:
    """The writes in their order: long runs of one shape for themselves, all else in portions for one statement."""
    rest: list[Write] = []
    for _, run in groupby(writes, key=_shape):
        same = list(run)
        if len(same) < _MANY:
            rest += same
        if rest and (len(same) >= _MANY or len(rest) >= _AT_ONCE - _MANY):
            yield _write_few, rest
            rest = []
        if len(same) >= _MANY:
            yield _write_many, same
    if rest:
        yield _write_few, rest


def _write_many(connection: Connection, writes: Sequence[Write]) -> None:
    """Writes of one shape, in order."""
    verb, table, key, values = _shape(writes[0])
    dialect = connection.dialect
    if dialect.name != "postgresql":
        sql = _statement(verb, table, key, values, 0, ":{}")
        done = connection.exec_driver_sql(sql, _rows(dialect, writes))
    elif (together := _together(verb, table, key, values)) and _distinct(writes):
        done = on_driver(connection, together, {"rows": dumps(_rows(dialect, writes, within_json=True))})
    else:
        sql = _statement(verb, table, key, values, 0, "%({})s")
        done = on_driver(connection, sql, _rows(dialect, writes))
    if verb != "insert" and done.rowcount != len(writes):
        raise RowChangedError


def _distinct(writes: Sequence[Write]) -> bool:
    """Whether no row is updated twice: one statement changes a row once."""
    return writes[0].verb == "insert" or len({tuple(one.key.values()) for one in writes}) == len(writes)


@lru_cache(256)
def _together(verb: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> str | None:
    """One statement of PostgreSQL for any number of rows, which come as one JSON text. None: there is none.

    A row costs the server half of what it costs in a statement of its own, and the driver next to nothing; as one
    array for each column it would cost the driver 30 µs.
    """
    names = _marked(key, values)
    types = [_type_of(table.c[name].type) for name in names.values()]
    if verb == "delete" or None in types:
        return None
    # Names come from our own Table objects, never from a caller: nothing here can be injected.
    columns = ", ".join(f'"{mark}" {kind}' for mark, kind in zip(names, types, strict=True))
    rows = f"jsonb_to_recordset(%(rows)s::jsonb) AS m ({columns})"
    if verb == "insert":
        columns = ", ".join(f'"{name}"' for name in values)
        return f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM {rows}'  # noqa: S608
    sets = ", ".join(f'"{name}" = m."v0_{name}"' for name in values)
    where = " AND ".join(f't."{name}" = m."k0_{name}"' for name in key)
    return f'UPDATE "{table.name}" AS t SET {sets} FROM {rows} WHERE {where}'  # noqa: S608


def _type_of(kind: Any) -> str | None:
    """The type of a column's values. Texts have no length here: a cast to one would cut them without a word."""
    kind = getattr(kind, "impl_instance", kind)
    return next((name for known, name in _TYPES if isinstance(kind, known)), None)


_TYPES: Final = (
    (String, "text"),
    (Uuid, "uuid"),
    (DateTime, "timestamptz"),
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (Boolean, "boolean"),
    (JSON, "jsonb"),
)


def _marked(key: tuple[str, ...], values: tuple[str, ...]) -> dict[str, str]:
    """The columns of a row that is written, by the names of its parameters."""
    return {f"k0_{name}": name for name in key} | {f"v0_{name}": name for name in values}


def _rows(dialect: Dialect, writes: Sequence[Write], *, within_json: bool = False) -> list[dict[str, Any]]:
    """Writes of one shape, as the database takes their values; JSON within JSON is what it is."""
    _, table, key, values = _shape(writes[0])
    names, processors = _marked(key, values), _processors(dialect, table)
    found = [dict(zip(names, (*one.key.values(), *one.values.values()), strict=True)) for one in writes]
    for mark, name in names.items():
        processor = processors[name]
        if processor is None or (within_json and isinstance(table.c[name].type, JSON)):
            continue
        for row in found:
            if row[mark] is not None:  # no type of ours makes anything of None
                row[mark] = processor(row[mark])
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
