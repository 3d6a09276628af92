"""Whom to contact: open tickets by their next action, the earliest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, text

from engine.tickets.access import visible
from engine.tickets.listing import LISTED, Page, cursor_of, person_called, read_cursor
from engine.tickets.model import ticket as tickets
from engine.tickets.words import insist_on_words

if TYPE_CHECKING:
    from datetime import datetime

    from engine.unit import Unit

_SORT = "next_action_at"
# The literals let the planner see that the partial indexes on such rows will do.
_TO_CONTACT = text("next_action_at IS NOT NULL AND standing = 'open'")


@dataclass(frozen=True, kw_only=True)
class DueNext:
    """A page of what is due.

    Attributes:
        until: up to and including this instant; None: now.
        responsible: a person's login; `none` for tickets nobody has.
        cursor: from the page before.
    """

    until: datetime | None = None
    team: str | None = None
    responsible: str | None = None
    cursor: str | None = None
    limit: int = 20


def due_next(unit: Unit, ask: DueNext) -> Page:
    """Open tickets whose next action is due, keyset-paged; finished ones are not contacted about."""
    scope = visible(unit)
    column = tickets.c.next_action_at
    statement = select(*(tickets.c[name] for name in LISTED)).where(_TO_CONTACT, column <= (ask.until or unit.now))
    if scope is not None:
        statement = statement.where(scope)
    if ask.team is not None:
        statement = statement.where(tickets.c.team == ask.team)
    if ask.responsible is not None:
        statement = statement.where(tickets.c.responsible == person_called(unit, ask.responsible, along=vars(ask)))
    if ask.cursor is not None:
        at, last = read_cursor(ask.cursor, _SORT)
        beyond = or_(column > at, and_(column == at, tickets.c.id > last))
        statement = statement.where(column >= at, beyond)
    rows = unit.connection.execute(statement.order_by(column, tickets.c.id).limit(ask.limit + 1)).all()
    if not rows and ask.cursor is None:
        insist_on_words(unit, vars(ask))
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=cursor_of(rows[-1], _SORT, _SORT) if more else None)
