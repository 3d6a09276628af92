"""The compiled process of a version: compiled once per worker, again only when its looks have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from engine.processes.looks import looking_like
from engine.processes.model import process_version
from engine.runtime.diagram import read
from engine.runtime.process import Process, compile_process

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.runtime.diagram import Diagram
    from engine.unit import Unit


class _Shelved(NamedTuple):
    looks: tuple[tuple[UUID, int], ...]
    process: Process
    number: int


def deployed(unit: Unit, version_id: UUID) -> Process:
    """The process of a version, with the names and colours it has today.

    Raises:
        KeyError: there is no such version.
    """
    return _shelved(unit, version_id).process


def number_of(unit: Unit, version_id: UUID) -> int:
    """The version's number, as people say it."""
    return _shelved(unit, version_id).number


def label_of(unit: Unit, key: str) -> str:
    """What people call the process today; the key itself where it is not deployed."""
    newest = unit.catalogue.processes.get(key)
    return deployed(unit, newest.id).settings[key].label if newest else key


def _shelved(unit: Unit, version_id: UUID) -> _Shelved:
    shelf = unit.engine.shelf
    found: _Shelved | None = shelf.get(version_id)
    # Only the newest version of a process changes its looks, and all the others take theirs from it.
    if found is None or found.looks != _looks(unit, found.process.diagrams):
        found = shelf[version_id] = _compile(unit, version_id)
    return found


def _looks(unit: Unit, keys: Iterable[str]) -> tuple[tuple[UUID, int], ...]:
    newest = unit.catalogue.processes
    return tuple((newest[key].id, newest[key].looks) for key in keys)


def _compile(unit: Unit, version_id: UUID) -> _Shelved:
    own = _rows(unit, [version_id])
    if not own:
        raise KeyError(version_id)
    closure = {row.key: row for row in (*own, *_rows(unit, [UUID(text) for text in own[0].calls.values()]))}
    newest = {row.key: row for row in _rows(unit, [unit.catalogue.processes[key].id for key in closure])}
    diagrams = {key: _read(row) for key, row in closure.items()}
    for key, row in newest.items():
        if row.id != closure[key].id:
            diagrams[key] = looking_like(diagrams[key], _read(row))
    process = compile_process(diagrams[own[0].key], diagrams)
    return _Shelved(_looks(unit, process.diagrams), process, own[0].number)


def _read(row: Any) -> Diagram:
    return read(bytes(row.raw), row.file)


def _rows(unit: Unit, ids: Sequence[UUID]) -> Sequence[Any]:
    if not ids:
        return []
    return unit.connection.execute(select(process_version).where(process_version.c.id.in_(ids))).all()
