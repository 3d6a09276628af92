"""Read in the history what became of a log's cases: where each first left the diagram, how long it stood where."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.history import ticket_history
from engine.replay.noting import DEVIATIONS
from engine.replay.recalling import place_of
from engine.tickets.model import event_key, opening_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import timedelta
    from uuid import UUID

    from engine.replay.log import Log
    from engine.runtime.movement import Place
    from engine.unit import Unit


@dataclass(frozen=True, order=True)
class Deviation:
    """A kind of leaving the diagram: what was done where the diagram has no way for it.

    Attributes:
        kind: `relocated`; `unmapped` or `no_way`: the ticket stayed.
    """

    place: Place
    activity: str
    kind: str


@dataclass(kw_only=True)
class Measured:
    """What the history of a log's cases says, of all runs together.

    Attributes:
        cases: how many of the log's cases have a ticket.
        first: the first deviation of each case that has one, by kind.
        stays: how long each stay that has ended lasted.
        present: how many tickets stand there now.
    """

    cases: int = 0
    first: Counter[Deviation] = field(default_factory=Counter)
    stays: defaultdict[Place, list[timedelta]] = field(default_factory=lambda: defaultdict(list))
    present: Counter[Place] = field(default_factory=Counter)

    @property
    def fitting(self) -> int:
        """How many cases never left the diagram."""
        return self.cases - self.first.total()


def measure(unit: Unit, log: Log) -> Measured:
    """Go through every history row of the log's tickets."""
    keys = select(event_key.c.ticket_id, event_key.c.seq, event_key.c.event_id).where(event_key.c.source == log.name)
    told = {(row.ticket_id, row.seq): row.event_id for row in unit.connection.execute(keys)}
    h = ticket_history.c
    statement = (
        select(opening_key.c.external_id, h.ticket_id, h.seq, h.at, h.deed, h.entered, h.detail)
        .join(ticket_history, h.ticket_id == opening_key.c.ticket_id)
        .where(opening_key.c.source == log.name)
        .order_by(opening_key.c.external_id, h.seq)
    )
    activities = {event.id: event.activity for event in log.events}
    found = Measured()
    for rows in _by_case(unit.connection.execute(statement), frozenset(log.cases)):
        found.cases += 1
        _follow(rows, told, activities, found)
    return found


def _by_case(rows: Iterable[Any], cases: frozenset[str]) -> Iterator[list[Any]]:
    found: list[Any] = []
    for row in rows:
        if found and found[0].external_id != row.external_id:
            yield found
            found = []
        if row.external_id in cases:
            found.append(row)
    if found:
        yield found


def _follow(
    rows: list[Any], told: Mapping[tuple[UUID, int], str], activities: Mapping[str, str], found: Measured
) -> None:
    place, since = place_of(rows[0].entered), rows[0].at
    fits = True
    for row in rows[1:]:
        kind = _deviation(row)
        activity = activities.get(told.get((row.ticket_id, row.seq), ""))
        if fits and kind is not None and activity is not None:
            found.first[Deviation(place, activity, kind)] += 1
            fits = False
        if row.entered is not None:
            found.stays[place].append(row.at - since)
            place, since = place_of(row.entered), row.at
    found.present[place] += 1


def _deviation(row: Any) -> str | None:
    if row.deed == "relocated":
        return "relocated"
    kind: str | None = row.detail["kind"] if row.deed == "noted" else None
    return kind if kind in DEVIATIONS else None
