"""The only transaction in the product: `Engine.run(command, ask, actor=…)`."""

from __future__ import annotations

import logging
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from engine.db import metadata
from engine.errors import Busy, Refused, Unwitnessed
from engine.unit.answers import Replay
from engine.unit.work import Unit
from engine.writing import RowChangedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy import Engine as Database

    from engine.actors import Actor
    from engine.config import Settings
    from engine.disclosure import Disclosed
    from engine.unit.answers import Answer, Key
    from engine.unit.work import Catalogue

log = logging.getLogger(__name__)

Ask = TypeVar("Ask")
Result = TypeVar("Result")

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
        renew: Callable[..., Actor],
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

    @property
    def latest(self) -> Catalogue | None:
        """The catalogue met last; None before the first command."""
        return self._catalogue

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
        unit: Unit | None = None
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
            except Replay as replay:
                if unit is not None and replay.answer.disclosed:
                    self.witness(replay.answer.disclosed, unit.actor)
                return replay.answer
            except Refused:
                if unit is not None and unit.disclosed:
                    self.witness(unit.disclosed, unit.actor)
                raise
            except (DBAPIError, RowChangedError) as error:
                if not _worth_another_try(error, surely_undone=not committing or key is not None):
                    raise
                tries += 1
                if time.monotonic() > until:
                    raise Busy("O banco de dados está ocupado. Nada foi feito; tente de novo.") from error
                log.debug("try %d after %s", tries, type(error).__name__)  # its text may quote values
                time.sleep(min(0.2, 0.002 * 2 ** min(tries, 7)) * random.random())  # noqa: S311

    def read(self, query: Callable[[Unit, Ask], Result], ask: Ask, *, actor: Actor) -> Result:
        """Run a query; it writes nothing. What it shows of personal data is told of before this returns.

        Raises:
            Unwitnessed: it could not be told of.
        """
        unit: Unit | None = None
        try:
            with self.reading.connect() as connection, connection.begin():
                unit = Unit(self, connection, actor, self.clock())
                result = query(unit, ask)
                assert not unit._writes, "a query must not write"  # noqa: SLF001
                return result
        finally:  # also where a refusal carries the data
            if unit is not None and unit.disclosed:
                self.witness(unit.disclosed, unit.actor)

    def witness(self, disclosed: Disclosed, actor: Actor) -> None:
        """Write down, in a transaction of its own, who is about to see this personal data.

        Raises:
            Unwitnessed: that cannot be written; the data must not be shown.
        """
        try:
            self.run(bear_witness, disclosed, actor=actor)
        except (DBAPIError, Busy) as error:
            log.exception("access not recorded")
            raise Unwitnessed(
                "Não foi possível registrar este acesso a dados pessoais; por isso eles não são mostrados. "
                "Tente de novo."
            ) from error


def bear_witness(unit: Unit, ask: Disclosed) -> None:
    """Write the access rows of an answer; nobody needs a right to have it known what they saw."""
    unit.bear_witness(ask)


_HASTY.add(bear_witness)


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
