"""Read tickets: one, a page of many, the moves, the history. Nothing here writes."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import Select, and_, func, literal, or_, select, table, text
from sqlalchemy import column as sql_column

from engine.activities.model import activity
from engine.errors import Invalid, NotPermitted
from engine.history import ticket_history
from engine.rights import insist, lacking
from engine.tickets.access import may_read, readable_ticket
from engine.tickets.following import circumstances
from engine.tickets.model import incident as incidents
from engine.tickets.model import ticket as tickets
from engine.tickets.moves import Weighed, weigh
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

LISTED = (
    "id",
    "protocol",
    "revision",
    "version_id",
    "process",
    "place_process",
    "situation",
    "standing",
    "ended",
    "title",
    "subject",
    "subsubject",
    "team",
    "responsible",
    "priority",
    "opened_at",
    "changed_at",
    "entered_at",
    "timer_due_at",
    "incomplete",
)
SORTS: Mapping[str, tuple[str, bool]] = {
    "-opened_at": ("opened_at", True),
    "opened_at": ("opened_at", False),
    "-changed_at": ("changed_at", True),
    "changed_at": ("changed_at", False),
}


@dataclass(frozen=True, kw_only=True)
class Show:
    """One ticket, by protocol."""

    ticket: str


def show(unit: Unit, ask: Show) -> Ticket:
    """The ticket, with its diagram."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    _ = ticket.diagram
    return ticket


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The moves of a ticket.

    Attributes:
        as_profile: weigh with another profile's rights; needs `permission.explain`. Reading stays the actor's own.
    """

    ticket: str
    as_profile: str | None = None


def moves(unit: Unit, ask: Moves) -> tuple[Ticket, Weighed]:
    """The ticket and all moves of its situation, allowed or not, with every reason."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    around = circumstances(unit, ticket)
    if ask.as_profile is not None:
        insist(unit, Action.PERMISSION_EXPLAIN)
        if ask.as_profile not in unit.catalogue.profiles:
            known = ", ".join(sorted(unit.catalogue.profiles))
            raise Invalid(f"as_profile: {ask.as_profile!r} não existe; existem {known}.", code="profile_unknown")
        around = replace(around, profile=ask.as_profile)
    return ticket, weigh(ticket.diagram, ticket, around)


@dataclass(frozen=True, kw_only=True)
class History:
    """A page of a ticket's history, oldest first; `after`: the last number already seen."""

    ticket: str
    after: int = 0
    limit: int = 100


def history(unit: Unit, ask: History) -> Sequence[Any]:
    """Rows of `ticket_history`."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return unit.connection.execute(
        select(ticket_history)
        .where(ticket_history.c.ticket_id == ticket.id, ticket_history.c.seq > ask.after)
        .order_by(ticket_history.c.seq)
        .limit(ask.limit)
    ).all()


def open_activities(unit: Unit, ticket: Ticket) -> Sequence[Any]:
    """The ticket's activities that are not finished, oldest first."""
    return unit.connection.execute(
        select(activity)
        .where(activity.c.ticket_id == ticket.id, activity.c.status != "finished")
        .order_by(activity.c.created_at, activity.c.id)
    ).all()


def open_incident(unit: Unit, ticket: Ticket) -> Row[Any] | None:
    """Why the ticket's diagram is stuck, if it is."""
    if ticket.incident is None:
        return None
    return unit.connection.execute(
        select(incidents).where(incidents.c.ticket_id == ticket.id, incidents.c.seq == ticket.incident)
    ).one()


@dataclass(frozen=True, kw_only=True)
class List:
    """A page of tickets.

    Attributes:
        text: words of protocol, title or description; the database's own full-text search.
        responsible: a person's login; `none` for tickets nobody has.
        cursor: from the page before.
        limit: 1 to 100.
        sort: one of `SORTS`.
    """

    situation: str | None = None
    standing: str | None = None
    team: str | None = None
    responsible: str | None = None
    subject: str | None = None
    text: str | None = None
    cursor: str | None = None
    limit: int = 20
    sort: str = "-opened_at"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows, and the cursor of the page after; None: there is none."""

    rows: Sequence[Any]
    next: str | None


def list_tickets(unit: Unit, ask: List) -> Page:
    """A page of tickets the actor may read, keyset-paged: no row twice or skipped while others write."""
    _ = unit.catalogue
    if not may_read(unit):
        reason = lacking(decide(unit.catalogue.rules, unit.actor.profile or "", Action.TICKET_READ))
        raise NotPermitted(reason.detail, reasons=[reason])
    name, falling = SORTS[ask.sort]
    column = tickets.c[name]
    statement = select(*(tickets.c[n] for n in LISTED))
    if ask.responsible is not None:
        statement = statement.where(tickets.c.responsible == _person(unit, ask.responsible))
    for filtered in ("situation", "standing", "team", "subject"):
        value = getattr(ask, filtered)
        if value is not None:
            # The literal lets the planner see that a partial index on open rows will do.
            wanted = text("standing = 'open'") if (filtered, value) == ("standing", "open") else None
            statement = statement.where(wanted if wanted is not None else tickets.c[filtered] == value)
    if ask.text and ask.text.strip():
        statement = statement.where(_matches(unit, ask.text))
    if ask.cursor:
        at, last = _read_cursor(ask.cursor, ask.sort)
        beyond = column < at if falling else column > at
        tie = tickets.c.id < last if falling else tickets.c.id > last
        statement = statement.where(_bounded(column, at, falling=falling), or_(beyond, and_(column == at, tie)))
    order = (column.desc(), tickets.c.id.desc()) if falling else (column, tickets.c.id)
    rows = unit.connection.execute(statement.order_by(*order).limit(ask.limit + 1)).all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=_cursor(rows[-1], name, ask.sort) if more else None)


def _person(unit: Unit, login: str) -> UUID | None:
    if login == "none":
        return None
    found: UUID | None = next((p.id for p in unit.catalogue.people.values() if p.login == login), None)
    if found is None:
        raise Invalid(f"responsible: não há pessoa com o login {login!r}.", code="person_unknown")
    return found


def _bounded(column: Any, at: datetime, *, falling: bool) -> Any:
    # Redundant for the answer, but it lets the index start where the page starts.
    return column <= at if falling else column >= at


def _matches(unit: Unit, words: str) -> Any:
    index = table("ticket_text", sql_column("id"), sql_column("words"), sql_column("ticket_text"))
    found: Select[Any]
    if unit.connection.dialect.name == "postgresql":
        asked = func.websearch_to_tsquery(text("'portuguese'"), words)
        found = select(index.c.id).where(index.c.words.op("@@")(asked))
    else:
        # Every word as a quoted prefix: FTS5's own query syntax never reaches the caller.
        quoted = " ".join('"' + word.replace('"', '""') + '"*' for word in words.split())
        found = select(index.c.id).where(index.c.ticket_text.op("MATCH")(literal(quoted)))
    return tickets.c.id.in_(found)


def _cursor(row: Any, name: str, sort: str) -> str:
    content = [sort, getattr(row, name).isoformat(), str(row.id)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def _read_cursor(cursor: str, sort: str) -> tuple[datetime, UUID]:
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kept, at, last = content
        found = datetime.fromisoformat(at).astimezone(UTC), UUID(last)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise Invalid("cursor: use o `next` da página anterior, sem mudá-lo.", code="cursor") from error
    if kept != sort:
        raise Invalid("cursor: é de uma lista com outra ordenação.", code="cursor")
    return found
