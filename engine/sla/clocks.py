"""A clock's ledger: what the history says of it, cut by a calendar, so that every instant lies in one interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.sla.instants import instant, us

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.sla.calendars import Calendar, Shut, Version
    from engine.sla.durations import Amount

State = Literal["not_started", "running", "paused", "over"]
Kind = Literal["not_started", "counted", "off_hours", "paused", "over"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch in which a clock does one thing, by the history alone.

    Attributes:
        place: the situation in which the ticket stands meanwhile; None for what is no ticket.
    """

    begin: int
    end: int
    state: State
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a ledger; instants as microseconds since 1970.

    Attributes:
        place: the situation in which the ticket stands meanwhile.
        shut: why nobody works, for `off_hours`.
        holiday: name of the holiday or own day that it lies in.
        version: of the calendar that says so, for `counted` and `off_hours`.
    """

    begin: int
    end: int
    kind: Kind
    place: str | None = None
    shut: Shut | None = None
    holiday: str | None = None
    version: Version | None = None


def ledger(phases: Sequence[Phase], calendar: Calendar) -> Iterator[Interval]:
    """Every instant of the phases in exactly one interval; together they are as long as the phases."""
    for one in phases:
        if one.state != "running":
            if one.begin < one.end:
                yield Interval(one.begin, one.end, one.state, one.place)
            continue
        for piece in calendar.pieces(one.begin, one.end):
            kind: Kind = "off_hours" if piece.shut else "counted"
            yield Interval(piece.begin, piece.end, kind, one.place, piece.shut, piece.holiday, piece.version)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a clock is.

    Attributes:
        state: what it does at the end of its phases.
        began: when it began; None: it has not.
        since: when it began to be held, while it is `paused` or `over` for now.
        limit: when it is over; moved by every hold that has ended, not by one that lasts. None: never.
        reached: when it reached its limit; None: it has not.
        consumed: working time so far, in microseconds.
        held, holds: working time of the holds that have ended, and how many there were.
    """

    state: State
    began: int | None = None
    since: int | None = None
    limit: int | None = None
    reached: int | None = None
    consumed: int = 0
    held: int = 0
    holds: int = 0


def standing(phases: Sequence[Phase], calendar: Calendar, amount: Amount | None) -> Standing:
    """How far the clock is at the end of its phases.

    Args:
        amount: how long it may take; None: as long as it wants.
    """
    began = since = first = reached = None
    limit = None
    consumed = held = holds = 0
    for one in phases:
        if one.state == "not_started":
            continue
        if began is None:
            began = one.begin
            first = limit = _first_limit(calendar, began, amount)
        if one.state != "running":
            since = one.begin if since is None else since
            continue
        if since is not None:
            held += calendar.worked(since, one.begin)
            holds += 1
            since = None
            limit = None if first is None else calendar.later(first, held)
        consumed += calendar.worked(one.begin, one.end)
        if reached is None and limit is not None and limit <= one.end:
            reached = max(limit, one.begin)
    last: State = phases[-1].state if phases else "not_started"
    return Standing(last, began, since, limit, reached, consumed, held, holds)


def _first_limit(calendar: Calendar, began: int, amount: Amount | None) -> int | None:
    if amount is None:
        return None
    found = calendar.due(instant(began), amount)
    return None if found is None else us(found)
