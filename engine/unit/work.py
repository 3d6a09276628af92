"""One command's work: what it read, what it will write, and the history that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from engine import outbox
from engine.db import new_id
from engine.disclosure import Disclosed, access
from engine.errors import KeyReused
from engine.history import authority, change_history, ticket_history
from engine.unit.answers import Answer, Earlier, Replay, idempotency
from engine.unit.prologue import NOTHING_ELSE, many, one, with_number, with_prologue
from engine.writing import Write, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Select, Table

    from engine.actors import Actor
    from engine.unit.answers import Key
    from engine.unit.running import Engine

Ask = TypeVar("Ask")
Result = TypeVar("Result")


# Always the same columns of a ticket's history: the writing statement is prepared once.
_OPTIONAL: Final = dict.fromkeys(("cause", "version_id", "revision", "left", "entered", "reason", "detail"))


class Kept(Protocol):
    """Something that writes its own changes when the command ends."""

    def settle(self, unit: Unit) -> None:
        """Add the changes to the unit."""
        ...


class Catalogue(Protocol):
    """What is the same for all commands until somebody changes it; made by `engine.catalogue`."""

    @property
    def number(self) -> int:
        """The authority number it was read at."""
        ...

    def within(self, scopes: frozenset[str]) -> Catalogue:
        """The same for somebody who came with a token of these scopes."""
        ...


class Unit:
    """One command's work: what it read, what it will write. Written down by `settle`, committed by `run`.

    Attributes:
        now: the instant of the command, the same for all of it.
        actor: who acts, as known under the present authority.
        locks: whether rows that will be changed are locked when they are read.
        disclosed: the personal data that its answer will carry.
        names: customer and name of the actors who are in no catalogue, as far as they were looked up.
        along: stands in the detail of each ticket's history row beside what the deed itself tells.
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
        self.disclosed = Disclosed()
        self.names: dict[str, tuple[UUID, str] | None] = {}
        self.earlier: Earlier | None = None
        self.ticket_id: UUID | None = None
        self.along: Mapping[str, Any] = {}
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
            found = one(self.connection, statement, values)
            self.now = self.engine.clock()
            return found
        found = one(self.connection, with_prologue(statement, keyed=self.key is not None), values | self._own_key())
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
            statement = with_number(statement)
        found = many(self.connection, statement, values)
        if found and not known:
            self._known(found[0].authority_number)
        return found

    @property
    def catalogue(self) -> Any:
        """Registries, rules, people and processes as of this command."""
        if self._catalogue is None:
            self._begin()
        return self._catalogue

    @property
    def foreseen(self) -> Any:
        """The catalogue; before the first SELECT the one that was met last, to be looked at again after it."""
        return self._catalogue or self.engine.latest or self.catalogue

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
        self.earlier.insist_on_seeing(self)
        raise Replay(self.earlier.answer)

    def _begin(self) -> None:
        statement = with_prologue(NOTHING_ELSE, keyed=self.key is not None)
        found = one(self.connection, statement, self._own_key())
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
        if self.actor.scopes is not None:
            self._catalogue = self._catalogue.within(self.actor.scopes)

    def _remember(self, found: Mapping[str, Any]) -> None:
        if found["_fingerprint"] is not None:
            self.earlier = Earlier.of(found)

    def answered_meanwhile(self) -> None:
        """Read the key once more: the same request may have been answered while this one waited for the row."""
        if self.key is None or not self._asked_again:
            return
        found = one(self.connection, with_prologue(NOTHING_ELSE, keyed=True), self._own_key())
        if found is not None:
            self._remember(found)
            self.replay()

    # --- writing

    def insert(self, about: str | None, table: Table, **values: Any) -> None:
        """Add a row, written at the end of the command.

        Args:
            about: `kind:key` of what is changed by it, and of the history row that must tell of it. None: no history
                tells of counters, of when something was used last, and of what goes because its time is over.
        """
        self._collect(about, Write("insert", table, {}, values))

    def update(self, about: str | None, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Change the one row that `key` describes; a conflict if it is not there any more."""
        self._collect(about, Write("update", table, key, values))

    def delete(self, about: str | None, table: Table, **key: Any) -> None:
        """Remove the one row that `key` describes."""
        self._collect(about, Write("delete", table, key, {}))

    def keep(self, one: Kept) -> None:
        """Let something that was read write its own changes, before all other rows, when the command ends."""
        self._kept.append(one)

    def record(self, about: str, deed: str, **detail: Any) -> None:
        """Write a change of anything but a ticket into the history."""
        kind, _, key = about.partition(":")
        self._recorded.add(about)
        row = {"id": new_id(), "kind": kind, "key": key, "at": self.now, "actor": self.actor.id, "deed": deed}
        self._writes.append(Write("insert", change_history, {}, row | {"detail": detail or None}))

    def record_ticket(self, ticket_id: UUID, seq: int, deed: str, *, actor: str | None = None, **columns: Any) -> None:
        """Write a ticket's history row; `seq` counts the ticket's rows from 1 without a gap."""
        self._recorded.add(f"ticket:{ticket_id}")
        assert columns.keys() <= _OPTIONAL.keys(), columns
        row = {"ticket_id": ticket_id, "seq": seq, "at": self.now, "actor": actor or self.actor.id, "deed": deed}
        if self.along:
            columns["detail"] = {**(columns.get("detail") or {}), **self.along}
        self._writes.append(Write("insert", ticket_history, {}, row | _OPTIONAL | columns))

    def tells_of(self, about: str) -> bool:
        """Whether this command has told the history of it."""
        return about in self._recorded

    def rehearse(self, command: Callable[[Unit, Ask], Result], ask: Ask) -> Result:
        """Run another command as `Engine.run` would, but for its rows: they are gathered and forgotten.

        Raises:
            Refused: whatever the command refuses.
        """
        other = Unit(self.engine, self.connection, self.actor, self.now)
        result = command(other, ask)
        other.gather()
        return result

    def post(self, topic: str, *, ticket_id: UUID | None = None, **payload: Any) -> None:
        """Leave word of what has to happen elsewhere."""
        row = {"id": new_id(), "at": self.now, "topic": topic, "ticket_id": ticket_id, "payload": payload}
        self._writes.append(Write("insert", outbox.outbox, {}, row))

    def bear_witness(self, disclosed: Disclosed) -> None:
        """Tell of the personal data that an answer carries: its rows are written before the answer leaves."""
        for row in disclosed.rows(self.actor.id, self.now):
            self._writes.append(Write("insert", access, {}, row))

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
        for each in kept:
            each.settle(self)
        self._writes += later

    def settle(self, answer: Answer | None) -> None:
        """Write everything down. Fails on our own mistakes: a change that no history row tells of."""
        self.gather()
        silent = self._touched - self._recorded
        assert not silent, f"changed without history: {sorted(silent)}"
        if self.key is not None and answer is not None:
            kept = {"ticket_id": self.ticket_id, "disclosed": self.disclosed.as_json() if self.disclosed else None}
            row = {"principal": self.actor.id, **self.key.kept(answer), **kept, "at": self.now}
            self._writes.append(Write("insert", idempotency, {}, row))
        if answer is not None:
            self.bear_witness(self.disclosed)
        write(self.connection, self._writes, whole=not self.locks)

    def _collect(self, about: str | None, one: Write) -> None:
        assert self._asked_again, "a command under a key must call unit.replay() before it writes"
        if about is not None:
            self._touched.add(about)
        self._writes.append(one)
