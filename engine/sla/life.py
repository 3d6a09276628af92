"""A ticket's life as its clocks see it: situations visited, and who spoke when; made of history alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.sla.clocks import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sla.clocks import State


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a situation, until the next one begins.

    Attributes:
        seq: number of the history row that tells of it.
        place: process and element.
        is_open: whether the ticket is neither finished nor cancelled there.
        pauses: whether the ticket's clocks stand still there.
    """

    begin: int
    seq: int
    place: str
    is_open: bool
    pauses: bool

    @property
    def state(self) -> State:
        """What clocks do there."""
        if not self.is_open:
            return "over"
        return "paused" if self.pauses else "running"


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody spoke: the customer, or one of us to the customer."""

    at: int
    seq: int
    ours: bool


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to a ticket, in the order of its history; the first visit begins when it is opened."""

    visits: tuple[Visit, ...]
    talk: tuple[Said, ...] = ()

    @property
    def opened(self) -> int:
        """When it was opened."""
        return self.visits[0].begin

    @property
    def answered(self) -> int | None:
        """When somebody first answered the customer."""
        return next((one.at for one in self.talk if one.ours), None)

    def until(self, at: int) -> Life:
        """The life as it was known at that instant, which is not before the opening."""
        visits = tuple(one for one in self.visits if one.begin <= at)
        return Life(visits, tuple(one for one in self.talk if one.at <= at))


def resolution(life: Life, until: int) -> list[Phase]:
    """Phases of the clock that runs from the opening until the ticket is finished; a reopened one goes on."""
    return _within(life, until, life.opened, None)


def first_response(life: Life, until: int) -> list[Phase]:
    """Phases of the clock that runs from the opening until somebody answers the customer."""
    return _within(life, until, life.opened, life.answered)


def next_responses(life: Life, until: int) -> list[list[Phase]]:
    """Phases of each clock that runs from a customer's word, after the first response, until somebody answers.

    Further words meanwhile begin none, nor does a word about a ticket that is finished; what closes the ticket
    ends the clock for good.
    """
    return [_within(life, until, begin, end) for begin, end in _waits(life)]


def situation(life: Life, number: int, until: int) -> list[Phase]:
    """Phases of the clock of one visit; `number` counts the visits from 0."""
    ends = life.visits[number + 1].begin if number + 1 < len(life.visits) else None
    return _within(life, until, life.visits[number].begin, ends)


def _within(life: Life, until: int, begin: int, end: int | None) -> list[Phase]:
    """The stays, not started before `begin`, over from `end` on; the last one tells what the clock does at `until`."""
    found: list[Phase] = []
    for number, one in enumerate(life.visits):
        leaves = life.visits[number + 1].begin if number + 1 < len(life.visits) else until
        if one.begin < min(leaves, begin):
            found.append(Phase(one.begin, min(leaves, begin), "not_started", one.place))
        since, till = max(one.begin, begin), leaves if end is None else min(leaves, end)
        if since < till:
            found.append(Phase(since, till, one.state, one.place))
        if end is not None and max(one.begin, end) < leaves:
            found.append(Phase(max(one.begin, end), leaves, "over", one.place))
    last = life.visits[-1]
    now: State = "not_started" if until < begin else "over" if end is not None and end <= until else last.state
    if not found or found[-1].state != now:
        found.append(Phase(until, until, now, last.place))
    return found


def _waits(life: Life) -> Iterator[tuple[int, int | None]]:
    waiting: Said | None = None
    answered = False
    for one in life.talk:
        if waiting is not None:
            closing = _closing(life, waiting)
            if closing is not None and closing.seq <= one.seq:
                yield waiting.at, closing.begin
                waiting = None
        if one.ours:
            answered = True
            if waiting is not None:
                yield waiting.at, one.at
                waiting = None
        elif answered and waiting is None and _is_open(life, one):
            waiting = one
    if waiting is not None:
        closing = _closing(life, waiting)
        yield waiting.at, None if closing is None else closing.begin


def _is_open(life: Life, said: Said) -> bool:
    """Whether the ticket is open once that was said: the word itself may have reopened it."""
    return [one.is_open for one in life.visits if one.seq <= said.seq][-1]


def _closing(life: Life, said: Said) -> Visit | None:
    return next((one for one in life.visits if one.seq > said.seq and not one.is_open), None)
