"""Lists of items: queue, pending, finished, of a person or of a team, page by page; and a board of all three."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from sqlalchemy import bindparam, literal_column, or_, select, union_all

from engine.activities.model import SERVICE
from engine.builtin import ACTIVITY_KINDS
from engine.errors import Invalid
from engine.queues.sources import Box, Shape, Source, Wanted, asked, columns, sources
from engine.rights import insist
from engine.tickets.listing import Page, person_called
from engine.tickets.model import ticket
from engine.tickets.words import insist_on_words
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select

    from engine.unit import Unit

LISTED_KINDS: Final = (SERVICE, "task", *ACTIVITY_KINDS)
LISTED_RINGS: Final = ("yellow", "red", "overdue")
_RING_OF: Final = {"yellow": "queued", "red": "queued", "overdue": "pending"}


@dataclass(frozen=True, kw_only=True)
class ListItems:
    """A page of items.

    Attributes:
        box: `queued`, `pending` or `finished`.
        person: a login; None: oneself, unless a team is asked for. A person's queue holds what waits for them alone
            and what waits for anybody of their teams.
        team: key; all of the team, whoever has it.
        kind: `service`, a kind of activity, or `task`: every kind but service.
        ring: only with this ring, or overdue.
        text: words of protocol, title, or the activity's name.
        do_now: leave out appointments whose time is still ahead.
        cursor: from the page before.
    """

    box: Box = "queued"
    person: str | None = None
    team: str | None = None
    kind: str | None = None
    ring: str | None = None
    text: str | None = None
    do_now: bool = False
    cursor: str | None = None
    limit: int = 20


def list_items(unit: Unit, ask: ListItems) -> Page:
    """The page: what has a limit first, the nearest before the others; finished ones the latest first.

    Raises:
        NotPermitted, Invalid: see the attributes.
    """
    insist(unit, Action.ACTIVITY_READ)
    return page_of(unit, wanted_by(unit, ask), ask.box, ask.cursor, ask.limit)


def wanted_by(unit: Unit, ask: ListItems) -> Wanted:
    """What is asked for, with the person and the teams that are meant."""
    if ask.ring is not None and _RING_OF[ask.ring] != ask.box:
        box = _RING_OF[ask.ring]
        raise Invalid.at("ring", f"{ask.ring} só há na caixa {box}.", f"Peça box={box}, ou tire ring.", code="ring")
    more: dict[str, Any] = {"kind": ask.kind, "ring": ask.ring, "text": ask.text, "do_now": ask.do_now}
    if ask.team is not None:
        if ask.person is not None:
            matter = "uma lista é de uma pessoa ou de um time, não dos dois."
            raise Invalid.at("person", matter, "Tire person ou team.", code="person_or_team")
        insist_on_words(unit, {"team": ask.team})
        return Wanted(team=ask.team, **more)
    person_id = unit.actor.user_id if ask.person is None else person_called(unit, ask.person, "person")
    if person_id is None:
        raise Invalid.at(
            "person", "não diz de quem é a lista.", "Diga um login, ou peça a de um time (team).", code="nobody"
        )
    teams = tuple(sorted(unit.catalogue.people[person_id].teams))
    return Wanted(person_id=person_id, teams=teams, **more)


def page_of(unit: Unit, wanted: Wanted, box: Box, cursor: str | None, limit: int) -> Page:
    """A page of what is wanted: the first rows of each source, and of those the first."""
    shape, values = asked(unit, wanted)
    after = _read(cursor, box) if cursor else None
    if after is not None:
        values |= {"after_id": after.id} | ({"after_at": after.at} if after.at else {})
    statement = _statement(shape, box, after.phase if after else None)
    if statement is None:
        return Page(rows=[], next=None)
    rows = unit.rows(statement, **values, many=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows=rows, next=_cursor(rows[-1], box) if more else None)


@cache
def _statement(shape: Shape, box: Box, after: int | None) -> Select[Any] | None:
    """The statement of a page; `after`: the phase of the row it follows. None: there is nothing to be read."""
    parts = [part for one in sources(shape, box) for part in _parts(one, box, after)]
    if not parts:
        return None
    falling = box == "finished"
    # SQLite takes no ORDER BY in a member of a UNION but inside a SELECT of its own.
    firsts = (select(part.limit(bindparam("many")).subquery()) for part in parts)
    each = union_all(*firsts).subquery()
    page = select(each).order_by(*_order(each.c, falling=falling)).limit(bindparam("many")).subquery()
    told = [ticket.c[name].label(label) for label, name in _OF_TICKETS.items()]
    whole = select(page, *told).outerjoin(ticket, ticket.c.id == page.c.ticket_id)
    return whole.order_by(*_order(page.c, falling=falling))


_OF_TICKETS: Final = {
    "protocol": "protocol",
    "title": "title",
    "place_process": "place_process",
    "situation": "situation",
    "ticket_customer_id": "customer_id",
}


@dataclass(frozen=True, kw_only=True)
class _After:
    """Where a page begins: what has a limit is phase 0, what has none phase 1."""

    phase: int
    at: datetime | None
    id: UUID


def _parts(source: Source, box: Box, after: int | None) -> Iterator[Select[Any]]:
    tie, last = source.table.c.id, bindparam("after_id", type_=source.table.c.id.type)
    at = source.moment if box == "finished" else source.table.c.limit_at
    instant = bindparam("after_at", type_=at.type)
    if box == "finished":
        beyond = [] if after is None else [at <= instant, or_(at < instant, tie < last)]
        yield _part(source, box, 0, at, beyond)
        return
    if after in {None, 0}:
        # The first comparison is redundant for the answer, but it lets the index start where the page starts.
        beyond = [] if after is None else [at >= instant, or_(at > instant, tie > last)]
        yield _part(source, box, 0, at, [at.is_not(None), *beyond])
    yield _part(source, box, 1, at, [at.is_(None), *([tie > last] if after == 1 else [])])


def _part(source: Source, box: Box, phase: int, at: Any, beyond: Sequence[Any]) -> Select[Any]:
    shown = [*columns(source, box), literal_column(str(phase)).label("phase"), at.label("at")]
    return select(*shown).where(*source.where, *beyond).order_by(*source.order(box))


def _order(of: Any, *, falling: bool) -> tuple[Any, ...]:
    return (of.phase, of.at.desc(), of.id.desc()) if falling else (of.phase, of.at, of.id)


def _cursor(row: Any, box: Box) -> str:
    content = [box, row.phase, row.at.isoformat() if row.at else None, str(row.id)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def _read(cursor: str, box: Box) -> _After:
    try:
        kept, phase, at, last = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        found = _After(phase=int(phase), at=datetime.fromisoformat(at).astimezone(UTC) if at else None, id=UUID(last))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise Invalid.at("cursor", "não é de página nenhuma.", _CURSOR_FIX, code="cursor") from error
    if kept != box or (found.phase == 0) != (found.at is not None):
        raise Invalid.at("cursor", "é de uma lista com outra ordenação.", _CURSOR_FIX, code="cursor")
    return found


_CURSOR_FIX: Final = "Use o `next` da página anterior, sem mudá-lo; ou comece de novo, sem cursor."
