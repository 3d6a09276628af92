"""Show one item: what it says, its notes, who was told of its limit and when, and what its contact had before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities.model import activity_note
from engine.privacy.sight import View
from engine.queues.item import opened
from engine.queues.telling import told_of_item, told_of_ticket
from engine.rights import insist
from engine.tickets.access import may_read_some, readable_ticket, visible
from engine.tickets.listing import LISTED
from engine.tickets.model import ticket as tickets
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from engine.queues.item import Item
    from engine.unit import Unit

BEFORE: Final = 10


@dataclass(frozen=True, kw_only=True)
class ShowItem:
    """One item: an activity's id, or a ticket's for its service item."""

    item: UUID


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The item and what belongs to it.

    Attributes:
        notes: rows of `activity_note`, oldest first.
        announcements: rows of `engine.queues.telling`, oldest first.
        before: the latest tickets of its contact, as lists show them, without its own.
        view: what the reader sees of its personal data.
    """

    item: Item
    notes: Sequence[Any]
    announcements: Sequence[Any]
    before: Sequence[Any]
    view: View


def show_item(unit: Unit, ask: ShowItem) -> Shown:
    """The item.

    Raises:
        NotFound, NotPermitted: there is none that the actor may see.
    """
    item = opened(unit, ask.item, lock=False)
    insist(unit, Action.ACTIVITY_READ)
    return shown(unit, item)


def shown(unit: Unit, item: Item) -> Shown:
    """An item that is open already, with what belongs to it."""
    run = unit.connection.execute
    notes = select(activity_note).where(activity_note.c.activity_id == item.id).order_by(activity_note.c.number)
    return Shown(
        item=item,
        notes=[] if item.row is None else run(notes).all(),
        announcements=told_of_item(unit, item.id),
        before=_before(unit, item),
        view=view_of(unit, item),
    )


def view_of(unit: Unit, item: Item) -> View:
    """What the actor sees of the item's personal data: as its ticket stands, else by the profile alone."""
    if item.ticket is not None:
        return item.ticket.view
    assert item.row is not None
    return View(unit, None, ticket=None, customer=item.row["customer_id"])


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """Who was told what of a ticket's limits, and when: of its service item and of all its activities."""

    ticket: str


def announcements(unit: Unit, ask: Announcements) -> Sequence[Any]:
    """Rows of `engine.queues.telling`, oldest first."""
    return told_of_ticket(unit, readable_ticket(unit, ask.ticket, lock=False).id)


def contact_of(item: Item) -> UUID | None:
    """The contact it refers to: its own, else its ticket's."""
    own: UUID | None = item.row["customer_id"] if item.row is not None else None
    return own or (item.ticket.customer_id if item.ticket else None)


def _before(unit: Unit, item: Item) -> Sequence[Any]:
    contact = contact_of(item)
    if contact is None or not may_read_some(unit):
        return []
    statement = select(*(tickets.c[name] for name in LISTED)).where(tickets.c.customer_id == contact)
    if item.ticket is not None:
        statement = statement.where(tickets.c.id != item.ticket.id)
    limits = visible(unit)
    if limits is not None:
        statement = statement.where(limits)
    return unit.connection.execute(statement.order_by(tickets.c.opened_at.desc(), tickets.c.id).limit(BEFORE)).all()
