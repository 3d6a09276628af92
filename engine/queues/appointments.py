"""Appointments for a calendar: what is to be done at a time, and not by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities.model import activity
from engine.errors import Invalid
from engine.queues.listing import ListItems, wanted_by
from engine.queues.sight import seen
from engine.rights import insist
from engine.tickets.model import ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.unit import Unit

LONGEST: Final = timedelta(days=92)


@dataclass(frozen=True, kw_only=True)
class Appointments:
    """What is on the calendar of a person or a team.

    Attributes:
        since, until: from this instant on; before that one; at most `LONGEST` apart.
        person: a login; None: oneself, unless a team is asked for.
        limit: at most so many, the earliest first.
    """

    since: datetime
    until: datetime
    person: str | None = None
    team: str | None = None
    limit: int = 500


def appointments(unit: Unit, ask: Appointments) -> Sequence[Any]:
    """Rows like those of lists: open appointments, the earliest first.

    Raises:
        NotPermitted, Invalid: the stretch is none, or longer than a quarter.
    """
    insist(unit, Action.ACTIVITY_READ)
    if not timedelta(0) < ask.until - ask.since <= LONGEST:
        matter = f"de since até until tem de passar algum tempo, e no máximo {LONGEST.days} dias."
        raise Invalid.at("until", matter, "Escolha outro instante.", code="stretch")
    wanted = wanted_by(unit, ListItems(person=ask.person, team=ask.team))
    whose = activity.c.team == wanted.team if wanted.team else activity.c.person_id == wanted.person_id
    told = [ticket.c[name] for name in ("protocol", "title", "place_process", "situation")]
    statement = (
        select(activity, *told, ticket.c.customer_id.label("ticket_customer_id"))
        .outerjoin(ticket, ticket.c.id == activity.c.ticket_id)
        .where(activity.c.status != "finished", whose, activity.c.due_kind == "appointment")
        .where(activity.c.limit_at >= ask.since, activity.c.limit_at < ask.until)
        .order_by(activity.c.limit_at, activity.c.id)
        .limit(ask.limit)
    )
    limits = seen(unit)
    return unit.connection.execute(statement if limits is None else statement.where(limits)).all()
