"""Reports: how long tickets stay, how much of it they wait for the customer, what was late and what is about to be."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from sqlalchemy import literal, select, text

from engine.clocks.stays import tickets_of
from engine.errors import Invalid, NotFound
from engine.processes.deployed import deployed
from engine.rights import insist
from engine.runtime.movement import Place
from engine.sla.instants import SECOND, us
from engine.tickets.access import visible
from engine.tickets.model import ticket
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
            "dwell_median_s": _rank(self.dwell, 0.5),
            "dwell_p90_s": _rank(self.dwell, 0.9),
            "worked_median_s": _rank(self.worked, 0.5),
            "worked_p90_s": _rank(self.worked, 0.9),
            "open_s": self.open_s,
            "waiting_s": self.paused_s,
            "waiting_share": round(self.paused_s / self.open_s, 4) if self.open_s else None,
            "limited": self.limited,
            "breached": self.breached,
            "red": self.red,
            **{
                f"{name}_{what}": self.clocks.get(name, [0, 0])[number]
                for name in ("first_response", "resolution")
                for number, what in enumerate(("limited", "breached"))
            },
        }


def report(unit: Unit, ask: Report) -> dict[str, Any]:
    """Figures by group, the one with most open time first.

    Dwell is of stays that ended in the period; open and waiting time is what of it lies in the period; limits are
    those of the stays. First response and resolution are counted once for each ticket, under who has it at the end.

    Raises:
        NotPermitted: the actor may read no reports. Invalid: the period is none, or longer than 400 days, or the
            process is not deployed.
    """
    since, until = _period(unit, ask)
    if ask.process is not None and ask.process not in unit.catalogue.processes:
        raise Invalid(f"process: {ask.process!r} não está implantado.", code="process_unknown")
    groups: dict[str | None, _Group] = {}
    low, high = us(since), us(until)
    for told in tickets_of(unit, since, until, process=ask.process):
        for stay in told.stays:
            key = stay.place if ask.by == "situation" else getattr(stay, ask.by)
            group = groups.setdefault(key, _Group())
            group.label = stay.label if ask.by == "situation" else group.label
            group.count(stay, low, high)
        if ask.by != "situation" and told.stays:
            group = groups.setdefault(getattr(told, ask.by), _Group())
            for name, reached in told.clocks.items():
                counted = group.clocks.setdefault(name, [0, 0])
                counted[0] += 1
                counted[1] += reached
    rows = [group.row(key) for key, group in groups.items()]
    rows.sort(key=lambda row: (-row["open_s"], row["key"] or ""))
    return {"by": ask.by, "from": since, "until": until, "process": ask.process, "rows": _labelled(unit, ask.by, rows)}


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
    found = unit.catalogue.processes.get(ask.process)
    told = report(unit, Report(since=ask.since, until=ask.until))
    if found is None:
        raise NotFound(f"Não há processo {ask.process!r}.")
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


@dataclass(frozen=True, kw_only=True)
class Turning:
    """What turns red within a time.

    Attributes:
        within: from now on; what is red already is left out.
        red: what is red already, instead.
        most: at most so many, the earliest first.
    """

    within: timedelta = timedelta(hours=8)
    red: bool = False
    team: str | None = None
    most: int = 50


def turning(unit: Unit, ask: Turning) -> list[dict[str, Any]]:
    """Limits of open tickets, the earliest first: situation, response and resolution each for itself.

    Raises:
        NotPermitted: the actor may read no reports. Invalid: there is no such team.
    """
    insist(unit, Action.REPORT_READ)
    if ask.team is not None and ask.team not in unit.catalogue.registries.teams:
        raise Invalid(f"team: {ask.team!r} não está cadastrado.", code="team_unknown")
    found: list[Any] = []
    for clock, column in (
        ("situation", ticket.c.limit_at),
        ("response", ticket.c.response_limit_at),
        ("resolution", ticket.c.resolution_limit_at),
    ):
        names = ("protocol", "version_id", "place_process", "situation", "team", "responsible")
        wanted = select(literal(clock).label("clock"), column.label("limit"), *(ticket.c[name] for name in names))
        # Spelled out, so that the planner sees that the partial indexes will do.
        wanted = wanted.where(text(f"{column.name} IS NOT NULL AND standing = 'open'"))
        now = unit.now
        wanted = wanted.where(column <= now) if ask.red else wanted.where(column > now, column <= now + ask.within)
        if ask.team is not None:
            wanted = wanted.where(ticket.c.team == ask.team)
        if (scope := visible(unit)) is not None:
            wanted = wanted.where(scope)
        found += unit.connection.execute(wanted.order_by(column, ticket.c.id).limit(ask.most)).all()
    found.sort(key=lambda row: (row.limit, row.protocol))
    return [_turning(unit, row) for row in found[: ask.most]]


def _turning(unit: Unit, row: Any) -> dict[str, Any]:
    place = Place(row.place_process, row.situation)
    situation = deployed(unit, row.version_id).situations.get(place)
    person = unit.catalogue.people.get(row.responsible)
    return {
        "ticket": row.protocol,
        "clock": row.clock,
        "limit_at": row.limit,
        "left_s": int((row.limit - unit.now).total_seconds()),
        "situation": str(place),
        "situation_label": situation.label if situation else row.situation,
        "team": row.team,
        "responsible": person.login if person else None,
    }


def _period(unit: Unit, ask: Report) -> tuple[datetime, datetime]:
    until = ask.until or unit.now
    since = ask.since or until - USUAL
    if not since < until:
        raise Invalid("from: deve vir antes de until.", code="period")
    if until - since > LONGEST:
        raise Invalid(f"from: um período de no máximo {LONGEST.days} dias.", code="period")
    return since, until


def _labelled(unit: Unit, by: By, rows: list[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    registries = unit.catalogue.registries
    for row in rows:
        key = row["key"]
        if key is None or by == "situation":
            row["label"] = row["label"] or _WITHOUT.get(by)
            continue
        if by == "person":
            person = unit.catalogue.people.get(UUID(key))
            row["key"], row["label"] = (person.login, person.name) if person else (key, None)
        else:
            entry = (registries.teams if by == "team" else registries.subjects).get(key)
            row["label"] = entry.label if entry else None
    return rows


_WITHOUT: Final = {"team": "Sem equipe", "person": "Sem responsável", "subject": "Sem assunto"}


def _rank(values: Iterable[int], share: float) -> int | None:
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


COLUMNS: Final = tuple(_Group().row(None))
"""Names of the figures, in their order."""
