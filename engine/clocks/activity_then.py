"""What an activity was at an instant: told backwards from its row, by what its history says of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from engine.history import change_history, ticket_history
from engine.queues.item import PLACED
from engine.sla.instants import us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.queues.item import Item
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ActivityThen:
    """An activity as it was.

    Attributes:
        handed: the teams that had had it; see `engine.sla.shelf.had`.
        limit_at: None: it had no limit.
        limit_by, limit_since: id of the actor who had set the limit, and when.
    """

    status: str
    team: str | None
    person_id: UUID | None
    handed: Sequence[Any]
    limit_at: datetime | None
    limit_by: str
    limit_since: datetime


def activity_then(unit: Unit, item: Item, as_of: datetime) -> ActivityThen:
    """The activity at that instant, which is not before it was created."""
    row = item.row
    assert row is not None
    placed = {name: row[name] for name in PLACED}
    if row["finished_at"] is not None and row["finished_at"] > as_of:
        # One that the engine itself archived has no row of its own.
        placed["status"] = "queued" if row["taken_at"] is None else "pending"
    limit, by, since = row["limit_at"], row["created_by"], row["created_at"]
    set_then = None
    for told in reversed(_history(unit, item)):
        limited = told.detail.get("limit_at")
        if told.at > as_of:
            placed |= told.detail.get("was", {})
            if limited:
                limit = None if limited[0] is None else datetime.fromisoformat(limited[0])
        elif limited and set_then is None:
            set_then = told.actor, told.at
    by, since = set_then or (by, since)
    person = placed["person_id"]
    return ActivityThen(
        status=placed["status"],
        team=placed["team"],
        person_id=UUID(person) if isinstance(person, str) else person,
        handed=[one for one in row["handed"] or () if one[0] <= us(as_of)],
        limit_at=limit,
        limit_by=by,
        limit_since=since,
    )


def _history(unit: Unit, item: Item) -> Sequence[Any]:
    """The activity's rows, the oldest first."""
    if item.ticket is None:
        of = change_history.c
        alone = select(of.at, of.actor, of.detail).where(of.kind == "activity", of.key == str(item.id))
        return [row for row in unit.connection.execute(alone.order_by(of.id)) if row.detail]
    told = ticket_history.c
    inside = select(told.at, told.actor, told.detail).where(told.ticket_id == item.ticket.id)
    rows = unit.connection.execute(inside.where(told.deed.startswith("activity_")).order_by(told.seq))
    return [row for row in rows if (row.detail or {}).get("activity") == str(item.id)]
