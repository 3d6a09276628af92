"""How rows reach SQLite and PostgreSQL: one set of tables, two dialects."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import JSON, DateTime, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Dialect, Engine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite keeps it as text that sorts like time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: refuses naive instants."""
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant without a zone"
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def new_id() -> UUID:
    """A time-ordered UUID (version 7, RFC 9562): made by the application, grows with time within a millisecond too."""
    ms, ns = divmod(time.time_ns(), 1_000_000)
    fraction = (ns << 12) // 1_000_000
    return UUID(int=(ms << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | secrets.randbits(62))


def connect(url: str, *, pool_size: int = 16) -> Engine:
    """An SQLAlchemy engine set up for us.

    SQLite: WAL, every commit reaches the disk (synchronous=FULL), foreign keys on; writers begin with
    BEGIN IMMEDIATE so that they queue instead of failing half-way; `reading(connection)` begins DEFERRED.
    PostgreSQL: READ COMMITTED; the ticket's row lock is what serialises commands.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`.
        pool_size: connections kept; as many again may be opened under load.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            json_serializer=dumps,
            json_deserializer=_loads,
            connect_args={"options": "-c timezone=UTC -c jit=off", "prepare_threshold": 3},
        )
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        json_serializer=dumps,
        json_deserializer=_loads,
        connect_args={"check_same_thread": False, "timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "DEFERRED" if connection.get_execution_options().get("tramita_reading") else "IMMEDIATE"
        connection.exec_driver_sql("BEGIN " + mode)

    return engine


def on_driver(connection: Connection, sql: str, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Any:
    """Run a statement on the PostgreSQL driver's own cursor, inside the connection's transaction; returns the cursor.

    For the two statements of the hot path: SQLAlchemy's own way takes 540 µs where the driver takes 324, a part of it
    for the description of the result's columns (docs/performance.md). Errors come as SQLAlchemy's all the same.

    Args:
        parameters: several of them run the statement for each, in one round trip.
    """
    cursor = connection.connection.cursor()
    connection.dispatch.before_cursor_execute(connection, cursor, sql, parameters, None, False)
    try:
        if isinstance(parameters, Mapping):
            cursor.execute(sql, parameters)
        else:
            cursor.executemany(sql, parameters)
    except psycopg.Error as error:
        lost = connection.dialect.is_disconnect(error, connection.connection, cursor)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(sql, None, error, psycopg.Error, connection_invalidated=lost) from error
    return cursor


def dumps(value: Any) -> str:
    """JSON text with sorted keys: the same value always gives the same text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=_plain).decode()


def _loads(text: Any) -> Any:
    # SQLite gives a JSON number back as a number: its column type JSON has numeric affinity.
    return orjson.loads(text) if isinstance(text, str | bytes) else text


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
