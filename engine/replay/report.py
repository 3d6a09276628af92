"""What a replay tells: figures under stable names, for people's tables and for programs."""

from __future__ import annotations

import math
import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from engine.replay.log import Log
    from engine.replay.measuring import Deviation, Measured
    from engine.replay.staging import Stage
    from engine.replay.tally import Tally
    from engine.runtime.movement import Place
    from engine.runtime.process import Process


@dataclass(frozen=True, kw_only=True)
class DeviationCount:
    """How many cases first left the diagram in this way; `kind` as in `engine.replay.measuring`."""

    process: str
    situation: str
    label: str
    activity: str
    kind: str
    cases: int


@dataclass(frozen=True, kw_only=True)
class Stays:
    """How long a situation held tickets.

    Attributes:
        stays: how many have ended; median and p90 (nearest rank) are theirs, None without any.
        present: tickets that stand there now.
    """

    process: str
    situation: str
    label: str
    stays: int
    median_s: float | None
    p90_s: float | None
    present: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """The outcome of a replay.

    `opened` … `repeated` and the figures derived from them count what this run did, and
    `events == only_opened + moves + relocations + repeated_deeds + already_there + unmapped + no_way + repeated`.
    `fitting_…`, `deviations` and `situations` are read out of the history: of all runs of this log together.

    Attributes:
        temporary: the database is gone now, and was never waited for to reach the disk.
        source: under which the natural keys are kept.
        late_instants: events that told an earlier instant than the one before them in their case.
        absent_activities: what the map names and the log does not have.
        repeated: events that an earlier run had told.
        moves_used, moves_offered: different moves, counted for each situation apart.
        precision: used of offered, each visit of a situation counted; None when nothing was decided.
    """

    log: str
    source: str
    process: str
    process_label: str
    version: int
    database: str
    temporary: bool
    cases: int
    events: int
    late_instants: int
    absent_activities: Sequence[str]
    opened: int
    only_opened: int
    moves: int
    relocations: int
    repeated_deeds: int
    already_there: int
    unmapped: int
    no_way: int
    repeated: int
    transitions: int
    incidents: int
    fitting_cases: int
    fitting_percent: float
    deviations: Sequence[DeviationCount]
    precision: float | None
    moves_used: int
    moves_offered: int
    seconds: float
    moves_per_second: float
    situations: Sequence[Stays]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON types."""
        return asdict(self)


def report_of(
    stage: Stage, log: Log, tally: Tally, measured: Measured, *, seconds: float, absent: Sequence[str]
) -> Report:
    """Put the report together."""
    return Report(
        log=log.file,
        source=log.name,
        process=stage.process.key,
        process_label=stage.process.diagrams[stage.process.key].name or stage.process.key,
        version=stage.version.number,
        database=stage.engine.database.dialect.name,
        temporary=stage.temporary,
        cases=len(log.cases),
        events=len(log.events),
        late_instants=log.late,
        absent_activities=absent,
        opened=tally.opened,
        only_opened=tally.only_opened,
        moves=tally.moves,
        relocations=tally.relocations,
        repeated_deeds=tally.noted["repeated_deed"],
        already_there=tally.noted["already_there"],
        unmapped=tally.noted["unmapped"],
        no_way=tally.noted["no_way"],
        repeated=tally.repeated,
        transitions=tally.transitions,
        incidents=tally.incidents,
        fitting_cases=measured.fitting,
        fitting_percent=round(100 * measured.fitting / len(log.cases), 2),
        deviations=_deviations(stage.process, measured),
        precision=None if tally.precision is None else round(tally.precision, 4),
        moves_used=tally.moves_used,
        moves_offered=tally.moves_offered,
        seconds=round(seconds, 3),
        moves_per_second=round(tally.moves / seconds, 1) if seconds else 0.0,
        situations=_situations(stage.process, measured),
    )


def _deviations(process: Process, measured: Measured) -> list[DeviationCount]:
    def weight(counted: tuple[Deviation, int]) -> tuple[int, Deviation]:
        return -counted[1], counted[0]

    return [
        DeviationCount(
            process=kind.place.process,
            situation=kind.place.element,
            label=label(process, kind.place),
            activity=kind.activity,
            kind=kind.kind,
            cases=cases,
        )
        for kind, cases in sorted(measured.first.items(), key=weight)
    ]


def _situations(process: Process, measured: Measured) -> list[Stays]:
    """All of the process that ever held a ticket, in the order of the diagram; strangers (other versions) last."""
    order = [*process.situations, *process.ends]
    seen = measured.stays.keys() | measured.present.keys()
    return [
        _stays(place, label(process, place), measured.stays.get(place, []), measured.present[place])
        for place in [*(p for p in order if p in seen), *sorted(seen - set(order))]
    ]


def _stays(place: Place, name: str, lasted: Sequence[timedelta], present: int) -> Stays:
    seconds = sorted(each.total_seconds() for each in lasted)
    return Stays(
        process=place.process,
        situation=place.element,
        label=name,
        stays=len(seconds),
        median_s=statistics.median(seconds) if seconds else None,
        p90_s=seconds[math.ceil(0.9 * len(seconds)) - 1] if seconds else None,
        present=present,
    )


def label(process: Process, place: Place) -> str:
    """The name of a situation or end; its id, when this version does not know it."""
    found = process.situations.get(place) or process.ends.get(place)
    return found.label if found else place.element
