"""SLA policies: which one a ticket follows, and which two could not be told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

CRITERIA: Final = ("subject", "subsubject", "priority", "customer_kind")
CLOCKS: Final = ("first_response", "next_response", "resolution")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How long tickets of a kind may take; what is None concerns any ticket.

    Attributes:
        subsubject: `<subject>.<own key>`; it implies its subject.
        first_response, next_response, resolution: durations as in diagrams; None: no limit.
        calendar: key; None: the process's, else the team's, else the installation's.
        escalate: who is told when, before and after each limit, as in diagrams; at the limit the team's registry says.
        number: counts the versions of a policy from 1.
        valid_from: clocks that begin from this instant on follow it; None: all.
        made_at: when somebody put it down.
        retired: it holds for nobody any more.
    """

    key: str
    label: str
    subject: str | None = None
    subsubject: str | None = None
    priority: str | None = None
    customer_kind: str | None = None
    first_response: str | None = None
    next_response: str | None = None
    resolution: str | None = None
    calendar: str | None = None
    escalate: str | None = None
    number: int = 1
    valid_from: datetime | None = None
    made_at: datetime | None = None
    retired: bool = False

    @cached_property
    def criteria(self) -> dict[str, str]:
        """What a ticket must have, a subsubject's subject included."""
        found = {name: value for name in CRITERIA if (value := getattr(self, name)) is not None}
        if self.subsubject is not None:
            found["subject"] = self.subsubject.partition(".")[0]
        return found

    def suits(self, facts: Mapping[str, str | None]) -> bool:
        """Whether a ticket with these facts is meant."""
        return all(facts.get(name) == value for name, value in self.criteria.items())


@dataclass(frozen=True)
class Policies:
    """All versions of all policies, by key and number."""

    versions: Sequence[Policy] = ()
    _by_key: Mapping[str, list[Policy]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, list[Policy]] = {}
        for one in sorted(self.versions, key=lambda one: (one.key, one.number)):
            by_key.setdefault(one.key, []).append(one)
        object.__setattr__(self, "_by_key", by_key)

    def __bool__(self) -> bool:
        return bool(self.versions)

    def of(self, facts: Mapping[str, str | None], began_at: datetime) -> Policy | None:
        """The policy of a clock that began then: the most particular one that suits the ticket."""
        suiting = [one for one in self.in_force(began_at) if one.suits(facts)]
        return max(suiting, key=lambda one: len(one.criteria), default=None)

    def in_force(self, at: datetime) -> list[Policy]:
        """Of each key the newest version that holds then."""
        found = []
        for versions in self._by_key.values():
            holding = [one for one in versions if one.valid_from is None or one.valid_from <= at]
            if holding and not holding[-1].retired:
                found.append(holding[-1])
        return found

    def stretches(self, key: str) -> list[tuple[datetime | None, datetime | None, Policy]]:
        """Since when and until when each version of a policy holds, in their order; one that never does is left out."""
        found: list[Policy] = []
        for one in self._by_key.get(key, ()):
            while found and (one.valid_from is None or (found[-1].valid_from or one.valid_from) >= one.valid_from):
                found.pop()
            found.append(one)
        ends = [*(one.valid_from for one in found[1:]), None]
        return [(one.valid_from, until, one) for one, until in zip(found, ends, strict=True)]

    def known_at(self, at: datetime) -> Policies:
        """What was put down by then."""
        return Policies([one for one in self.versions if one.made_at is None or one.made_at <= at])


Tie = tuple[Policy, Policy]


def new_ties(known: Policies, coming: Sequence[Policy]) -> list[tuple[datetime, Tie]]:
    """Pairs that the coming versions make impossible to tell apart, each with the first instant at which it is so.

    Looked at is every instant at which another version begins, from the first of the coming ones on.
    """
    ahead = Policies([*known.versions, *coming])
    begins = sorted({one.valid_from for one in ahead.versions if one.valid_from is not None})
    first = min(one.valid_from for one in coming if one.valid_from is not None)
    found: dict[object, tuple[datetime, Tie]] = {}
    for at in begins:
        if at < first:
            continue
        there = {_name(tie) for tie in ties(known.in_force(at))}
        for tie in ties(ahead.in_force(at)):
            if (name := _name(tie)) not in there:
                found.setdefault(name, (at, tie))
    return list(found.values())


def _name(tie: Tie) -> object:
    one, other = tie
    return one.key, other.key, frozenset((one.criteria | other.criteria).items())


def ties(policies: Iterable[Policy]) -> list[Tie]:
    """Pairs of which neither is more particular though a ticket could suit both, and no third one settles it."""
    known = list(policies)
    settled = [one.criteria for one in known]
    found = []
    for one, other in combinations(known, 2):
        a, b = one.criteria, other.criteria
        if len(a) != len(b) or any(a[name] != b[name] for name in a.keys() & b.keys()):
            continue
        if a == b or not any((a | b).items() == third.items() for third in settled):
            found.append((one, other))
    return found
