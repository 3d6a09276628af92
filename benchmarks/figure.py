"""One measured figure beside what is asked of it."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LEG_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A row of the table.

    Attributes:
        asked: what it must reach; empty: it is only reported.
        holds: whether it does; None: nothing is asked.
    """

    measure: str
    measured: str
    asked: str = ""
    holds: bool | None = None


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned text."""
    rows = [("measure", "measured", "asked", "")]
    rows += [(f.measure, f.measured, f.asked, {True: "ok", False: "SHORT", None: ""}[f.holds]) for f in figures]
    widths = [*(max(len(row[n]) for row in rows) for n in range(3)), 0]
    lines = ("  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


class Legs:
    """The same contenders in turn, a short leg each, so that the machine's moods meet all of them alike."""

    def __init__(self, contenders: Mapping[str, Callable[[], object]], *, rounds: int, leg_s: float = LEG_S) -> None:
        """Run them.

        Args:
            contenders: each does one thing per call.
        """
        self.seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for n in range(rounds + 1):
            for name, once in contenders.items():
                spent = _per_call(once, leg_s if n else leg_s / 4)
                if n:  # the first round only warms up
                    self.seconds[name].append(spent)

    def ms(self, name: str) -> float:
        """Milliseconds per call: the median leg."""
        return statistics.median(self.seconds[name]) * 1e3

    def ratio(self, one: str, floor: str) -> float:
        """How many times the floor's time: the median of the rounds, each of two legs side by side."""
        return statistics.median(a / b for a, b in zip(self.seconds[one], self.seconds[floor], strict=True))


def _per_call(once: Callable[[], object], seconds: float) -> float:
    calls, began = 0, time.perf_counter()
    until = began + seconds
    while time.perf_counter() < until:
        once()
        calls += 1
    return (time.perf_counter() - began) / calls
