"""A database with a process, people and tickets, as an operator has it: durable, and on one core with all else."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import actors
from engine.config import Settings
from engine.migrating import migrate
from engine.people.adding import AddPerson, AddPresets, add_person, add_presets
from engine.people.knowing import by_token, hash_of
from engine.people.tokens import IssueToken, issue_token
from engine.processes.deploying import deploy_files
from engine.registry.putting import Put, put
from engine.starting import start
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.unit import Answer, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.actors import Actor
    from engine.tickets.moving import Moved
    from engine.unit import Engine

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))

# One ticket's life: opened, and ten moves to its end, the loop between two situations twice.
LIFE = ("triar", "escalar", "assumir", *("aguardar", "retomar") * 2, "resolver", "confirmar", "encerrar")
LOOP = ("aguardar", "retomar")
SEASONED = 3_000
DATABASES = ("PostgreSQL", "SQLite FULL")


def on_one_core() -> None:
    """Pin this process, and all it starts from now on, to one core: figures are per core, everything included."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


@contextlib.contextmanager
def a_database(kind: str) -> Iterator[str]:
    """URL of an empty database that keeps what it acknowledges even if the power fails."""
    if kind == "PostgreSQL":
        from postgres import postgres

        durable = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")
        with postgres(**durable, shared_buffers="512MB") as url:
            yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/tramita.db"


@dataclass
class Installation:
    """An engine, and an agent with a token."""

    engine: Engine
    agent: Actor
    token: str

    def ticket(self, moves: tuple[str, ...] = LIFE[:3]) -> Any:
        """A new ticket, moved on; after the default moves it is in progress."""
        ask = Open(
            title="Impressora não imprime",
            description="Desde ontem.",
            subject="suporte",
            priority="alta",
            fields={"aparelho": "impressora", "solucao": "trocar o toner"},
        )
        one = self.engine.run(open_ticket, ask, actor=self.agent).ticket
        for name in moves:
            one = self.engine.run(move, Move(ticket=one.id, move=name), actor=self.agent).ticket
        return one

    def season(self) -> None:
        """Have some thousand moves behind, as any installation has: plans made on empty tables stay bad."""
        protocols = [self.ticket().protocol for _ in range(50)]
        for n in range(SEASONED // len(protocols)):
            for protocol in protocols:
                self.move(protocol, LOOP[n % 2], f"seasoned-{n}-{protocol}")
        self.analyse()

    def move(self, protocol: str, name: str, key: str) -> None:
        """One move, with a person's rights, required fields, and under a key."""
        ask = Move(ticket=protocol, move=name)
        self.engine.run(move, ask, actor=self.agent, key=Key(key, b"f" * 32), render=_rendered)

    def analyse(self) -> None:
        """Let the database know how large its tables are."""
        with self.engine.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")

    def tidy(self) -> None:
        """Leave nothing to be cleaned up in the midst of a measurement."""
        self.analyse()
        if self.engine.database.dialect.name == "postgresql":
            with self.engine.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("CHECKPOINT")
            return
        own = self.engine.database.raw_connection()  # a transaction of SQLAlchemy's would lock the database
        own.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        own.close()


def _rendered(result: Moved) -> Answer:
    one = result.ticket
    body = f'{{"ticket": "{one.protocol}", "situation": "{one.situation}", "revision": {one.revision}}}'
    return Answer(status=200, body=body.encode(), headers={"ETag": f'"{one.revision}"'})


@contextlib.contextmanager
def installed(url: str) -> Iterator[Installation]:
    """The database migrated, the process of these benchmarks deployed, an agent added."""
    engine = start(Settings(database_url=url, default_process="bancada"))
    migrate(engine.database)
    engine.run(add_presets, AddPresets(), actor=actors.CONSOLE)
    for registry, key, values in (
        ("fields", "aparelho", {"label": "Aparelho"}),
        ("fields", "solucao", {"label": "Solução"}),
        ("subjects", "suporte", {"label": "Suporte"}),
        ("subjects", "vendas", {"label": "Vendas"}),
    ):
        engine.run(put, Put(registry=registry, key=key, values=values), actor=actors.CONSOLE)
    files = [(path.name, path.read_bytes()) for path in sorted((HERE / "diagrams").iterdir())]
    deploy_files(engine, files, actor=actors.CONSOLE)
    engine.run(add_person, AddPerson(login="agente", name="Agente", profile="agente"), actor=actors.CONSOLE)
    token = engine.run(issue_token, IssueToken(login="agente", label="bancada"), actor=actors.CONSOLE)
    agent = engine.read(by_token, hash_of(token), actor=actors.CONSOLE)
    yield Installation(engine, agent, token)
    engine.database.dispose()
