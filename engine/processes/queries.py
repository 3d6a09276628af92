"""Read processes: what is deployed, what a version means, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from engine.errors import NotFound
from engine.processes.deployed import deployed
from engine.processes.model import process_head, process_version
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from engine.runtime.process import Process
    from engine.unit import Unit

_TOLD = [
    process_version.c[name] for name in ("id", "key", "number", "label", "file", "calls", "deployed_at", "deployed_by")
]


@dataclass(frozen=True, kw_only=True)
class ShowProcess:
    """A process, by its key."""

    key: str


@dataclass(frozen=True, kw_only=True)
class ShowVersion:
    """One version of a process."""

    key: str
    number: int


def list_processes(unit: Unit, _: None) -> Sequence[Row[Any]]:
    """The newest version of each process, by key."""
    insist(unit, Action.PROCESS_READ)
    return unit.connection.execute(
        select(*_TOLD)
        .join(process_head, process_head.c.version_id == process_version.c.id)
        .order_by(process_version.c.key)
    ).all()


def list_decisions(unit: Unit, _: None) -> Sequence[tuple[str, int, str]]:
    """The newest version of each decision: key, number, file."""
    insist(unit, Action.PROCESS_READ)
    return sorted((key, number, table.file) for key, (table, number) in unit.catalogue.tables.items())


def show_process(unit: Unit, ask: ShowProcess) -> tuple[Sequence[Row[Any]], Mapping[UUID, int]]:
    """All versions of a process, the newest first, and the numbers of the versions they call.

    Raises:
        NotFound: there is no such process.
    """
    insist(unit, Action.PROCESS_READ)
    rows = unit.connection.execute(
        select(*_TOLD).where(process_version.c.key == ask.key).order_by(process_version.c.number.desc())
    ).all()
    if not rows:
        raise NotFound(f"O processo {ask.key!r} não está implantado.")
    wanted = {version for row in rows for version in called(row).values()}
    numbers = unit.connection.execute(
        select(process_version.c.id, process_version.c.number).where(process_version.c.id.in_(wanted))
    )
    return rows, {row.id: row.number for row in numbers}


def called(row: Row[Any]) -> dict[str, UUID]:
    """By key: the versions that a version calls, directly or not."""
    return {key: UUID(text) for key, text in row.calls.items()}


def show_version(unit: Unit, ask: ShowVersion) -> Process:
    """What a version means, with the names and colours it has today.

    Raises:
        NotFound: there is no such version.
    """
    insist(unit, Action.PROCESS_READ)
    return deployed(unit, _row(unit, ask).id)


def show_file(unit: Unit, ask: ShowVersion) -> tuple[str, bytes]:
    """Name and bytes of a version's file, as they were deployed last.

    Raises:
        NotFound: there is no such version.
    """
    insist(unit, Action.PROCESS_READ)
    row = _row(unit, ask)
    return row.file, bytes(row.raw)


def _row(unit: Unit, ask: ShowVersion) -> Any:
    row = unit.connection.execute(
        select(process_version.c.id, process_version.c.file, process_version.c.raw).where(
            process_version.c.key == ask.key, process_version.c.number == ask.number
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"O processo {ask.key!r} não tem a versão {ask.number}.")
    return row
