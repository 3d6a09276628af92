"""Who was told of a limit, when, and of what: the announcements of an item, or of a ticket with all its activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities.model import SERVICE, activity, announcement
from engine.processes.deployed import deployed
from engine.runtime.movement import Place
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.unit import Unit

_OF = announcement.c
_WANTED = (
    select(
        announcement,
        ticket.c.title,
        *(activity.c[name] for name in ("kind", "name", "version_id", "process", "element")),
    )
    .outerjoin(activity, activity.c.id == _OF.item_id)
    .outerjoin(ticket, ticket.c.id == _OF.ticket_id)
    .order_by(_OF.at, _OF.due_at)
)


def told_of_item(unit: Unit, item: UUID, until: datetime | None = None) -> Sequence[Any]:
    """Rows of `announcement` of one item, oldest first, with what `told` needs to know of it."""
    return _rows(unit, _OF.item_id == item, until)


def told_of_ticket(unit: Unit, ticket_id: UUID, until: datetime | None = None) -> Sequence[Any]:
    """The same of a ticket: of its service item and of all its activities."""
    return _rows(unit, _OF.ticket_id == ticket_id, until)


def _rows(unit: Unit, wanted: Any, until: datetime | None) -> Sequence[Any]:
    statement = _WANTED.where(wanted)
    return unit.connection.execute(statement if until is None else statement.where(_OF.at <= until)).all()


def told(unit: Unit, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows as people and programs read them."""
    people = {str(one.id): one for one in unit.catalogue.people.values()}
    return [
        {
            "item": row.item_id,
            "kind": row.kind or SERVICE,
            "name": _name(unit, row),
            "threshold": row.threshold,
            "ring": row.ring,
            "version": row.version,
            "due_at": row.due_at,
            "at": row.at,
            "told": [{"login": people[one].login, "name": people[one].name} for one in row.told],
        }
        for row in rows
    ]


def _name(unit: Unit, row: Any) -> str:
    if row.kind is None:
        return str(row.title)
    return label_of(unit, row)


def label_of(unit: Unit, row: Any) -> str:
    """What people call an activity: as its element is called today, else as whoever made it called it."""
    if row.element is None:
        return str(row.name)
    process = deployed(unit, row.version_id)
    return str(process.activities[Place(row.process, row.element)].label)
