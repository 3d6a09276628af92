"""The only transaction in the product: `Engine.run(command, ask, actor=…)`."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Uuid, and_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from engine import outbox
from engine.db import Json, UtcDateTime, metadata, new_id, on_driver
from engine.errors import Busy, Conflict, KeyReused, Refused
from engine.history import authority, change_history, ticket_history
from engine.writing import RowChangedError, Write, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Connection, Select
    from sqlalchemy import Engine as Database

    from engine.actors import Actor
    from engine.config import Settings

log = logging.getLogger(__name__)

Ask = TypeVar("Ask")
Result = TypeVar("Result")

idempotency = Table(
    "idempotency",
    metadata,
    Column("principal", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("ticket_id", Uuid),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
    info={"again": True},
)


class Key(NamedTuple):
    """An Idempotency-Key: the caller's word, and a digest of what it stands for."""

    value: str
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back: made before COMMIT, stored under the key in the same transaction."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


class Earlier(NamedTuple):
    """What was answered to this key before."""

    fingerprint: bytes
    ticket_id: UUID | None
    answer: Answer


class Kept(Protocol):
    """Something that writes its own changes when the command ends."""

    def settle(self, unit: Unit) -> None: ...


class Catalogue(Protocol):
    """What is the same for all commands until somebody changes it; made by `engine.catalogue`."""

    @property
    def number(self) -> int:
        """The authority number it was read at."""
        ...


class _Replay(Exception):  # noqa: N818 - control flow between a command and `run`
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Unit:
    """One command's work: what it read, what it will write. Written down by `settle`, committed by `run`.

    Attributes:
        now: the instant of the command, the same for all of it.
        actor: who acts, as known under the present authority.
        locks: whether rows that will be changed are locked when they are read.
    """

    def __init__(
        self,
        engine: Engine,
        connection: Connection,
        actor: Actor,
        now: datetime,
        key: Key | None = None,
        *,
        locks: bool = False,
    ) -> None:
        self.engine = engine
        self.locks = locks
        self.connection = connection
        self.actor = actor
        self.now = now
        self.key = key
        self.earlier: Earlier | None = None
        self.ticket_id: UUID | None = None
        self._catalogue: Catalogue | None = None
        self._writes: list[Write] = []
        self._kept: list[Kept] = []
        self._touched: set[str] = set()
        self._recorded: set[str] = set()
        self._asked_again = key is None

    @property
    def local_now(self) -> datetime:
        """The same instant in the installation's zone: what `today()` and dates without an hour mean."""
        return self.now.astimezone(self.engine.zone)

    # --- reading

    def first(self, statement: Select[Any], **values: Any) -> Mapping[str, Any] | None:
        """Run the command's first SELECT together with the authority number and the earlier answer.

        Args:
            statement: a module's constant, so that it is extended once; its own `bindparam`s are given as
                `values`. It may lock its table's row (`with_for_update(of=…)`).
        """
        if self._catalogue is not None:
            found = self._one(statement, values)
            self.now = self.engine.clock()
            return found
        found = self._one(_with_prologue(statement, keyed=self.key is not None), values | self._own_key())
        # The wait for the row's lock is over: a ticket's instants grow with the numbers of its history.
        self.now = self.engine.clock()
        if found is None:
            self._begin()
            return None
        self._learn(found)
        return found

    def rows(self, statement: Select[Any], **values: Any) -> Sequence[Any]:
        """Rows with the columns as attributes; as the first statement of a unit it brings the authority number along.

        Args:
            statement: a constant, so that it is compiled once; its `bindparam`s are given as `values`.
        """
        known = self._catalogue is not None
        if not known:
            statement = _with_number(statement)
        found: list[Any]
        if self.connection.dialect.name == "postgresql":
            sql, names = _on_postgresql(statement)
            with on_driver(self.connection, sql, values) as cursor:
                found = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        else:
            found = list(self.connection.execute(statement, values))
        if found and not known:
            self._known(found[0].authority_number)
        return found

    def _one(self, statement: Select[Any], values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if self.connection.dialect.name != "postgresql":
            row = self.connection.execute(statement, values).one_or_none()
            return None if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public access
        sql, names = _on_postgresql(statement)
        with on_driver(self.connection, sql, values) as cursor:
            found = cursor.fetchone()
        return None if found is None else dict(zip(names, found, strict=True))

    @property
    def catalogue(self) -> Any:
        """Registries, rules, people and processes as of this command."""
        if self._catalogue is None:
            self._begin()
        return self._catalogue

    def replay(self) -> None:
        """Answer as before if this key was answered; a command calls it once, after the right to read."""
        self._asked_again = True
        if self._catalogue is None:
            self._begin()
        if self.earlier is None or self.key is None:
            return
        if self.earlier.fingerprint != self.key.fingerprint:
            raise KeyReused(
                "Esta Idempotency-Key já foi usada com outro conteúdo. Use uma chave nova para um pedido novo."
            )
        raise _Replay(self.earlier.answer)

    def _begin(self) -> None:
        statement = _with_prologue(_NOTHING_ELSE, keyed=self.key is not None)
        found = self._one(statement, self._own_key())
        assert found is not None, "migrations leave one row of authority"
        self._learn(found)

    def _own_key(self) -> dict[str, str]:
        return {} if self.key is None else {"_principal": self.actor.id, "_key": self.key.value}

    def _learn(self, found: Mapping[str, Any]) -> None:
        self._known(found["authority_number"])
        if self.key is not None:
            self._remember(found)

    def _known(self, number: int) -> None:
        self._catalogue = self.engine.catalogue_at(number, self.connection)
        if not self.actor.is_system and self.actor.authority != number:
            self.actor = self.engine.renew(self.connection, self._catalogue, self.actor, self.now)

    def _remember(self, found: Mapping[str, Any]) -> None:
        if found["_fingerprint"] is None:
            return
        answer = Answer(status=found["_status"], body=bytes(found["_body"]), headers=found["_headers"], replayed=True)
        self.earlier = Earlier(bytes(found["_fingerprint"]), found["_ticket_id"], answer)

    def answered_meanwhile(self) -> None:
        """Read the key once more: the same request may have been answered while this one waited for the row."""
        if self.key is None or not self._asked_again:
            return
        found = self._one(_with_prologue(_NOTHING_ELSE, keyed=True), self._own_key())
        if found is not None:
            self._remember(found)
            self.replay()

    # --- writing

    def insert(self, about: str, table: Table, **values: Any) -> None:
        """Add a row, written at the end of the command. `about`: `kind:key` of what is changed by it."""
        self._collect(about, Write("insert", table, {}, values))

    def update(self, about: str, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Change the one row that `key` describes; a conflict if it is not there any more."""
        self._collect(about, Write("update", table, key, values))

    def delete(self, about: str, table: Table, **key: Any) -> None:
        """Remove the one row that `key` describes."""
        self._collect(about, Write("delete", table, key, {}))

    def keep(self, one: Kept) -> None:
        """Let something that was read write its own changes, before all other rows, when the command ends."""
        self._kept.append(one)

    def record(self, about: str, deed: str, **detail: Any) -> None:
        """Write a change of anything but a ticket into the history."""
        kind, _, key = about.partition(":")
        self._recorded.add(about)
        self._writes.append(
            Write(
                "insert",
                change_history,
                {},
                {
                    "id": new_id(),
                    "kind": kind,
                    "key": key,
                    "at": self.now,
                    "actor": self.actor.id,
                    "deed": deed,
                    "detail": detail or None,
                },
            )
        )

    def record_ticket(self, ticket_id: UUID, seq: int, deed: str, *, actor: str | None = None, **columns: Any) -> None:
        """Write a ticket's history row; `seq` counts the ticket's rows from 1 without a gap."""
        self._recorded.add(f"ticket:{ticket_id}")
        # Always the same columns: the writing statement is prepared once.
        optional = dict.fromkeys(("cause", "version_id", "revision", "left", "entered", "reason", "detail"))
        assert columns.keys() <= optional.keys(), columns
        row = {"ticket_id": ticket_id, "seq": seq, "at": self.now, "actor": actor or self.actor.id, "deed": deed}
        self._writes.append(Write("insert", ticket_history, {}, row | optional | columns))

    def post(self, topic: str, *, ticket_id: UUID | None = None, **payload: Any) -> None:
        """Leave word of what has to happen elsewhere."""
        row = {"id": new_id(), "at": self.now, "topic": topic, "ticket_id": ticket_id, "payload": payload}
        self._writes.append(Write("insert", outbox.outbox, {}, row))

    def new_authority(self) -> None:
        """Say that rules, people, registries or processes change: every worker reads them anew."""
        number = self.catalogue.number
        if not any(w.table is authority for w in self._writes):
            self._writes.append(Write("update", authority, {"id": 1, "number": number}, {"number": number + 1}))

    def gather(self) -> None:
        """Let everything kept add its changes: from here on a result shows what will be committed."""
        assert self._asked_again, "a command under a key must call unit.replay() before it writes"
        later, self._writes = self._writes, []
        kept, self._kept = self._kept, []
        for one in kept:
            one.settle(self)
        self._writes += later

    def settle(self, answer: Answer | None) -> None:
        """Write everything down. Fails on our own mistakes: a change that no history row tells of."""
        self.gather()
        silent = self._touched - self._recorded
        assert not silent, f"changed without history: {sorted(silent)}"
        if self.key is not None and answer is not None:
            row = {
                "principal": self.actor.id,
                "key": self.key.value,
                "fingerprint": self.key.fingerprint,
                "status": answer.status,
                "headers": dict(answer.headers),
                "body": answer.body,
                "ticket_id": self.ticket_id,
                "at": self.now,
            }
            self._writes.append(Write("insert", idempotency, {}, row))
        write(self.connection, self._writes)

    def _collect(self, about: str, one: Write) -> None:
        assert self._asked_again, "a command under a key must call unit.replay() before it writes"
        self._touched.add(about)
        self._writes.append(one)


_EARLIER = ("fingerprint", "status", "headers", "body", "ticket_id")
_NUMBER = authority.c.number.label("authority_number")
_NOTHING_ELSE = select(_NUMBER).where(authority.c.id == literal_column("1"))


@cache
def _with_prologue(statement: Select[Any], *, keyed: bool) -> Select[Any]:
    if statement is not _NOTHING_ELSE:
        statement = statement.add_columns(_NUMBER).join(authority, authority.c.id == literal_column("1"))
    if not keyed:
        return statement
    same = and_(idempotency.c.principal == bindparam("_principal"), idempotency.c.key == bindparam("_key"))
    earlier = [idempotency.c[name].label(f"_{name}") for name in _EARLIER]
    return statement.add_columns(*earlier).outerjoin(idempotency, same)


@cache
def _with_number(statement: Select[Any]) -> Select[Any]:
    return statement.add_columns(select(_NUMBER).scalar_subquery().label("authority_number"))


@cache
def _on_postgresql(statement: Select[Any]) -> tuple[str, tuple[str, ...]]:
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    names = tuple(str(column.key) for column in statement.selected_columns)
    return str(statement.compile(dialect=dialect)), names


_HASTY: set[Callable[..., Any]] = set()


def hasty(command: Callable[[Unit, Ask], Result]) -> Callable[[Unit, Ask], Result]:
    """Mark a command whose first try on PostgreSQL takes no lock and no BEGIN: one SELECT, one writing statement.

    That statement is a transaction of its own and meets nothing unless the ticket's last history row is still the
    one that was read; then the command is tried again under the ticket's lock. Only for commands that change one
    ticket and lock nothing else (docs/adr/0009).
    """
    _HASTY.add(command)
    return command


class Engine:
    """The engine: a database, a clock, and what is cached under the authority number.

    Args:
        database: from `engine.db.connect`.
        settings: what the operator chose.
        load: reads the catalogue of a given authority number.
        renew: asks again who an actor is when the authority number has grown.
        clock: tells the instant of each command; aware.
    """

    retry_for_s = 10.0

    def __init__(
        self,
        database: Database,
        *,
        settings: Settings,
        load: Callable[[Connection, int], Any],
        renew: Callable[[Connection, Any, Actor, datetime], Actor],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        # On PostgreSQL a query needs no BEGIN and no COMMIT: each statement is its own transaction.
        alone = {"isolation_level": "AUTOCOMMIT"} if database.dialect.name == "postgresql" else {}
        self.reading = database.execution_options(tramita_reading=True, **alone)
        self.without_lock = database.execution_options(**alone) if alone else None
        self.settings = settings
        self.zone = ZoneInfo(settings.zone)
        self.clock = clock
        self.renew = renew
        self.shelf: dict[Any, Any] = {}  # compiled processes and tables: immutable, by version id
        self._load = load
        self._catalogue: Catalogue | None = None

    @property
    def authority(self) -> int:
        """The authority number met last; -1 before the first command."""
        return self._catalogue.number if self._catalogue is not None else -1

    def catalogue_at(self, number: int, connection: Connection) -> Catalogue:
        """The catalogue of that authority number, read when it is not the one at hand."""
        found = self._catalogue
        if found is None or found.number != number:
            found = self._catalogue = self._load(connection, number)
        return found

    def run(
        self,
        command: Callable[[Unit, Ask], Result],
        ask: Ask,
        *,
        actor: Actor,
        key: Key | None = None,
        render: Callable[[Result], Answer] | None = None,
    ) -> Any:
        """Run one command in one transaction.

        Conflicts that a repetition settles (two writers at once, the same key twice) are retried inside for
        up to ten seconds: nothing of a failed try is stored.

        Returns:
            The command's result, or with `render` the answer made of it: pure, called before COMMIT.

        Raises:
            Refused: what was asked is not done; nothing was stored and the key is free.
            Busy: the database could not be had in time.
        """
        assert key is None or render is not None, "a key needs an answer to store"
        until = time.monotonic() + self.retry_for_s
        tries = 0
        while True:
            committing = False
            hasty = self.without_lock if tries == 0 and command in _HASTY else None
            try:
                with (hasty or self.database).connect() as connection, connection.begin() as transaction:
                    unit = Unit(self, connection, actor, self.clock(), key, locks=hasty is None)
                    try:
                        result = command(unit, ask)
                    except Refused:
                        unit.answered_meanwhile()
                        raise
                    unit.gather()
                    answer = render(result) if render else None
                    committing = hasty is not None
                    unit.settle(answer)
                    committing = True
                    transaction.commit()
                    return answer if render else result
            except _Replay as replay:
                return replay.answer
            except (DBAPIError, RowChangedError) as error:
                if not _worth_another_try(error, surely_undone=not committing or key is not None):
                    raise
                tries += 1
                if time.monotonic() > until:
                    raise Busy("O banco de dados está ocupado. Nada foi feito; tente de novo.") from error
                log.debug("try %d after %s", tries, type(error).__name__)  # its text may quote values
                time.sleep(min(0.2, 0.002 * 2 ** min(tries, 7)) * random.random())  # noqa: S311

    def read(self, query: Callable[[Unit, Ask], Result], ask: Ask, *, actor: Actor) -> Result:
        """Run a query; it writes nothing."""
        with self.reading.connect() as connection, connection.begin():
            unit = Unit(self, connection, actor, self.clock())
            result = query(unit, ask)
            assert not unit._writes, "a query must not write"  # noqa: SLF001
            return result


@dataclass(frozen=True)
class ForgetKeys:
    """Forget stored answers older than this."""

    older_than: timedelta


def forget_keys(unit: Unit, ask: ForgetKeys) -> int:
    """Delete answers whose time is over, at most a thousand at once; returns how many."""
    old = select(idempotency.c.principal, idempotency.c.key).where(idempotency.c.at < unit.now - ask.older_than)
    rows = unit.connection.execute(old.limit(1000).with_for_update(skip_locked=True)).all()
    for principal, key in rows:
        unit.connection.execute(
            idempotency.delete().where(idempotency.c.principal == principal, idempotency.c.key == key)
        )
    return len(rows)


_AGAIN_STATES = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def _worth_another_try(error: DBAPIError | RowChangedError, *, surely_undone: bool) -> bool:
    if isinstance(error, RowChangedError):
        return True
    if error.connection_invalidated:
        return surely_undone
    original: Any = error.orig
    text = str(original)
    if "database is locked" in text or "database is busy" in text or "database table is locked" in text:
        return True
    state = getattr(original, "sqlstate", None)
    if state in _AGAIN_STATES:
        return True
    if state == "23505":
        return original.diag.table_name in _again_tables()
    return text.startswith("UNIQUE constraint failed: ") and text[26:].partition(".")[0] in _again_tables()


def _again_tables() -> set[str]:
    return {name for name, table in metadata.tables.items() if table.info.get("again")}


__all__ = ["Answer", "Conflict", "Engine", "Key", "Unit"]
