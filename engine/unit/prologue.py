"""What a command reads: its first SELECT brings the authority number along, and the earlier answer to its key."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from engine.db import on_driver
from engine.history import authority
from engine.unit.answers import idempotency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_EARLIER = ("fingerprint", "status", "headers", "body", "ticket_id", "disclosed")
_NUMBER = authority.c.number.label("authority_number")
NOTHING_ELSE = select(_NUMBER).where(authority.c.id == literal_column("1"))


@cache
def with_prologue(statement: Select[Any], *, keyed: bool) -> Select[Any]:
    """The statement, bringing the authority number along and, if keyed, the earlier answer."""
    if statement is not NOTHING_ELSE:
        statement = statement.add_columns(_NUMBER).join(authority, authority.c.id == literal_column("1"))
    if not keyed:
        return statement
    same = and_(idempotency.c.principal == bindparam("_principal"), idempotency.c.key == bindparam("_key"))
    earlier = [idempotency.c[name].label(f"_{name}") for name in _EARLIER]
    return statement.add_columns(*earlier).outerjoin(idempotency, same)


@cache
def with_number(statement: Select[Any]) -> Select[Any]:
    """The statement, each of its rows bringing the authority number along."""
    return statement.add_columns(select(_NUMBER).scalar_subquery().label("authority_number"))


def one(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The only row there is, by column; None: there is none."""
    if connection.dialect.name != "postgresql":
        row = connection.execute(statement, values).one_or_none()
        return None if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public access
    sql, names = _on_postgresql(statement)
    with on_driver(connection, sql, values) as cursor:
        found = cursor.fetchone()
    return None if found is None else dict(zip(names, found, strict=True))


def many(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[Any]:
    """The rows, their columns as attributes."""
    if connection.dialect.name != "postgresql":
        return list(connection.execute(statement, values))
    sql, names = _on_postgresql(statement)
    with on_driver(connection, sql, values) as cursor:
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


@cache
def _on_postgresql(statement: Select[Any]) -> tuple[str, tuple[str, ...]]:
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    names = tuple(str(column.key) for column in statement.selected_columns)
    return str(statement.compile(dialect=dialect)), names
