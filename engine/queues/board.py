"""The board in one look: the first page of each box, and how many there are of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, literal_column, select, true, union_all

from engine.activities.rings import past_limit, yellow
from engine.queues.listing import ListItems, page_of, wanted_by
from engine.queues.sources import BOXES, Box, Shape, Source, Wanted, asked, sources
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Select

    from engine.tickets.listing import Page
    from engine.unit import Unit

COUNTED: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class ShowBoard:
    """The board of a person or of a team; for the attributes see `ListItems`."""

    person: str | None = None
    team: str | None = None
    kind: str | None = None
    text: str | None = None
    do_now: bool = False
    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class Board:
    """The first page of each box, and counts by box: of each at most `COUNTED`, one more says that there are more."""

    pages: Mapping[Box, Page]
    counts: Mapping[Box, Mapping[str, int]]


def show_board(unit: Unit, ask: ShowBoard) -> Board:
    """The board.

    Raises:
        NotPermitted, Invalid: as for lists.
    """
    insist(unit, Action.ACTIVITY_READ)
    wanted = wanted_by(
        unit, ListItems(person=ask.person, team=ask.team, kind=ask.kind, text=ask.text, do_now=ask.do_now)
    )
    return Board(
        pages={box: page_of(unit, wanted, box, None, ask.limit) for box in BOXES},
        counts=_counts(unit, wanted),
    )


def _counts(unit: Unit, wanted: Wanted) -> dict[Box, dict[str, int]]:
    shape, values = asked(unit, wanted)
    today = datetime.combine(unit.local_now.date(), time(), tzinfo=unit.engine.zone)
    (row,) = unit.rows(_statement(shape), **values, today=today)
    return {
        box: {name: min(getattr(row, f"{box}_{name}"), COUNTED + 1) for name in named} for box, named in _COUNTS.items()
    }


_COUNTS: Final[Mapping[Box, Mapping[str, Callable[[Source], Any]]]] = {
    "queued": {"all": lambda _: true(), "yellow": lambda s: yellow(s.table.c), "red": lambda s: past_limit(s.table.c)},
    "pending": {"all": lambda _: true(), "overdue": lambda s: past_limit(s.table.c)},
    "finished": {"today": lambda s: s.moment >= bindparam("today", type_=s.moment.type)},
}


@cache
def _statement(shape: Shape) -> Select[Any]:
    some = {box: sources(shape, box) for box in BOXES}
    each = [
        _count(some[box], box, rule).label(f"{box}_{name}")
        for box, named in _COUNTS.items()
        for name, rule in named.items()
    ]
    return select(*each)


def _count(some: Iterable[Source], box: Box, rule: Callable[[Source], Any]) -> Any:
    one: Any = literal_column("1").label("one")
    most: Any = literal_column(str(COUNTED + 1))
    # In the list's order: PostgreSQL then reads that range of the index, also where it does not know the instants
    # that it is asked for (a prepared statement), and not the whole table for a thousand rows that are not there.
    parts = [select(one).where(*s.where, rule(s)).order_by(*s.order(box)).limit(most) for s in some]
    if not parts:
        return select(literal_column("0")).scalar_subquery()
    counted = union_all(*(select(part.subquery()) for part in parts)).limit(most).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()
