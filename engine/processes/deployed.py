"""The compiled process of a version: compiled once per worker, again only when its looks have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from engine.processes.model import process_version
from engine.runtime.diagram import read
from engine.runtime.process import Process, compile_process

if TYPE_CHECKING:
    from engine.unit import Unit


class _Shelved(NamedTuple):
    authority: int
    looks: dict[UUID, int]
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


def _shelved(unit: Unit, version_id: UUID) -> _Shelved:
    shelf, now = unit.engine.shelf, unit.catalogue.number
    found: _Shelved | None = shelf.get(version_id)
    if found is not None and found.authority == now:
        return found
    if found is not None:
        rows = unit.connection.execute(
            select(process_version.c.id, process_version.c.looks).where(process_version.c.id.in_(found.looks))
        )
        if {row.id: row.looks for row in rows} == found.looks:
            found = shelf[version_id] = found._replace(authority=now)
            return found
    found = shelf[version_id] = _compile(unit, version_id)
    return found


def _compile(unit: Unit, version_id: UUID) -> _Shelved:
    own = unit.connection.execute(select(process_version).where(process_version.c.id == version_id)).one_or_none()
    if own is None:
        raise KeyError(version_id)
    closure = list(_called(unit, own.calls.values()))
    called = {row.key: read(bytes(row.raw), row.file) for row in closure}
    process = compile_process(read(bytes(own.raw), own.file), called)
    looks = {row.id: row.looks for row in [own, *closure]}
    return _Shelved(unit.catalogue.number, looks, process, own.number)


def _called(unit: Unit, ids: Any) -> list[Any]:
    wanted = [UUID(text) for text in ids]
    if not wanted:
        return []
    return list(unit.connection.execute(select(process_version).where(process_version.c.id.in_(wanted))).all())
