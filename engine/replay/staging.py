"""Set the stage for a replay: a migrated database with the process deployed, and the map read against it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.actors import REPLAY
from engine.errors import NotDeployable
from engine.migrating import migrate, present
from engine.processes.deployed import deployed
from engine.processes.deploying import deploy_files
from engine.replay.errors import ReplayError
from engine.replay.mapping import targets
from engine.runtime.diagram import read
from engine.runtime.process import compile_process
from engine.runtime.tables import read_decisions
from engine.starting import start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.catalogue import Catalogue
    from engine.config import Settings
    from engine.processes.model import Version
    from engine.replay.mapping import LogMap, Target
    from engine.runtime.diagram import Diagram
    from engine.runtime.process import Process
    from engine.unit import Engine, Unit


@dataclass(frozen=True, kw_only=True)
class Stage:
    """An engine, the process as it runs there, and what each activity does in it.

    Attributes:
        catalogue: what is deployed and registered there when the replay begins.
        temporary: the database is gone afterwards.
    """

    engine: Engine
    catalogue: Catalogue
    process: Process
    targets: Mapping[str, Target]
    temporary: bool

    @property
    def version(self) -> Version:
        """The version in which tickets are opened."""
        return self.catalogue.processes[self.process.key]


@contextmanager
def staged(settings: Settings, process: str, chart: LogMap, *, database_url: str = "") -> Iterator[Stage]:
    """The stage; what is wrong with process or map is found before anything is changed.

    Args:
        settings: the installation's; its own database is not touched.
        database_url: empty: an SQLite file that is gone afterwards.

    Raises:
        ReplayError: an unknown process, a map that does not fit it, a database that cannot be had.
    """
    with TemporaryDirectory(prefix="tramita-replay-") as folder:
        url = _checked(database_url or f"sqlite:///{Path(folder) / 'replay.db'}")
        engine = start(replace(settings, database_url=url, data_dir=Path(folder)))
        if not database_url:
            event.listen(engine.database, "connect", _trust_the_power)
        try:
            if _no_file(url) or present(engine.database) is None:
                _insist_on_delivered(process, chart)
            migrate(engine.database)
            if process not in engine.read(_catalogue, None, actor=REPLAY).processes:
                _deploy(engine, process, chart)
            catalogue, running = engine.read(_running, process, actor=REPLAY)
            means = targets(chart, running)
            yield Stage(
                engine=engine,
                catalogue=catalogue,
                process=running,
                targets=means,
                temporary=not database_url,
            )
        except DBAPIError as error:
            raise ReplayError(f"O banco de dados falhou: {error.orig}") from error
        finally:
            engine.database.dispose()


def _trust_the_power(connection: Any, _: object) -> None:
    """A file that is thrown away in the end need not survive a power cut: no waiting for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _checked(url: str) -> str:
    try:
        known = make_url(url)
    except ArgumentError:
        pass
    else:
        if known.drivername in {"postgresql", "postgresql+psycopg"}:
            return url
        if known.drivername == "sqlite" and (known.database or ":memory:") != ":memory:":
            return url
    raise ReplayError("--database-url: use sqlite:///ARQUIVO ou postgresql://USUARIO@SERVIDOR/BANCO")


def _no_file(url: str) -> bool:
    """An SQLite file that looking into would create."""
    known = make_url(url)
    return known.get_backend_name() == "sqlite" and not Path(known.database or "").exists()


def _delivered() -> dict[str, Diagram]:
    found = (read(f.read_bytes(), f.name) for f in files("bpmn").iterdir() if f.name.endswith(".bpmn"))
    return {diagram.key: diagram for diagram in found}


def _insist_on_delivered(process: str, chart: LogMap, deployed: Iterable[str] = ()) -> list[Diagram]:
    """The delivered process with all it calls; the map fits it."""
    delivered = _delivered()
    if process not in delivered:
        there = f"implantados: {', '.join(sorted(deployed))}; " if deployed else ""
        raise ReplayError(f"O processo {process!r} não existe; {there}vêm prontos: {', '.join(sorted(delivered))}.")
    compiled = compile_process(delivered[process], delivered)
    targets(chart, compiled)
    return list(compiled.diagrams.values())


def _deploy(engine: Engine, process: str, chart: LogMap) -> None:
    """Deploy what the delivered process needs and the database does not have."""
    catalogue = engine.read(_catalogue, None, actor=REPLAY)
    closure = _insist_on_delivered(process, chart, catalogue.processes)
    wanted = [(d.file, d.raw) for d in closure if d.key not in catalogue.processes]
    decisions = frozenset().union(*(d.decisions for d in closure)) - catalogue.tables.keys()
    for file in files("bpmn").iterdir():
        if file.name.endswith(".dmn"):
            raw = file.read_bytes()
            if decisions & {table.id for table in read_decisions(raw, file.name)}:
                wanted.append((file.name, raw))
    try:
        deploy_files(engine, wanted, actor=REPLAY)
    except NotDeployable as refusal:
        findings = [f for f in refusal.extra.get("findings", []) if f["severity"] == "error"]
        told = "\n".join(f"  {f['file']}, linha {f['line']}: {f['message']}" for f in findings)
        raise ReplayError(
            f"O processo {process!r} não pode ser implantado neste banco. {refusal.detail}\n{told}".rstrip()
        ) from refusal


def _catalogue(unit: Unit, _: None) -> Catalogue:
    return unit.catalogue  # type: ignore[no-any-return]


def _running(unit: Unit, process: str) -> tuple[Catalogue, Process]:
    return unit.catalogue, deployed(unit, unit.catalogue.processes[process].id)
