"""The cast: an engine on each database, the people of a small organisation, and a clock that can be set."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from postgres import postgres
from sqlalchemy import create_engine, text

from engine import actors
from engine.config import Settings
from engine.migrating import migrate
from engine.people.adding import AddPerson, AddPresets, add_person, add_presets
from engine.people.knowing import actor_of
from engine.processes.deploying import deploy_files
from engine.registry.customers import PutCustomer, put_customer
from engine.registry.folder import ORDER, Folder, read_folder
from engine.registry.putting import Put, put
from engine.starting import start

DATABASES = ("sqlite", "postgresql")
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """An instant that moves only when told."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **units: float) -> datetime:
        self.at += timedelta(**units)
        return self.at


@dataclass
class World:
    """An engine on a database of its own."""

    engine: object
    clock: Clock
    url: str
    people: dict = field(default_factory=dict)

    def run(self, command, ask, *, actor=actors.CONSOLE, **more):
        return self.engine.run(command, ask, actor=actor, **more)

    def read(self, query, ask, *, actor=actors.CONSOLE):
        return self.engine.read(query, ask, actor=actor)

    def load(self, folder: Path | Folder) -> None:
        """The registries, customers and people of a folder of TOML."""
        found = folder if isinstance(folder, Folder) else read_folder(folder)
        for registry in ORDER:
            for key, values in found.registries.get(registry, {}).items():
                self.run(put, Put(registry=registry, key=key, values=values))
        for one in found.customers:
            self.run(put_customer, PutCustomer(**one))
        for one in found.people:
            self.run(add_person, AddPerson(**one))

    def deploy(self, *files: Path | tuple[str, bytes]):
        """Deploy files, as `tramita deploy` would."""
        pairs = [f if isinstance(f, tuple) else (f.name, f.read_bytes()) for f in files]
        return deploy_files(self.engine, pairs, actor=actors.CONSOLE)

    def person(self, login: str, profile: str = "agente", teams=()):
        """A person who may act, added if need be."""
        known = self.read(lambda unit, _: unit.catalogue, None)
        found = next((p for p in known.people.values() if p.login == login), None)
        if found is None:
            self.run(add_person, AddPerson(login=login, name=login.title(), profile=profile, teams=teams))
            known = self.read(lambda unit, _: unit.catalogue, None)
            found = next(p for p in known.people.values() if p.login == login)
        return actor_of(found, known.number, token_hash=None)


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL, started once for this worker and stopped at its end."""
    with postgres() as url:
        yield url


class Stock:
    """Databases prepared once in a session, copied for each test."""

    def __init__(self, request, folder):
        self.request = request
        self.folder = folder
        self.made = {}

    def copy(self, database, *steps):
        """URL of a fresh copy in which each step, a function of a `World`, has been done."""
        original = self._original(database, steps)
        name = f"t_{uuid4().hex}"
        if database == "sqlite":
            shutil.copy(original, self.folder / f"{name}.db")
            return f"sqlite:///{self.folder / name}.db"
        self._outside(f"CREATE DATABASE {name} TEMPLATE {original}")
        return self._named(name)

    def drop(self, url):
        if url.startswith("sqlite"):
            for file in self.folder.glob(Path(url).name + "*"):
                file.unlink()
            return
        name = url.rpartition("?")[0].rpartition("/")[2]
        self._outside(f"DROP DATABASE {name} WITH (FORCE)")

    def _original(self, database, steps):
        if (database, steps) not in self.made:
            if steps:
                url = self.copy(database, *steps[:-1])
            elif database == "sqlite":
                url = f"sqlite:///{self.folder / 'blank.db'}"
            else:
                self._outside("CREATE DATABASE blank")
                url = self._named("blank")
            engine = start(SETTINGS(url), clock=Clock())
            if not steps:
                migrate(engine.database)
                engine.run(add_presets, AddPresets(), actor=actors.CONSOLE)
            else:
                steps[-1](World(engine=engine, clock=engine.clock, url=url))
            engine.database.dispose()
            sqlite = database == "sqlite"
            self.made[database, steps] = Path(url[10:]) if sqlite else url.rpartition("?")[0].rpartition("/")[2]
        return self.made[database, steps]

    def _named(self, name):
        return self.request.getfixturevalue("postgres_url").replace("/postgres?", f"/{name}?")

    def _outside(self, statement):
        engine = create_engine(self._named("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


ATTACHMENTS = Path(tempfile.mkdtemp(prefix="tramita-attachments-"))
atexit.register(shutil.rmtree, ATTACHMENTS, ignore_errors=True)


def SETTINGS(url):  # noqa: N802 - a constant but for its URL
    messages = {"pagamento_confirmado": frozenset({"valor"})}
    cheap = {
        "password_memory_kib": 64,
        "password_passes": 1,
        "password_lanes": 1,
    }  # what argon2 costs is no test's matter
    return Settings(database_url=url, attachments_dir=ATTACHMENTS, messages=messages, **cheap)


@pytest.fixture(scope="session")
def stock(request, tmp_path_factory):
    return Stock(request, tmp_path_factory.mktemp("stock"))


@pytest.fixture(params=DATABASES)
def database(request):
    """Each test with this fixture runs on both databases."""
    return request.param


@pytest.fixture
def database_url(database, stock):
    """The URL of a fresh database: migrated, with the delivered profiles, nothing else."""
    url = stock.copy(database)
    yield url
    stock.drop(url)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(database_url, clock):
    """An engine on a fresh database."""
    with a_world(database_url, clock) as found:
        yield found


@contextlib.contextmanager
def a_world(url, clock):
    engine = start(SETTINGS(url), clock=clock)
    yield World(engine=engine, clock=clock, url=url)
    engine.database.dispose()
