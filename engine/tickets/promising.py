"""What is still to be told of the limits that a ticket's policy sets, beside those of its situation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.activities.arming import Step, of_policy, steps, written
from engine.activities.model import announcement
from engine.sla.instants import instant
from engine.sla.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.sla.kept import Hand, Terms
    from engine.unit import Unit

_OF_SITUATION: Final = ("threshold", "at")  # what is stored of a step; one of a policy has a version, too
Told = Callable[[UUID, datetime], Collection[str]]  # the thresholds that were told of an item since an instant


def promised(
    unit: Unit,
    item: UUID,
    before: Mapping[str, Any] | None,
    found: Kept | None,
    terms: Callable[[int], Terms],
    *,
    seq: int,
    told: Told | None = None,
) -> list[Step]:
    """What is to be told of the limits in force: a limit that is another one than before is a new deadline.

    What has passed already is told at once, unless that was told of this clock before.

    Args:
        before: the ticket's columns as they were read; None: a new ticket.
        found: the clocks as they are now; None: the ticket is not open.
        seq: number of the ticket's latest history row.
        told: asks for many tickets at once; None: each is asked for by itself.
    """
    if found is None:
        return []
    was = dict(Kept.of_json(before["clocks"]).hands()) if before and before["clocks"] else {}
    due = []
    for clock, hand in found.hands():
        limit, old = hand.in_force, was.get(clock)
        if limit is None:
            continue
        if before and old is not None and (old.began, old.in_force) == (hand.began, limit):
            known = of_policies(before["to_announce"])
            due += [one for one in known if one.threshold.partition(":")[0] == clock]
        else:
            due += _fresh(unit, item, clock, hand, terms(hand.began), seq, told)
    return due


def together(own: Iterable[Sequence[Any]] | None, policy: Iterable[Step]) -> dict[str, Any]:
    """The columns that say what is to be told: of the situation's limit (those steps of `own`) and of the policy's."""
    found = [(datetime.fromisoformat(one[1]), one) for one in own or () if len(one) == len(_OF_SITUATION)]
    found = sorted([*found, *((one.at, written(one)) for one in policy)], key=itemgetter(0))
    return {"to_announce": [one for _, one in found] or None, "announce_at": found[0][0] if found else None}


def of_policies(to_announce: Iterable[Sequence[Any]] | None) -> list[Step]:
    """Those steps of what is to be told that belong to a policy's limits."""
    return [one for one in steps(to_announce) if one.version is not None]


def _fresh(unit: Unit, item: UUID, clock: str, hand: Hand, terms: Terms, seq: int, told: Told | None) -> list[Step]:
    assert hand.limit is not None
    assert terms.policy is not None, "a limit comes from a policy"
    began, limit = instant(hand.began), instant(hand.limit)
    found = of_policy(began, limit, clock=clock, escalate=terms.policy.escalate, line=terms.calendar, seq=seq)
    if all(one.at > unit.now for one in found):
        return found
    known = told(item, began) if told else _told_since(unit, item, began)
    return [one for one in found if one.at > unit.now or one.threshold not in known]


def _told_since(unit: Unit, item: UUID, began: datetime) -> Collection[str]:
    of = announcement.c
    told = select(of.threshold).where(of.item_id == item, of.at >= began)
    return set(unit.connection.scalars(told))
