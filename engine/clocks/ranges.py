"""Limits as they stand in indexes: of each clock one range, which tells by itself whom each limit concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, literal, or_, select, text

from engine.activities.model import activity
from engine.queues.sight import seen
from engine.tickets.access import visible
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from engine.unit import Unit

COUNTED: Final = 1_000
_FIRST: Final = ticket.c.clocks["first"].as_string().is_not(None)
_CLOCKS: Final[tuple[tuple[tuple[str, ...], Any, Any], ...]] = (
    (("situation",), ticket.c.limit_at, literal("situation")),
    (
        ("first_response", "next_response"),
        ticket.c.response_limit_at,
        case((_FIRST, literal("first_response")), else_=literal("next_response")),
    ),
    (("resolution",), ticket.c.resolution_limit_at, literal("resolution")),
    (("activity",), activity.c.limit_at, literal("activity")),
)
CLOCKS: Final = tuple(clock for clocks, _, _ in _CLOCKS for clock in clocks)
_ON_TICKETS: Final = ("id", "protocol", "title", "version_id", "place_process", "situation", "team", "yellow_at")
_ON_ACTIVITIES: Final = ("id", "kind", "name", "process", "element", "status", "team", "person_id", "yellow_at")
_SHOWN: Final = {
    ticket: [*(ticket.c[name] for name in _ON_TICKETS), ticket.c.responsible.label("person_id")],
    activity: [
        *(activity.c[name] for name in _ON_ACTIVITIES),
        activity.c.version_id.label("element_version_id"),
        *(ticket.c[name] for name in ("protocol", "version_id", "place_process", "situation")),
    ],
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which limits: after `since`, up to and including `until`.

    Attributes:
        since: None: from the earliest on.
        person_id: who has it; `nobody` for what nobody has.
        activities: whether the reader may see any.
    """

    since: datetime | None
    until: datetime
    team: str | None
    person_id: UUID | None
    nobody: bool
    activities: bool


@dataclass(frozen=True, kw_only=True)
class After:
    """The place in the list that a page follows."""

    at: datetime
    rank: int
    id: UUID


@dataclass(frozen=True, kw_only=True)
class Range:
    """The limits of one index.

    Attributes:
        rank: its place among limits of the same instant.
        clock: which of `clocks` a row is.
        wanted: what its rows have in common; but for the clock nothing that the index does not hold.
    """

    rank: int
    clocks: tuple[str, ...]
    at: Any
    clock: Any
    wanted: Sequence[ColumnElement[bool]]

    def page(self, clock: str | None, after: After | None, many: int) -> Select[Any]:
        """The first so many rows after that place, of one of its clocks or of all."""
        table, tie = self.at.table, self.at.table.c.id
        wanted = [*self.wanted, *self._beyond(after)]
        if clock is not None and len(self.clocks) > 1:
            wanted.append(self.clock == clock)
        ids = select(tie).where(*wanted).order_by(self.at, tie).limit(many).subquery()
        shown = select(*_SHOWN[table], self.at.label("at"), self.clock.label("clock"))
        if table is activity:
            shown = shown.outerjoin(ticket, ticket.c.id == activity.c.ticket_id)
        return shown.where(tie.in_(select(ids.c.id))).order_by(self.at, tie)

    def count(self) -> Select[Any]:
        """Clocks, and how many limits each has; both responses together at most one more than `COUNTED`."""
        some = select(self.clock.label("clock")).where(*self.wanted).limit(COUNTED + 1).subquery()
        return select(some.c.clock, func.count().label("number")).group_by(some.c.clock)

    def _beyond(self, after: After | None) -> list[ColumnElement[bool]]:
        if after is None:
            return []
        if self.rank < after.rank:
            return [self.at > after.at]
        # The first comparison is redundant for the answer, but it lets the index start where the page starts.
        tied = [or_(self.at > after.at, self.at.table.c.id > after.id)] if self.rank == after.rank else []
        return [self.at >= after.at, *tied]


def ranges(unit: Unit, wanted: Wanted) -> Iterator[Range]:
    """Every range in which the actor may see something, in the order of their ranks."""
    for rank, (clocks, at, clock) in enumerate(_CLOCKS):
        table = at.table
        if table is activity and not wanted.activities:
            continue
        # Spelled out, so that the planner sees that the partial indexes will do; a ticket has limits while it is open.
        common = [text(f"{table.name}.{at.name} IS NOT NULL"), at <= wanted.until]
        if table is activity:
            common.append(text("activity.status <> 'finished'"))
        if wanted.since is not None:
            common.append(at > wanted.since)
        narrow = list(_narrow(unit, wanted, table))
        if narrow and unit.connection.dialect.name == "sqlite":
            # Else it takes an index of teams or people and sorts all that these have, for it does not know how much.
            narrow = [case((and_(*narrow), 1), else_=0) == 1]
        yield Range(rank=rank, clocks=clocks, at=at, clock=clock, wanted=[*common, *narrow])


def _narrow(unit: Unit, wanted: Wanted, table: Any) -> Iterator[ColumnElement[bool]]:
    if wanted.team is not None:
        yield table.c.team == wanted.team
    if wanted.person_id is not None or wanted.nobody:
        yield (ticket.c.responsible if table is ticket else activity.c.person_id) == wanted.person_id
    scope = visible(unit) if table is ticket else seen(unit)
    if scope is not None:
        yield scope
