"""Arm a limit: from when on it rings yellow, and at which instants somebody is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from engine.sla.durations import amount_of
from engine.sla.escalating import steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.registry.model import Team

_SEARCH_DAYS: Final = 400  # how far back a day is sought that lies so many working days before the limit


class Line(Protocol):
    """Time as it counts: a calendar, or the clock on the wall."""

    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        """The first instant by which that much has passed; None: never."""

    def between(self, a: datetime, b: datetime) -> timedelta:
        """What has passed from `a` until `b`."""

    def days_later(self, start: datetime, days: int) -> datetime | None:
        """The same local time so many days later; None: never."""


@dataclass(frozen=True, kw_only=True)
class Armed:
    """What follows from a limit; the names are columns of `activity` and `ticket`."""

    limit_at: datetime | None = None
    yellow_at: datetime | None = None
    to_announce: list[list[Any]] | None = None
    announce_at: datetime | None = None

    def values(self) -> dict[str, Any]:
        """As columns."""
        names = ("limit_at", "yellow_at", "to_announce", "announce_at")
        return {name: getattr(self, name) for name in names}


UNARMED: Final = Armed()


def armed(start: datetime, limit: datetime | None, *, escalate: str | None, team: Team | None, line: Line) -> Armed:
    """Arm a limit.

    Args:
        start: since when the time counts.
        limit: None: there is none, and nothing rings.
        escalate: who is told when, as a diagram writes it: `50%:team, -PT1H:manager`.
        team: whose share of the time passes before it is yellow.
    """
    if limit is None:
        return UNARMED
    share = team.yellow_from if team else None
    yellow_at = min(_share(start, limit, share, line), limit) if share else None
    told = [("limit", limit), *_steps(start, limit, escalate, line)]
    if yellow_at is not None:
        told.append(("yellow", yellow_at))
    return stored((Step(*one) for one in told), limit_at=limit, yellow_at=yellow_at)


def rearmed(before: Armed, after: Armed, *, now: datetime) -> Armed:
    """The same deadline for another team: what was told stays told, what is still to be told keeps its place.

    Args:
        before: as it was; `after`: as it would be if it were armed now.
    """
    waiting = {one[0] for one in before.to_announce or ()}
    rest = [
        one
        for one in steps(after.to_announce)
        if one.threshold in waiting or (one.threshold == "yellow" and before.yellow_at is None and one.at > now)
    ]
    return stored(rest, limit_at=after.limit_at, yellow_at=after.yellow_at)


class Step(NamedTuple):
    """A threshold of a limit, and when it is crossed.

    Attributes:
        version: of the deadline, for limits of a ticket's policy; None: the item's own.
    """

    threshold: str
    at: datetime
    version: int | None = None


def steps(to_announce: Iterable[Sequence[Any]] | None) -> list[Step]:
    """What is still to be told, as it is stored."""
    return [Step(name, datetime.fromisoformat(at), *version) for name, at, *version in to_announce or ()]


def stored(found: Iterable[Step], *, limit_at: datetime | None = None, yellow_at: datetime | None = None) -> Armed:
    """A limit and what is still to be told, to be stored."""
    rest = sorted(found, key=itemgetter(1))
    told = [written(one) for one in rest] or None
    return Armed(limit_at=limit_at, yellow_at=yellow_at, to_announce=told, announce_at=rest[0].at if rest else None)


def written(one: Step) -> list[Any]:
    """A threshold as it is stored."""
    return [one.threshold, one.at.isoformat(), *([one.version] if one.version else [])]


def due(to_announce: list[list[Any]] | None, now: datetime) -> tuple[list[Step], Armed]:
    """The thresholds that are crossed, the earliest first, and what is left of the list (`limit_at` is not told)."""
    known = steps(to_announce)
    crossed = [one for one in known if one.at <= now]
    return crossed, stored(known[len(crossed) :])


def of_policy(
    start: datetime, limit: datetime, *, clock: str, escalate: str | None, line: Line, seq: int
) -> list[Step]:
    """The thresholds of a limit that a ticket's policy sets.

    Args:
        clock: as in `first_response`: the name of the limit's own threshold, and before those of the steps.
        seq: number of the history row with which the limit came: its version.
    """
    told = [(clock, limit), *((f"{clock}:{name}", at) for name, at in _steps(start, limit, escalate, line))]
    return [Step(name, at, seq) for name, at in told]


def whom(threshold: str, team: Team | None) -> tuple[str, ...]:
    """Who is told: what the diagram's step says, else the team's registry, else who has the item."""
    if ":" in threshold:
        return (threshold.rpartition(":")[2],)
    return (team.tells if team else ()) or ("responsible",)


def _share(start: datetime, limit: datetime, percent: int, line: Line) -> datetime:
    return line.add(start, line.between(start, limit) * percent / 100) or limit


def _steps(start: datetime, limit: datetime, escalate: str | None, line: Line) -> Iterator[tuple[str, datetime]]:
    for text in steps_of(escalate):
        when = text.partition(":")[0]
        at = _share(start, limit, int(when[:-1]), line) if when.endswith("%") else _moved(start, limit, when, line)
        if at is not None:
            yield text, max(at, start)


def _moved(start: datetime, limit: datetime, when: str, line: Line) -> datetime | None:
    amount = amount_of(when[1:])
    time = timedelta(microseconds=amount.time_us)
    if when[0] == "+":
        return line.days_later(limit, amount.days) if amount.days else line.add(limit, time)
    if not amount.days:
        whole = line.between(start, limit)
        return start if time >= whole else line.add(start, whole - time)
    for back in range(amount.days, amount.days + _SEARCH_DAYS):
        found = limit - timedelta(days=back)
        later = line.days_later(found, amount.days)
        if later is not None and later <= limit:
            return found
    return start
