"""What one run over a log did, counted while it is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.replay.noting import Kind
    from engine.runtime.movement import Place


@dataclass(kw_only=True)
class Tally:
    """The counts.

    Attributes:
        only_opened: events that did no more than open their ticket.
        repeated: events that had been told before this run.
        visits: how often a move or deviation was told of a ticket in that place, with these moves allowed there.
        used: the moves taken from each place.
    """

    opened: int = 0
    only_opened: int = 0
    moves: int = 0
    relocations: int = 0
    repeated: int = 0
    transitions: int = 0
    incidents: int = 0
    noted: Counter[Kind] = field(default_factory=Counter)
    visits: Counter[tuple[Place, frozenset[str]]] = field(default_factory=Counter)
    used: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))

    def visit(self, place: Place, allowed: Iterable[str]) -> None:
        """An event met a ticket there."""
        self.visits[place, frozenset(allowed)] += 1

    @property
    def moves_used(self) -> int:
        """Different moves taken, counted for each place apart."""
        return sum(map(len, self.used.values()))

    @property
    def moves_offered(self) -> int:
        """Different moves that were allowed at some visit, counted for each place apart."""
        return len({(place, move) for place, allowed in self.visits for move in allowed})

    @property
    def precision(self) -> float | None:
        """Of all moves allowed at all visits, the share that was ever taken from there; None without any."""
        offered = sum(times * len(allowed) for (_, allowed), times in self.visits.items())
        used = sum(times * len(allowed & self.used[place]) for (place, allowed), times in self.visits.items())
        return used / offered if offered else None
