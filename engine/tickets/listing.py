"""List tickets, a page at a time. A page follows a key, not a number, so none is skipped or shown twice."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import Select, and_, bindparam, func, or_, select, table, text
from sqlalchemy import column as sql_column

from engine.errors import Invalid, NotPermitted
from engine.rights import lacking
from engine.tickets.access import may_read
from engine.tickets.model import ticket as tickets
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    "next_action_at",
    "incomplete",
)
SORTS: Mapping[str, tuple[str, bool]] = {
    "-opened_at": ("opened_at", True),
    "opened_at": ("opened_at", False),
    "-changed_at": ("changed_at", True),
    "changed_at": ("changed_at", False),
}
_COMPARED = ("situation", "standing", "team", "subject")


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
    """A page of the tickets the actor may read.

    Raises:
        NotPermitted: the actor may read none.
        Invalid: the cursor is of another list, or nobody has that login.
    """
    name, _ = SORTS[ask.sort]
    given = {one: getattr(ask, one) for one in _COMPARED if getattr(ask, one) is not None}
    if ask.responsible is not None:
        given["responsible"] = person_called(unit, ask.responsible)
    filters = set(given)
    if ask.standing == "open":
        filters.add("open")
        filters.remove("standing")
    if words := (ask.text or "").split():
        filters.add("text")
        sqlite = unit.connection.dialect.name == "sqlite"
        # Every word as a quoted prefix: FTS5's own query language never reaches the caller.
        given["words"] = " ".join('"' + word.replace('"', '""') + '"*' for word in words) if sqlite else ask.text
    if ask.cursor:
        filters.add("cursor")
        given["at"], given["last"] = read_cursor(ask.cursor, ask.sort)
    statement = _page_of(ask.sort, frozenset(filters), unit.connection.dialect.name)
    rows = unit.rows(statement, **given, many=ask.limit + 1)
    if not may_read(unit):
        reason = lacking(decide(unit.catalogue.rules, unit.actor.profile or "", Action.TICKET_READ))
        raise NotPermitted(reason.detail, reasons=[reason])
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=cursor_of(rows[-1], name, ask.sort) if more else None)


@cache
def _page_of(sort: str, filters: frozenset[str], dialect: str) -> Select[Any]:
    name, falling = SORTS[sort]
    column, tie = tickets.c[name], tickets.c.id
    statement = select(*(tickets.c[each] for each in LISTED))
    for one in sorted(filters & {*_COMPARED, "responsible"}):
        # `= NULL` is never true: nobody's tickets are asked for so.
        same = tickets.c[one].is_not_distinct_from if one == "responsible" else tickets.c[one].__eq__
        statement = statement.where(same(bindparam(one, type_=tickets.c[one].type)))
    if "open" in filters:
        # Spelled out, so that the planner sees that an index on open rows will do.
        statement = statement.where(text("standing = 'open'"))
    if "text" in filters:
        statement = statement.where(tickets.c.id.in_(_found(dialect)))
    if "cursor" in filters:
        at, last = bindparam("at", type_=column.type), bindparam("last", type_=tie.type)
        beyond = (
            or_(column < at, and_(column == at, tie < last))
            if falling
            else or_(column > at, and_(column == at, tie > last))
        )
        # The first comparison is redundant for the answer, but it lets the index start where the page starts.
        statement = statement.where(column <= at if falling else column >= at, beyond)
    order = (column.desc(), tie.desc()) if falling else (column, tie)
    return statement.order_by(*order).limit(bindparam("many"))


def _found(dialect: str) -> Select[Any]:
    index = table("ticket_text", sql_column("id"), sql_column("words"), sql_column("ticket_text"))
    if dialect == "postgresql":
        asked = func.websearch_to_tsquery(text("'portuguese'"), bindparam("words"))
        return select(index.c.id).where(index.c.words.op("@@")(asked))
    return select(index.c.id).where(index.c.ticket_text.op("MATCH")(bindparam("words")))


def person_called(unit: Unit, login: str) -> UUID | None:
    """The person of that login; `none`: nobody."""
    if login == "none":
        return None
    found: UUID | None = next((p.id for p in unit.catalogue.people.values() if p.login == login), None)
    if found is None:
        raise Invalid(f"responsible: não há pessoa com o login {login!r}.", code="person_unknown")
    return found


def cursor_of(row: Any, name: str, sort: str) -> str:
    """Where the page after this row begins: it holds the order, the instant in column `name`, and the id."""
    content = [sort, getattr(row, name).isoformat(), str(row.id)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> tuple[datetime, UUID]:
    """The instant and the id that a cursor of this order holds.

    Raises:
        Invalid: it is none, or one of another order.
    """
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kept, at, last = content
        found = datetime.fromisoformat(at).astimezone(UTC), UUID(last)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise Invalid("cursor: use o `next` da página anterior, sem mudá-lo.", code="cursor") from error
    if kept != sort:
        raise Invalid("cursor: é de uma lista com outra ordenação.", code="cursor")
    return found
