"""How well policies are kept: of the clocks that were decided in a period, how many within their limits."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.clocks.reports import labelled, period, rank
from engine.clocks.stays import tickets_of
from engine.sla.instants import SECOND
from engine.sla.policies import CLOCKS

if TYPE_CHECKING:
    from datetime import datetime

    from engine.unit import Unit

By = Literal["policy", "team", "person", "subject"]
BYS: Final = ("policy", "team", "person", "subject")


@dataclass(frozen=True, kw_only=True)
class Compliance:
    """Clocks of policies that were decided in a period; for the other attributes see `Report`."""

    by: By = "policy"
    since: datetime | None = None
    until: datetime | None = None
    process: str | None = None


@dataclass(kw_only=True)
class _Count:
    """What is counted of one clock of one group: four bytes for each, and nothing else that grows."""

    kept: int = 0
    used: array[int] = field(default_factory=lambda: array("I"))

    def row(self, key: str | None, clock: str) -> dict[str, Any]:
        limited = len(self.used)
        return {
            "key": key,
            "label": None,
            "clock": clock,
            "limited": limited,
            "kept": self.kept,
            "breached": limited - self.kept,
            "kept_share": round(self.kept / limited, 4),
            "used_median_s": rank(self.used, 0.5),
            "used_p90_s": rank(self.used, 0.9),
        }


def compliance(unit: Unit, ask: Compliance) -> dict[str, Any]:
    """A row for each group and clock, the group with most limits reached first.

    Raises:
        NotPermitted: the actor may read no reports. Invalid: see `period`.
    """
    since, until = period(unit, ask.since, ask.until, ask.process)
    counts: dict[str | None, dict[str, _Count]] = {}
    for told in tickets_of(unit, since, until, process=ask.process):
        for one in told.clocks:
            count = counts.setdefault(getattr(one, ask.by), {}).setdefault(one.clock, _Count())
            count.kept += one.kept
            count.used.append(one.used // SECOND)
    rows = []
    for key in sorted(counts, key=lambda key: (-_breached(counts[key]), key or "")):
        rows += [counts[key][clock].row(key, clock) for clock in CLOCKS if clock in counts[key]]
    return {"by": ask.by, "from": since, "until": until, "process": ask.process, "rows": labelled(unit, ask.by, rows)}


def _breached(group: dict[str, _Count]) -> int:
    return sum(len(one.used) - one.kept for one in group.values())
