"""Where tickets can stand: situations of the processes in force and of the versions on which tickets still run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, func, select

from engine.processes.deployed import deployed, number_of
from engine.processes.model import process_version
from engine.runtime.movement import Place
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from engine.runtime.process import Process, Situation
    from engine.unit import Unit

RUNNING: ColumnElement[bool] = ticket.c.ended.is_(False)
"""Tickets that a change of rights concerns: not at an end of their diagram; a finished one may yet be reopened."""


class Stand(NamedTuple):
    """A situation of one version."""

    version: UUID
    process: str
    situation: str

    @property
    def place(self) -> Place:
        """The situation, in whichever version."""
        return Place(self.process, self.situation)


@dataclass(kw_only=True)
class Shown:
    """A situation as the matrix shows it.

    Attributes:
        standing: `open`, `finished` or `cancelled`: of the tickets that stand there.
        moves: flow id -> label, of all versions it is looked at in.
        versions: (process, number) of those versions.
        in_force: whether a newest version has it.
        tickets: running ones that stand there.
    """

    place: Place
    label: str
    standing: str
    moves: dict[str, str] = field(default_factory=dict)
    versions: list[tuple[str, int]] = field(default_factory=list)
    in_force: bool = False
    tickets: int = 0


def counts(unit: Unit, where: ColumnElement[bool] | None = None) -> dict[Stand, int]:
    """How many running tickets stand where: one query, whatever their number."""
    columns = (ticket.c.version_id, ticket.c.place_process, ticket.c.situation)
    statement = select(*columns, func.count()).where(RUNNING).group_by(*columns)
    if where is not None:
        statement = statement.where(where)
    return {Stand(*row[:3]): row[3] for row in unit.connection.execute(statement)}


def situation_at(unit: Unit, stand: Stand) -> Situation | None:
    """The situation in its version; None: the ticket stands in an end."""
    return deployed(unit, stand.version).situations.get(stand.place)


def in_force(unit: Unit) -> Iterator[tuple[Process, int]]:
    """The newest version of each process, compiled, with its number."""
    for _, version in sorted(unit.catalogue.processes.items()):
        yield deployed(unit, version.id), version.number


def places(unit: Unit, running: Mapping[Stand, int]) -> dict[Place, Shown]:
    """Every situation in force or with tickets in it; labels as they are today."""
    found: dict[Place, Shown] = {}
    for process, number in in_force(unit):
        for place, situation in process.situations.items():
            _add(found, place, situation, (process.key, number))
            found[place].in_force = True
    for stand, tickets in running.items():
        here = situation_at(unit, stand)
        if here is not None:
            _add(found, stand.place, here, (deployed(unit, stand.version).key, number_of(unit, stand.version)))
            found[stand.place].tickets += tickets
    return found


def _add(found: dict[Place, Shown], place: Place, situation: Situation, version: tuple[str, int]) -> None:
    one = found.setdefault(place, Shown(place=place, label=situation.label, standing=situation.standing))
    if version not in one.versions:
        one.versions.append(version)
    for move in situation.moves:
        one.moves.setdefault(move.id, move.label)


def label_once(unit: Unit, place: Place) -> str | None:
    """What a situation was called in the newest version that still had it; None: no version ever had it."""
    versions = select(process_version.c.id).where(process_version.c.key == place.process)
    for version in unit.connection.scalars(versions.order_by(process_version.c.number.desc())):
        if (found := deployed(unit, version).situations.get(place)) is not None:
            return found.label
    return None
