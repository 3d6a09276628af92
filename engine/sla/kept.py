"""What a ticket keeps of its policy's clocks: enough to move them on with every deed, without reading its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.sla import life as lives
from engine.sla.clocks import standing
from engine.sla.durations import amount_of
from engine.sla.instants import instant, us

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.sla.calendars import Calendar
    from engine.sla.clocks import Phase, State
    from engine.sla.durations import Amount
    from engine.sla.life import Life
    from engine.sla.policies import Policy


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a clock is measured by.

    Attributes:
        policy: None: there is none for such tickets, and the clock has no limit.
    """

    policy: Policy | None
    calendar: Calendar

    def amount(self, clock: str) -> Amount | None:
        """How long the clock may take; None: as long as it wants."""
        found = getattr(self.policy, clock) if self.policy is not None else None
        return None if found is None else amount_of(found)


class Hand(NamedTuple):
    """One clock of an open ticket; instants as numbers.

    Attributes:
        limit: moved by every hold that has ended; None: it has none.
        since: since when it is held; None: it runs.
        holds: how many holds have ended; none: began alone says the limit.
    """

    began: int
    limit: int | None
    since: int | None
    holds: int = 0

    @property
    def in_force(self) -> int | None:
        """The limit, unless the clock is held."""
        return self.limit if self.since is None else None


class Kept(NamedTuple):
    """The policy's clocks of an open ticket; None: that clock does not run.

    Attributes:
        first: until the first answer; afterwards somebody has answered.
        waiting: from a customer's word until the next answer.
    """

    resolution: Hand
    first: Hand | None
    waiting: Hand | None

    def hands(self) -> list[tuple[str, Hand]]:
        """The clocks that run or are held, by the names that policies give them."""
        named = {"first_response": self.first, "next_response": self.waiting, "resolution": self.resolution}
        return [(name, one) for name, one in named.items() if one is not None]

    def limits(self) -> tuple[int | None, int | None]:
        """The limits in force: of the response that is due, and of the resolution."""
        response = self.first or self.waiting
        return None if response is None else response.in_force, self.resolution.in_force

    def entered(self, state: State, now: int, terms: Callable[[int], Terms]) -> Kept:
        """After entering a situation in which clocks run or stand still."""

        def moved(hand: Hand | None) -> Hand | None:
            if hand is None or (state == "running") == (hand.since is None):
                return hand
            if hand.since is None:
                return hand._replace(since=now)
            limit = hand.limit
            if limit is not None:
                calendar = terms(hand.began).calendar
                limit = calendar.later(limit, calendar.worked(hand.since, now))
            return Hand(hand.began, limit, None, hand.holds + 1)

        resolution = moved(self.resolution)
        assert resolution is not None, "it runs as long as the ticket is open"
        return Kept(resolution, moved(self.first), moved(self.waiting))

    def said(self, *, ours: bool, state: State, now: int, terms: Callable[[int], Terms]) -> Kept:
        """After somebody spoke: one of us, or the customer."""
        if ours:
            return self._replace(first=None, waiting=None)
        if self.first is not None or self.waiting is not None:
            return self
        limit = _limit(terms(now), "next_response", now)
        return self._replace(waiting=Hand(now, limit, None if state == "running" else now))

    def as_json(self) -> dict[str, Any]:
        """As a ticket stores it."""
        hands = {"resolution": self.resolution, "first": self.first, "waiting": self.waiting}
        return {name: [one.began, one.limit, one.since, one.holds] for name, one in hands.items() if one is not None}

    def measured(self, terms: Callable[[int], Terms]) -> Kept | None:
        """The same by other terms; None: only the whole life tells, for a hold has ended."""
        hands = (self.resolution, self.first, self.waiting)
        if any(one is not None and one.holds for one in hands):
            return None
        fresh = [
            None if one is None else one._replace(limit=_limit(terms(one.began), clock, one.began))
            for one, clock in zip(hands, ("resolution", "first_response", "next_response"), strict=True)
        ]
        assert fresh[0] is not None, "it runs as long as the ticket is open"
        return Kept(fresh[0], fresh[1], fresh[2])

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Kept:
        """From what a ticket stores."""
        hands = {name: Hand(*values) for name, values in stored.items()}
        return cls(hands["resolution"], hands.get("first"), hands.get("waiting"))


def kept(life: Life, now: int, terms: Callable[[int], Terms]) -> Kept | None:
    """The same from the whole life; None: the ticket is not open."""
    if not life.visits[-1].is_open:
        return None
    opened = terms(life.opened)
    resolution = _hand(lives.resolution(life, now), opened, "resolution")
    assert resolution is not None, "it runs as long as the ticket is open"
    if life.answered is None:
        return Kept(resolution, _hand(lives.first_response(life, now), opened, "first_response"), None)
    waits = lives.next_responses(life, now)
    if not waits or waits[-1][-1].state == "over":
        return Kept(resolution, None, None)
    began = next(one.begin for one in waits[-1] if one.state != "not_started")
    return Kept(resolution, None, _hand(waits[-1], terms(began), "next_response"))


def _limit(terms: Terms, clock: str, began: int) -> int | None:
    amount = terms.amount(clock)
    due = None if amount is None else terms.calendar.due(instant(began), amount)
    return None if due is None else us(due)


def _hand(phases: list[Phase], terms: Terms, clock: str) -> Hand | None:
    found = standing(phases, terms.calendar, terms.amount(clock))
    assert found.began is not None, "its phases begin with it"
    return Hand(found.began, found.limit, found.since, found.holds)
