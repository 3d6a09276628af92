"""Items of a queue as plain values for JSON."""

from __future__ import annotations

from math import floor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from api import commands
from api.ticket_dumps import listed
from engine.activities.rings import overdue, ring
from engine.people.knowing import name_of
from engine.queues.item import Item
from engine.queues.showing import contact_of, shown
from engine.queues.telling import label_of, told
from engine.registry.model import customer
from permissions.personal import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.tickets.tasks import Created
    from engine.unit import Answer, Unit

_AS_THEY_ARE: Final = (
    "status",
    "outcome",
    "team",
    "due_kind",
    "limit_at",
    "created_at",
    "taken_at",
    "finished_at",
)
_OUTCOMES: Final[Mapping[str, str]] = {"finished": "done", "cancelled": "archived"}


def item_body(unit: Unit, row: Any) -> dict[str, Any]:
    """`ItemShape` of a row of a list."""
    person = unit.catalogue.people.get(row.person_id)
    left = None if row.limit_at is None else floor((row.limit_at - unit.now).total_seconds())
    return {"id": row.id, "kind": row.kind, "type": row.type, "name": label_of(unit, row)} | {
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
        "ticket": row.protocol,
        "ticket_title": row.title,
        "responsible": person.login if person else None,
        "responsible_name": person.name if person else None,
        "time_left_s": left,
        "ring": ring(row.status, row.limit_at, row.yellow_at, unit.now),
        "overdue": overdue(row.status, row.limit_at, unit.now),
    }


def items(unit: Unit, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """`ItemShape` of each row."""
    return [item_body(unit, row) for row in rows]


def item_told(item: Item) -> dict[str, Any]:
    """`ItemShape` of what a command has changed."""
    return item_body(item.unit, _row(item))


def created(done: Created) -> Answer:
    """`ItemShape` of what was just made, and its address."""
    item = Item(unit=done.unit, ticket=done.ticket, row=done.task)
    return commands.answer(201, item_told(item), Location=f"/api/v1/activities/{item.id}")


def whole_item(unit: Unit, item: Item) -> dict[str, Any]:
    """`WholeItemShape`."""
    found = shown(unit, item)
    row = item.row or {}
    contact = contact_of(item)
    key = None
    if contact is not None:
        key = unit.connection.execute(select(customer.c.key).where(customer.c.id == contact)).scalar()
    description = row.get("description") if item.row is not None else item.ticket and item.ticket.description
    return item_told(item) | {
        "description": found.view(TEXT, description),
        "fields": found.view.fields(row.get("fields") or {}),
        "template": row.get("template"),
        "customer": key,
        "process": row.get("process"),
        "element": row.get("element"),
        "notes": [
            {"number": one.number, "at": one.at, "by": name_of(unit, one.by), "text": found.view(TEXT, one.text)}
            for one in found.notes
        ],
        "announcements": told(unit, found.announcements),
        "before": listed(unit, found.before),
        "withheld": found.view.withheld,
    }


def _row(item: Item) -> Any:
    ticket = item.ticket
    about = {"protocol": ticket.protocol, "title": ticket.title} if ticket else {"protocol": None, "title": None}
    if item.row is not None:
        return SimpleNamespace(**item.row, **about)
    assert ticket is not None
    return SimpleNamespace(
        **dict.fromkeys(("type", "due_kind", "taken_at", "element")),
        **about,
        id=ticket.id,
        kind=item.kind,
        name=ticket.title,
        status=item.status,
        outcome=_OUTCOMES.get(ticket.standing),
        team=ticket.team,
        person_id=ticket.responsible,
        limit_at=ticket.limit_at,
        yellow_at=ticket.yellow_at,
        created_at=ticket.opened_at,
        finished_at=None if ticket.standing == "open" else ticket.entered_at,
    )
