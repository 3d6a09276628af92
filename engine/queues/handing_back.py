"""Hand back what people had who left: item by item, with the command that anybody gives something back with.

It asks the tables what is still to be done: interrupted, it goes on where it was, and who runs it does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, text

from engine.activities.model import activity
from engine.actors import HAND_BACK
from engine.errors import Refused
from engine.people.model import person
from engine.queues.taking import GiveBack, give_back
from engine.queues.transferring import Transfer, transfer
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from engine.unit import Engine, Unit

WHY: Final = "A pessoa que o tinha foi desativada."


@dataclass(frozen=True, kw_only=True)
class HandedBack:
    """How much went back, and whether more is to follow."""

    tickets: int = 0
    activities: int = 0
    more: bool = False


def hand_back(engine: Engine, person_id: UUID | None = None, *, most: int = 200) -> HandedBack:
    """Give back what deactivated people have, one item in each transaction.

    Args:
        person_id: only what this one had; None: everybody's.
        most: how many tickets, and how many activities, in this run.
    """
    left = engine.read(_left, Left(person_id=person_id, most=most + 1), actor=HAND_BACK)
    tickets = sum(_done(engine, give_back, GiveBack(item=one, note=WHY)) for one in left.tickets[:most])
    activities = 0
    for item, team, returns in left.activities[:most]:
        # What is of no team stays with its person when it is given back, and what waits in a queue for that person
        # alone is there already: both are handed over, the former to its ticket's team.
        if returns:
            activities += _done(engine, give_back, GiveBack(item=item, note=WHY))
        else:
            activities += _done(engine, transfer, Transfer(item=item, team=team, note=WHY))
    more = len(left.tickets) > most or len(left.activities) > most
    return HandedBack(tickets=tickets, activities=activities, more=more)


def _done(engine: Engine, command: Callable[[Unit, Any], Any], ask: Any) -> bool:
    try:
        engine.run(command, ask, actor=HAND_BACK)
    except Refused:  # somebody took it, finished it or gave it on meanwhile
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Left:
    """What deactivated people still have."""

    person_id: UUID | None
    most: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """Ids of tickets; activities with the team they can go to, and whether giving them back leads there."""

    tickets: Sequence[UUID]
    activities: Sequence[tuple[UUID, str, bool]]


def _left(unit: Unit, ask: Left) -> Found:
    gone = select(person.c.id).where(person.c.ended_at.is_not(None))
    if ask.person_id is not None:
        gone = gone.where(person.c.id == ask.person_id)
    # Spelled out, so that the planner sees that the partial indexes on what is open will do.
    open_tickets = select(ticket.c.id).where(text("standing = 'open'"), ticket.c.responsible.in_(gone))
    team = func.coalesce(activity.c.team, ticket.c.team).label("team")
    open_activities = (
        select(activity.c.id, activity.c.team.label("own"), team, activity.c.status)
        .outerjoin(ticket, ticket.c.id == activity.c.ticket_id)
        .where(text("activity.status <> 'finished'"), activity.c.person_id.in_(gone), team.is_not(None))
    )
    return Found(
        tickets=unit.connection.execute(open_tickets.order_by(ticket.c.id).limit(ask.most)).scalars().all(),
        activities=[
            (row.id, row.team, row.status == "pending" and row.own is not None)
            for row in unit.connection.execute(open_activities.order_by(activity.c.id).limit(ask.most))
        ],
    )
