"""What a command's first SELECT brings along: the authority number, and the earlier answer to its key."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from engine.history import authority
from engine.unit.answers import idempotency

_EARLIER = ("fingerprint", "status", "headers", "body", "ticket_id")
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


@cache
def on_postgresql(statement: Select[Any]) -> tuple[str, tuple[str, ...]]:
    """The statement as the driver takes it, and the names of its columns."""
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    names = tuple(str(column.key) for column in statement.selected_columns)
    return str(statement.compile(dialect=dialect)), names
