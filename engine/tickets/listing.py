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
from sqlalchemy import Select, and_, bindparam, func, or_, select, table, text, union_all
from sqlalchemy import column as sql_column

from engine.errors import Invalid
from engine.privacy.sight import sees_everywhere
from engine.rights import insist
from engine.tickets.model import ticket as tickets
from engine.tickets.scope import conditions, reach_of
from engine.tickets.words import NOBODY, insist_on_words
from permissions.actions import Action
from permissions.personal import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.tickets.scope import Reach
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
_COMPARED = ("situation", "standing", "team", "subject", "channel")


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
    channel: str | None = None
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
        Invalid: the cursor is of another list, or nothing is called by some of the words, which are all named.
    """
    name, _ = SORTS[ask.sort]
    given, filters = _asked(unit, ask)

    def page(reach: Reach | None, reads_texts: bool) -> Sequence[Any]:  # noqa: FBT001 - one of two things that rights say
        shape, values = (reach.shape, reach.values) if reach else (None, {})
        dialect = unit.connection.dialect.name
        if "text" in filters:
            given["words"] = _words(ask.text or "", dialect, reads_texts=reads_texts)
            filters.difference_update(("heading", "few"))
            filters.update(() if reads_texts else ("heading",))
            if dialect == "postgresql" and (few := _few(unit, given["words"], heading=not reads_texts)) is not None:
                given["few"] = few
                filters.add("few")
        statement = _page_of(ask.sort, frozenset(filters), dialect, shape)
        return unit.rows(statement, **given, **values, many=ask.limit + 1)

    def rights() -> tuple[Reach | None, bool]:
        return reach_of(unit), sees_everywhere(unit, unit.foreseen, TEXT)

    foreseen = rights()
    rows = page(*foreseen)
    insist(unit, Action.TICKET_READ)
    if (present := rights()) != foreseen:  # they have changed since they were read last
        rows = page(*present)
    if not rows and ask.cursor is None:
        insist_on_words(unit, vars(ask))
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=cursor_of(rows[-1], name, ask.sort) if more else None)


def _asked(unit: Unit, ask: List) -> tuple[dict[str, Any], set[str]]:
    """Values of the statement's parameters, and what it is to be narrowed by."""
    given = {one: getattr(ask, one) for one in _COMPARED if getattr(ask, one) is not None}
    filters = set(given)
    if ask.responsible is not None:
        given["responsible"] = person_called(unit, ask.responsible, along=vars(ask))
        filters.add("nobody" if given["responsible"] is None else "responsible")
    if ask.standing == "open":
        filters.add("open")
        filters.remove("standing")
    if ask.text and ask.text.strip():
        filters.add("text")
    if ask.cursor:
        filters.add("cursor")
        given["at"], given["last"] = read_cursor(ask.cursor, ask.sort)
    return given, filters


@cache
def _page_of(sort: str, filters: frozenset[str], dialect: str, shape: tuple[int, int] | None) -> Select[Any]:
    name, falling = SORTS[sort]
    column, tie = tickets.c[name], tickets.c.id
    statement = select(*(tickets.c[each] for each in LISTED))
    for one in sorted(filters & {*_COMPARED, "responsible"}):
        statement = statement.where(tickets.c[one] == bindparam(one, type_=tickets.c[one].type))
    if "nobody" in filters:
        statement = statement.where(tickets.c.responsible.is_(None))
    if "standing" in filters:
        # Spelled out, so that the planner sees that an index on closed rows will do.
        statement = statement.where(text("standing <> 'open'"))
    if "open" in filters:
        # Spelled out, so that the planner sees that an index on open rows will do.
        statement = statement.where(text("standing = 'open'"))
    if "few" in filters:
        statement = statement.where(tickets.c.id == func.any(bindparam("few")))
    elif "text" in filters:
        statement = statement.where(tickets.c.id.in_(_found(dialect, heading="heading" in filters)))
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
    if shape is not None:
        statement = _within(statement, shape, order, sought="text" in filters)
    return statement.order_by(*order).limit(bindparam("many"))


def _within(statement: Select[Any], shape: tuple[int, int], order: Sequence[Any], *, sought: bool) -> Select[Any]:
    """The statement, within a reach: the page is put together from a page of each way in which a ticket is reached.

    Each of those pages comes in order out of an index of its own; one condition with OR would have no index, and a
    person with three tickets would wait for a look at all of them.
    """
    ways = conditions(shape)
    if sought:
        return statement.where(or_(*ways, text("1 = 0")))
    bare = statement.with_only_columns(tickets.c.id, maintain_column_froms=True)
    pages = (bare.where(way).order_by(*order).limit(bindparam("many")).subquery() for way in ways)
    ids = union_all(*(select(one.c.id) for one in pages)) if ways else select(tickets.c.id).where(text("1 = 0"))
    return select(*(tickets.c[each] for each in LISTED)).where(tickets.c.id.in_(ids))


def _words(asked: str, dialect: str, *, reads_texts: bool) -> str:
    if dialect == "postgresql":
        return asked
    # Every word as a quoted prefix: FTS5's own query language never reaches the caller.
    words = " ".join('"' + word.replace('"', '""') + '"*' for word in asked.split())
    return words if reads_texts else f"{{protocol title}} : ({words})"


def _found(dialect: str, *, heading: bool) -> Select[Any]:
    """Tickets with the words; `heading`: in protocol or title, for those who may not read descriptions everywhere.

    They have no negation either: that a word is not there would tell of the description, too.
    """
    index = table("ticket_text", sql_column("id"), sql_column("words"), sql_column("ticket_text"))
    if dialect != "postgresql":
        return select(index.c.id).where(index.c.ticket_text.op("MATCH")(bindparam("words")))
    language = text("'portuguese'")
    if not heading:
        asked = func.websearch_to_tsquery(language, bindparam("words"))
        return select(index.c.id).where(index.c.words.op("@@")(asked))
    asked = func.plainto_tsquery(language, bindparam("words"))
    named = func.to_tsvector(language, tickets.c.protocol.concat(text("' '")).concat(tickets.c.title))
    found = select(index.c.id).where(index.c.words.op("@@")(asked))
    return select(tickets.c.id).where(tickets.c.id.in_(found), named.op("@@")(asked)).correlate(None)


_FEW = 1_000


def _few(unit: Unit, words: str, *, heading: bool) -> list[UUID] | None:
    """The tickets with the words, unless they are many.

    PostgreSQL does not know how many there will be. It takes rare words for common ones and looks through all tickets
    for them: five hundred milliseconds for one protocol among a hundred thousand.
    """
    found = unit.rows(_some_of(heading=heading), words=words, some=_FEW + 1)
    return None if len(found) > _FEW else [row.id for row in found]


@cache
def _some_of(*, heading: bool) -> Select[Any]:
    return _found("postgresql", heading=heading).limit(bindparam("some"))


def with_words(dialect: str) -> tuple[Select[Any], Select[Any]]:
    """Ids of tickets with words in protocol or title, and of activities with them in their name: `values_of_words`."""
    index = table("activity_text", sql_column("id"), sql_column("words"), sql_column("activity_text"))
    if dialect == "postgresql":
        named = index.c.words.op("@@")(func.plainto_tsquery(text("'portuguese'"), bindparam("name_words")))
    else:
        named = index.c.activity_text.op("MATCH")(bindparam("name_words"))
    return _found(dialect, heading=True), select(index.c.id).where(named)


def values_of_words(asked: str, dialect: str) -> dict[str, str]:
    """The values for `with_words`."""
    return {
        "words": _words(asked, dialect, reads_texts=False),
        "name_words": _words(asked, dialect, reads_texts=True),
    }


def person_called(
    unit: Unit, login: str, member: str = "responsible", along: Mapping[str, Any] | None = None
) -> UUID | None:
    """The person of that login; `none`: nobody. `member`: where it was said; `along`: the words beside it."""
    if login == NOBODY:
        return None
    found: UUID | None = next((p.id for p in unit.catalogue.people.values() if p.login == login), None)
    if found is None:
        insist_on_words(unit, {**(along or {}), member: login})
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
