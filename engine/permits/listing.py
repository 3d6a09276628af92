"""Which tickets a supposed change is about: those counted in one line of the answer, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, case, false, select, true

from engine.errors import Invalid
from engine.permits.cells import insist_on_cells
from engine.permits.places import RUNNING
from engine.permits.supposing import Suppose, Supposition
from engine.rights import insist
from engine.tickets.access import visible
from engine.tickets.listing import LISTED, Page, cursor_of, read_cursor
from engine.tickets.model import ticket
from permissions.actions import Action, UnknownAction, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.permits.places import Stand
    from engine.unit import Unit

Line = Literal["gained", "lost", "stranded"]
_SORT = "-opened_at"


@dataclass(frozen=True, kw_only=True)
class Which:
    """One line of what was supposed.

    Attributes:
        profile, action: of a line that gains or loses; the action narrowed, as in `ticket.move:resolver`.
        process, situation: where; None: wherever they stand.
        cursor: from the page before.
    """

    suppose: Suppose
    line: Line
    profile: str | None = None
    action: str | None = None
    process: str | None = None
    situation: str | None = None
    cursor: str | None = None
    limit: int = 20


def which(unit: Unit, ask: Which) -> Page:
    """The tickets of that line, the newest first: those of them that the reader may read.

    Raises:
        NotPermitted, NotFound, Invalid: as the supposition itself.
    """
    insist(unit, Action.PERMISSION_MANAGE)
    insist_on_cells(unit, ask.suppose.changes)
    both = Supposition(unit, ask.suppose)
    stands = [one for one in both.running if _there(one, ask)]
    ways = _stranded(both, stands) if ask.line == "stranded" else _affected(both, stands, ask)
    statement = select(*(ticket.c[name] for name in LISTED)).where(RUNNING)
    if (scope := visible(unit)) is not None:
        statement = statement.where(scope)
    wanted: ColumnElement[bool] = false()
    for one, way in ways:
        wanted = wanted | (_at(one) & way)
    column = ticket.c.opened_at
    if ask.cursor is not None:
        at, last = read_cursor(ask.cursor, _SORT)
        statement = statement.where(column <= at, (column < at) | ((column == at) & (ticket.c.id < last)))
    rows: Sequence[Any] = unit.connection.execute(
        statement.where(wanted).order_by(column.desc(), ticket.c.id.desc()).limit(ask.limit + 1)
    ).all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=cursor_of(rows[-1], "opened_at", _SORT) if more else None)


def _there(stand: Stand, ask: Which) -> bool:
    return ask.process in (None, stand.process) and ask.situation in (None, stand.situation)


def _at(stand: Stand) -> ColumnElement[bool]:
    of_version = ticket.c.version_id == stand.version
    return of_version & (ticket.c.place_process == stand.process) & (ticket.c.situation == stand.situation)


def _stranded(both: Supposition, stands: Sequence[Stand]) -> list[tuple[Stand, ColumnElement[bool]]]:
    found = []
    for one in stands:
        able = both.able(one, after=True)
        if able is None:
            continue
        reached = both.within(able, after=True) if able else false()
        if reached is not None:
            found.append((one, _outside(reached)))
    return found


def _affected(both: Supposition, stands: Sequence[Stand], ask: Which) -> list[tuple[Stand, ColumnElement[bool]]]:
    if ask.profile is None or ask.action is None:
        raise Invalid("profile, action: diga de que linha do efeito.")
    try:
        action, narrowed = parse(ask.action)
    except UnknownAction as error:
        raise Invalid(f"action: {error}.", code="action_unknown") from error
    found: list[tuple[Stand, ColumnElement[bool]]] = []
    for one in stands:
        if action == Action.TICKET_MOVE and (narrowed is None or not both.offers(one, narrowed)):
            continue
        had, has = (_reached(both, one, ask.profile, (action, narrowed), after=after) for after in (False, True))
        if ask.line == "lost":
            had, has = has, had
        found.append((one, has & _outside(had)))
    return found


def _reached(
    both: Supposition, stand: Stand, profile: str, asked: tuple[Action, str | None], *, after: bool
) -> ColumnElement[bool]:
    if not both.may(profile, *asked, stand.place, after=after):
        return false()
    reached = both.within([profile], after=after)
    return true() if reached is None else reached


def _outside(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Not so, or not known: where nobody is responsible, nobody in particular is."""
    return case((condition, 1), else_=0) == 0
