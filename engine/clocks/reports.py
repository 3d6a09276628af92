"""Reports: how long tickets stay, how much of it they wait for the customer, and what was late."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from engine.clocks.stays import tickets_of
from engine.errors import Invalid, NotFound
from engine.processes.deployed import deployed
from engine.rights import insist
from engine.sla.instants import SECOND, us
from engine.sla.policies import CLOCKS
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.clocks.stays import Stay
    from engine.unit import Unit

By = Literal["situation", "team", "person", "subject"]
BYS: Final = ("situation", "team", "person", "subject")
LONGEST: Final = timedelta(days=400)
USUAL: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Stays of a period.

    Attributes:
        since: None: thirty days before `until`.
        until: None: now.
        process: only tickets that follow this one.
    """

    by: By = "situation"
    since: datetime | None = None
    until: datetime | None = None
    process: str | None = None


@dataclass(kw_only=True)
class _Group:
    """What is counted of one group: four bytes for a stay, and nothing else that grows."""

    label: str | None = None
    present: int = 0
    red: int = 0
    limited: int = 0
    breached: int = 0
    open_s: int = 0
    paused_s: int = 0
    dwell: array[int] = field(default_factory=lambda: array("I"))
    worked: array[int] = field(default_factory=lambda: array("I"))
    clocks: dict[str, list[int]] = field(default_factory=dict)

    def count(self, stay: Stay, since: int, until: int) -> None:
        """Take one more stay into account."""
        if stay.end is None or stay.end >= until:
            self.present += 1
            self.red += stay.breached
        else:
            self.dwell.append((stay.end - stay.begin) // SECOND)
            if stay.state == "running":
                self.worked.append(stay.worked // SECOND)
        self.limited += stay.limit is not None
        self.breached += stay.breached
        inside = max(0, min(stay.until, until) - max(stay.begin, since)) // SECOND
        if stay.state != "over":
            self.open_s += inside
        if stay.state == "paused":
            self.paused_s += inside

    def row(self, key: str | None) -> dict[str, Any]:
        """The group's figures; medians are values that were there, so that they can be found again."""
        return {
            "key": key,
            "label": self.label,
            "left": len(self.dwell),
            "present": self.present,
            "dwell_median_s": rank(self.dwell, 0.5),
            "dwell_p90_s": rank(self.dwell, 0.9),
            "worked_median_s": rank(self.worked, 0.5),
            "worked_p90_s": rank(self.worked, 0.9),
            "open_s": self.open_s,
            "waiting_s": self.paused_s,
            "waiting_share": round(self.paused_s / self.open_s, 4) if self.open_s else None,
            "limited": self.limited,
            "breached": self.breached,
            "red": self.red,
        }

    def policies(self) -> dict[str, int]:
        """The policy's clocks that were decided: how many, and how many of them too late."""
        counted = {name: self.clocks.get(name, [0, 0]) for name in CLOCKS}
        return {f"{name}_{what}": one[n] for name, one in counted.items() for n, what in enumerate(_DECIDED)}


def report(unit: Unit, ask: Report) -> dict[str, Any]:
    """Figures by group, the one with most open time first.

    Dwell is of stays that ended in the period; open and waiting time is what of it lies in the period; limits are
    those of the stays. A policy's clocks are counted under who had the ticket when they were decided.

    Raises:
        NotPermitted: the actor may read no reports. Invalid: the period is none, or longer than 400 days, or the
            process is not deployed.
    """
    since, until = period(unit, ask.since, ask.until, ask.process)
    groups: dict[str | None, _Group] = {}
    low, high = us(since), us(until)
    for told in tickets_of(unit, since, until, process=ask.process):
        for stay in told.stays:
            key = stay.place if ask.by == "situation" else getattr(stay, ask.by)
            group = groups.setdefault(key, _Group())
            group.label = stay.label if ask.by == "situation" else group.label
            group.count(stay, low, high)
        for one in told.clocks if ask.by != "situation" else ():
            counted = groups.setdefault(getattr(one, ask.by), _Group()).clocks.setdefault(one.clock, [0, 0])
            counted[0] += 1
            counted[1] += not one.kept
    rows = [group.row(key) | ({} if ask.by == "situation" else group.policies()) for key, group in groups.items()]
    rows.sort(key=lambda row: (-row["open_s"], row["key"] or ""))
    return {"by": ask.by, "from": since, "until": until, "process": ask.process, "rows": labelled(unit, ask.by, rows)}


@dataclass(frozen=True, kw_only=True)
class Heat:
    """How hot each situation of a process's file is."""

    process: str
    since: datetime | None = None
    until: datetime | None = None


def heat(unit: Unit, ask: Heat) -> dict[str, Any]:
    """Figures of each element, with its share of all open time; whatever process called it.

    Raises:
        NotFound: no such process is deployed.
    """
    insist(unit, Action.REPORT_READ)
    found = unit.catalogue.processes.get(ask.process)
    if found is None:
        raise NotFound(f"Não há processo {ask.process!r}.")
    told = report(unit, Report(since=ask.since, until=ask.until))
    version = deployed(unit, found.id)
    rows = {row["key"]: row for row in told["rows"] if (row["key"] or "").rpartition(":")[0] == ask.process}
    whole = sum(row["open_s"] for row in rows.values())
    elements = []
    for place, situation in version.situations.items():
        if place.process == ask.process:
            row = rows.pop(str(place), None) or _Group(label=situation.label).row(str(place))
            share = round(row["open_s"] / whole, 4) if whole else 0.0
            elements.append({"element": place.element, "share": share, **row})
    elements += [
        {"element": key.rpartition(":")[2], "share": round(row["open_s"] / whole, 4) if whole else 0.0, **row}
        for key, row in rows.items()
    ]
    return {
        "process": ask.process,
        "version": found.number,
        "from": told["from"],
        "until": told["until"],
        "elements": elements,
    }


def period(
    unit: Unit, since: datetime | None, until: datetime | None, process: str | None
) -> tuple[datetime, datetime]:
    """From when until when a report is.

    Raises:
        Invalid: the period is none, or longer than 400 days, or the process is not deployed.
    """
    until = until or unit.now
    since = since or until - USUAL
    if not since < until:
        raise Invalid.at("from", "não vem antes de until.", "Escolha um instante anterior.", code="period")
    if until - since > LONGEST:
        matter = f"o período passa de {LONGEST.days} dias."
        raise Invalid.at("from", matter, "Peça o relatório em partes.", code="period")
    known = unit.catalogue.processes
    if process is not None and process not in known:
        fix = f"Existem: {', '.join(known)}."
        raise Invalid.at("process", f"{process!r} não está implantado.", fix, code="process_unknown")
    return since, until


def labelled(unit: Unit, by: str, rows: list[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The rows with what people call their keys; a person's is the login."""
    registries = unit.catalogue.registries
    entries = {"team": registries.teams, "subject": registries.subjects, "policy": registries.sla_policies}
    for row in rows:
        key = row["key"]
        if key is None or by == "situation":
            row["label"] = row["label"] or _WITHOUT.get(by)
        elif by == "person":
            person = unit.catalogue.people.get(UUID(key))
            row["key"], row["label"] = (person.login, person.name) if person else (key, None)
        else:
            entry = entries[by].get(key)
            row["label"] = entry.label if entry else None
    return rows


_DECIDED: Final = ("limited", "breached")
_WITHOUT: Final = {"team": "Sem equipe", "person": "Sem responsável", "subject": "Sem assunto"}


def rank(values: Iterable[int], share: float) -> int | None:
    """The value that so many are no greater than: one that was there, so that it can be found again."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
