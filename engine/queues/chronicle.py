"""Read the history of one item: its rows of its ticket's history, or its own where it is in no ticket."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, or_, select

from engine.history import change_history, ticket_history
from engine.queues.item import opened
from engine.queues.showing import view_of
from engine.rights import insist
from engine.tickets.chronicle import Part, part_of, retold
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from engine.queues.item import Item
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ItemHistory(Part):
    """A page of the history of an activity, or by a ticket's id of the ticket, which is its own service item."""

    item: UUID


def item_chronicle(unit: Unit, ask: ItemHistory) -> list[dict[str, Any]]:
    """The rows as people read them, under the same names whether the activity is in a ticket or not.

    Raises:
        NotFound, NotPermitted: there is none that the actor may see.
    """
    item = opened(unit, ask.item, lock=False)
    insist(unit, Action.ACTIVITY_READ)
    rows = _own(unit, item, ask) if item.ticket is None else _of_ticket(unit, item.ticket.id, item, ask)
    return retold(unit, item.ticket.id if item.ticket else None, rows, view_of(unit, item))


def _of_ticket(unit: Unit, ticket_id: UUID, item: Item, ask: ItemHistory) -> Sequence[Any]:
    told = ticket_history.c
    statement = select(ticket_history).where(told.ticket_id == ticket_id)
    if item.row is not None:
        statement = statement.where(or_(told.detail["activity"].as_string() == str(item.id), *_drawn(item.row)))
    return part_of(unit, statement, told, ask)


def _drawn(row: dict[str, Any]) -> list[ColumnElement[bool]]:
    """The movements that asked for it and withdrew it: they tell elements and not ids, but at the same instant."""
    told, asked = ticket_history.c, ticket_history.c.detail["activities"]
    found = []
    if row["element"] is not None:
        created = asked["created"].as_string().contains(f'"{row["element"]}"', autoescape=True)
        found.append(and_(told.at == row["created_at"], created))
    if row["cause"] is not None:
        dropped = asked["dropped"].as_string().is_not(None)
        found.append(and_(told.at == row["finished_at"], or_(told.deed == "relocated", dropped)))
    return found


def _own(unit: Unit, item: Item, ask: ItemHistory) -> Sequence[Any]:
    of = change_history.c
    counted = func.row_number().over(order_by=(of.at, of.id)).label("seq")
    deed = case((of.deed.in_(_SAME), of.deed), else_="activity_" + of.deed).label("deed")
    whole = select(counted, of.at, of.actor, deed, of.detail).where(of.kind == "activity", of.key == str(item.id))
    told = whole.subquery()
    return [_as_in_ticket(item, row) for row in part_of(unit, select(told), told.c, ask)]


_SAME: Final = ("task_created", "announced")


def _as_in_ticket(item: Item, row: Any) -> Any:
    """The row as a ticket's history would tell it."""
    return SimpleNamespace(
        **dict.fromkeys(("cause", "version_id", "revision", "left", "entered", "reason")),
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        deed=row.deed,
        detail={"activity": str(item.id), "kind": item.kind, **(row.detail or {})},
    )
