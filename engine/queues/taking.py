"""Take an item from its queue, start it, and give it back: of many who take, exactly one gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import Invalid, Reason
from engine.queues import refusing
from engine.queues.item import item_for, may, own
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from engine.queues.item import Item
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Take:
    """Take this from its queue.

    Attributes:
        item: an activity's id, or a ticket's for its service item.
    """

    item: UUID


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The item; `repeated`: the actor had it already, and nothing was done."""

    item: Item
    repeated: bool = False


def take(unit: Unit, ask: Take) -> Taken:
    """Take it: it is pending, and the actor's. What one has already, or stands in for, stays as it is.

    Raises:
        Conflict: somebody else was faster (`taken`), or it is finished.
        NotPermitted: only members take from a team's queue, and nobody what waits for somebody else.
    """
    item = item_for(unit, Action.ACTIVITY_TAKE, ask.item)
    item.insist_on_unfinished()
    me = unit.actor.user_id
    if me is None:
        reason = Reason(code="nobody", detail="Só uma pessoa pega algo da fila.", fix="O sistema transfere a alguém.")
        raise Invalid.because(reason)
    if item.status == "pending":
        if own(item):
            return Taken(item=item, repeated=True)
        raise refusing.taken(item)
    if item.person_id is not None and not own(item):
        raise refusing.not_yours(item, Action.ACTIVITY_ASSIGN)
    if item.person_id is None and item.team is not None and item.team not in unit.actor.teams:
        raise refusing.not_a_member(item, Action.ACTIVITY_ASSIGN)
    if item.row is None:
        assert item.ticket is not None
        item.ticket.responsible = me
        item.record("taken", changed={"responsible": [None, str(me)]})
    else:
        item.put(status="pending", person_id=me, taken_at=unit.now)
        item.record("taken", person=str(me))
    return Taken(item=item)


@dataclass(frozen=True, kw_only=True)
class GiveBack:
    """Give this back to its queue.

    Attributes:
        note: why, in the actor's words; kept with it.
    """

    item: UUID
    note: str | None = None


def give_back(unit: Unit, ask: GiveBack) -> Item:
    """Give it back: it is queued again, for the team, or for its person where it is of no team.

    Raises:
        NotPermitted: somebody else has it, and the actor may not assign.
        Invalid: it is in the queue.
    """
    item = item_for(unit, Action.ACTIVITY_TAKE, ask.item)
    item.insist_on_unfinished()
    if item.status == "queued":
        raise refusing.queued(item)
    if not own(item) and not may(unit, Action.ACTIVITY_ASSIGN):
        raise refusing.not_yours(item, Action.ACTIVITY_ASSIGN)
    had = item.person_id
    if item.row is None:
        assert item.ticket is not None
        item.ticket.responsible = None
        item.record("returned", note=ask.note, changed={"responsible": [str(had), None]})
        return item
    stays = had if item.team is None else None
    item.put(status="queued", person_id=stays, taken_at=None)
    item.record("returned", note=ask.note, person=str(stays) if stays else None)
    return item
