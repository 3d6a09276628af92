"""Where the items of a list come from: service items are rows of `ticket`, all others of `activity`.

Each source is one range of one index, in the order of the list, so that a page costs the same however many wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import bindparam, cast, literal_column, null, or_, text, true

from engine.activities.model import SERVICE, activity
from engine.activities.rings import past_limit, yellow
from engine.queues.sight import seen_by
from engine.rights import insist
from engine.tickets.access import may_read_some
from engine.tickets.listing import values_of_words, with_words
from engine.tickets.model import ticket
from engine.tickets.scope import conditions, reach_of
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from engine.unit import Unit

Box = Literal["queued", "pending", "finished"]
BOXES: Final[tuple[Box, ...]] = ("queued", "pending", "finished")

# Spelled out, so that the planner sees that the partial indexes will do.
_TICKETS: Final = {
    "queued": text("standing = 'open' AND responsible IS NULL"),
    "pending": text("standing = 'open' AND responsible IS NOT NULL"),
    "finished": text("standing <> 'open'"),
}
_ACTIVITIES: Final = {
    "queued": text("activity.status <> 'finished' AND activity.status = 'queued'"),
    "pending": text("activity.status <> 'finished' AND activity.status = 'pending'"),
    "finished": text("activity.status = 'finished'"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which items.

    Attributes:
        person_id: theirs; in the queue also what waits for anybody of `teams`.
        team: all of a team, whoever has it; instead of a person.
        kind: `service`, or a kind of activity; `task`: every kind but service.
        ring: `yellow`, `red` or `overdue`.
        text: words of protocol, title, or the activity's name.
        do_now: leaves appointments out whose time is still ahead.
    """

    person_id: UUID | None = None
    teams: tuple[str, ...] = ()
    team: str | None = None
    kind: str | None = None
    ring: str | None = None
    text: str | None = None
    do_now: bool = False


class Shape(NamedTuple):
    """What a list is like, whatever the values: a statement is made once for each shape.

    Attributes:
        teams: how many; None: the list is of one team.
        kind: `service`, `task`, `one` kind, or None: all.
        tickets: whether the reader may read any.
        reach: of the reader, see `engine.tickets.scope`; None: everything.
        own_teams: how many teams the reader has.
    """

    teams: int | None
    kind: str | None
    ring: str | None
    sought: bool
    do_now: bool
    tickets: bool
    reach: tuple[int, int] | None
    own_teams: int
    dialect: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One range of one index.

    Attributes:
        table: `ticket` or `activity`.
        where: what its rows have in common.
    """

    table: Any
    where: list[ColumnElement[bool]] = field(default_factory=list)

    @property
    def moment(self) -> Any:
        """When it was finished: a ticket, when it entered where it stands."""
        return self.table.c.entered_at if self.table is ticket else self.table.c.finished_at

    def order(self, box: Box) -> tuple[Any, ...]:
        """What its rows are sorted by, as its index is: what has a limit first, finished ones the latest first."""
        tie = self.table.c.id
        return (self.moment.desc(), tie.desc()) if box == "finished" else (self.table.c.limit_at, tie)


def asked(unit: Unit, wanted: Wanted) -> tuple[Shape, dict[str, Any]]:
    """The shape of what is wanted, as the unit's actor may see it, and the values of its parameters.

    Raises:
        NotPermitted: only tickets are wanted, and the actor may read none.
    """
    if wanted.kind == SERVICE:
        insist(unit, Action.TICKET_READ)
    reach = reach_of(unit)
    own = sorted(unit.actor.teams)
    sought = bool(wanted.text and wanted.text.strip())
    shape = Shape(
        teams=None if wanted.team is not None else len(wanted.teams),
        kind=wanted.kind if wanted.kind in {None, SERVICE, "task"} else "one",
        ring=wanted.ring,
        sought=sought,
        do_now=wanted.do_now,
        tickets=may_read_some(unit),
        reach=reach.shape if reach else None,
        own_teams=len(own) if reach else 0,
        dialect=unit.connection.dialect.name,
    )
    values: dict[str, Any] = {"now": unit.now}
    if wanted.team is not None:
        values["team"] = wanted.team
    else:
        values |= {"person": wanted.person_id} | {f"team{n}": one for n, one in enumerate(wanted.teams)}
    if shape.kind == "one":
        values["kind"] = wanted.kind
    if sought:
        values |= values_of_words(wanted.text or "", shape.dialect)
    if reach:
        values |= reach.values | {f"own_team{n}": one for n, one in enumerate(own)}
    return shape, values


def sources(shape: Shape, box: Box) -> list[Source]:
    """All sources of a box."""
    found = []
    if shape.kind in {None, SERVICE} and shape.tickets:
        common: list[Any] = [_TICKETS[box]]
        if shape.reach is not None:
            common.append(or_(*conditions(shape.reach), text("1 = 0")))
        found += [Source(table=ticket, where=[*common, one]) for one in _whose_tickets(shape, box)]
    if shape.kind != SERVICE:
        common = [_ACTIVITIES[box]]
        if shape.reach is not None:
            common.append(seen_by(shape.reach, shape.own_teams))
        if shape.kind == "one":
            common.append(activity.c.kind == bindparam("kind", type_=activity.c.kind.type))
        found += [Source(table=activity, where=[*common, *one]) for one in _whose_activities(shape, box)]
    more = list(_more(shape))
    return [Source(table=one.table, where=[*one.where, *(m[one.table] for m in more)]) for one in found]


def columns(source: Source, box: Box) -> list[Any]:
    """What a list shows, under the same names and types for both tables."""
    own = source.table.c
    if source.table is activity:
        return [own[name] for name in (*_SHARED, *_OF_ACTIVITIES)]
    named = {
        "ticket_id": own.id,
        "kind": literal_column(f"'{SERVICE}'"),
        "status": literal_column(f"'{box}'"),
        "person_id": own.responsible,
        "created_at": own.opened_at,
        "finished_at": own.entered_at if box == "finished" else cast(null(), own.entered_at.type),
        "name": own.title,
    }
    listed = [named[name].label(name) if name in named else own[name] for name in _SHARED]
    return [*listed, *(_lacking(name) for name in _OF_ACTIVITIES)]


def _lacking(name: str) -> Any:
    if name == "outcome":
        told = "CASE standing WHEN 'finished' THEN 'done' WHEN 'cancelled' THEN 'archived' END"
        return literal_column(told, activity.c.outcome.type).label(name)
    # A bare NULL in a nested SELECT would be a text for PostgreSQL, which then finds no common type.
    return cast(null(), activity.c[name].type).label(name)


_SHARED: Final = (
    "id",
    "ticket_id",
    "kind",
    "status",
    "team",
    "person_id",
    "name",
    "limit_at",
    "yellow_at",
    "created_at",
    "finished_at",
)
_OF_ACTIVITIES: Final = ("outcome", "due_kind", "type", "version_id", "process", "element", "taken_at", "customer_id")


def _whose_tickets(shape: Shape, box: Box) -> Iterator[ColumnElement[bool]]:
    if shape.teams is None:
        yield ticket.c.team == _team("team")
    elif box == "queued":
        yield from (ticket.c.team == _team(f"team{n}") for n in range(shape.teams))
    else:
        yield ticket.c.responsible == _person()


def _whose_activities(shape: Shape, box: Box) -> Iterator[list[ColumnElement[bool]]]:
    if shape.teams is None:
        yield [activity.c.team == _team("team")]
        return
    yield [activity.c.person_id == _person()]
    if box == "queued":
        yield from ([activity.c.team == _team(f"team{n}"), activity.c.person_id.is_(None)] for n in range(shape.teams))


def _team(name: str) -> Any:
    return bindparam(name, type_=activity.c.team.type)


def _person() -> Any:
    return bindparam("person", type_=activity.c.person_id.type)


def _more(shape: Shape) -> Iterator[dict[Any, ColumnElement[bool]]]:
    """Conditions for each table."""
    if shape.ring is not None:
        rule = yellow if shape.ring == "yellow" else past_limit
        yield {table: rule(table.c) for table in (ticket, activity)}
    if shape.do_now:
        at_once = text("(activity.due_kind IS NULL OR activity.due_kind <> 'appointment')")
        yield {ticket: true(), activity: or_(at_once, past_limit(activity.c))}
    if shape.sought:
        tickets, activities = with_words(shape.dialect)
        yield {
            ticket: ticket.c.id.in_(tickets),
            activity: or_(activity.c.id.in_(activities), activity.c.ticket_id.in_(tickets)),
        }
