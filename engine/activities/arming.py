"""Arm a limit: from when on it rings yellow, and at which instants somebody is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from engine.sla.durations import amount_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    to_announce: list[list[str]] | None = None
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
    rest = sorted(told, key=lambda one: one[1])
    return Armed(limit_at=limit, yellow_at=yellow_at, to_announce=_written(rest), announce_at=rest[0][1])


def rearmed(before: Armed, after: Armed, *, now: datetime) -> Armed:
    """The same deadline for another team: what was told stays told, what is still to be told keeps its place.

    Args:
        before: as it was; `after`: as it would be if it were armed now.
    """
    waiting = {name for name, _ in before.to_announce or ()}
    rest = [
        (name, at)
        for name, at in ((one, datetime.fromisoformat(text)) for one, text in after.to_announce or ())
        if name in waiting or (name == "yellow" and before.yellow_at is None and at > now)
    ]
    return Armed(
        limit_at=after.limit_at,
        yellow_at=after.yellow_at,
        to_announce=_written(rest) or None,
        announce_at=rest[0][1] if rest else None,
    )


def due(to_announce: list[list[str]] | None, now: datetime) -> tuple[list[tuple[str, datetime]], Armed]:
    """The thresholds that are crossed, the earliest first, and what is left of the list (`limit_at` is not told)."""
    known = [(name, datetime.fromisoformat(text)) for name, text in to_announce or ()]
    crossed = [one for one in known if one[1] <= now]
    rest = known[len(crossed) :]
    return crossed, Armed(to_announce=_written(rest) or None, announce_at=rest[0][1] if rest else None)


def whom(threshold: str, team: Team | None) -> tuple[str, ...]:
    """Who is told: what the diagram's step says, else the team's registry, else who has the item."""
    if ":" in threshold:
        return (threshold.rpartition(":")[2],)
    return (team.tells if team else ()) or ("responsible",)


def _written(steps: list[tuple[str, datetime]]) -> list[list[str]]:
    return [[name, at.isoformat()] for name, at in steps]


def _share(start: datetime, limit: datetime, percent: int, line: Line) -> datetime:
    return line.add(start, line.between(start, limit) * percent / 100) or limit


def _steps(start: datetime, limit: datetime, escalate: str | None, line: Line) -> Iterator[tuple[str, datetime]]:
    for text in dict.fromkeys(part.replace(" ", "") for part in (escalate or "").split(",") if part.strip()):
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
