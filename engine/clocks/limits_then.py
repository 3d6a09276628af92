"""The limit that an activity had at an instant, and who had set it: its row, and what its history tells of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.history import change_history, ticket_history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.queues.item import Item
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class LimitThen:
    """A limit as it was.

    Attributes:
        at: None: there was none.
        by: id of the actor who had set it.
        since: when.
    """

    at: datetime | None
    by: str
    since: datetime


def limit_then(unit: Unit, item: Item, as_of: datetime) -> LimitThen:
    """The limit of an activity at that instant."""
    row = item.row
    assert row is not None
    limit, by, since = row["limit_at"], row["created_by"], row["created_at"]
    for change in reversed(_changes(unit, item)):
        if change.at <= as_of:
            by, since = change.actor, change.at
            break
        was = change.detail["limit_at"][0]
        limit = None if was is None else datetime.fromisoformat(was)
    return LimitThen(at=limit, by=by, since=since)


def _changes(unit: Unit, item: Item) -> Sequence[Any]:
    """Rows of the history that tell of another limit, the oldest first."""
    if item.ticket is None:
        of = change_history.c
        wanted = select(of.at, of.actor, of.detail).where(of.kind == "activity", of.key == str(item.id))
        rows = unit.connection.execute(wanted.where(of.deed == "changed").order_by(of.id)).all()
    else:
        told = ticket_history.c
        asked = select(told.at, told.actor, told.detail).where(told.ticket_id == item.ticket.id).order_by(told.seq)
        rows = unit.connection.execute(asked.where(told.deed.in_(("activity_changed", "activity_limit_changed")))).all()
        rows = [row for row in rows if row.detail["activity"] == str(item.id)]
    return [row for row in rows if "limit_at" in row.detail]
