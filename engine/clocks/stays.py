"""Every stay of every ticket in a period, ticket after ticket: what reports are made of. Never all in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from engine.activities.limits import line_of
from engine.clocks.outcomes import Known, outcomes
from engine.clocks.past import COLUMNS, Past
from engine.history import ticket_history
from engine.processes.deployed import deployed
from engine.registry.model import customer
from engine.rights import insist
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.sla.instants import instant, us
from engine.tickets.access import visible
from engine.tickets.clocks import life_from
from engine.tickets.model import ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.clocks.outcomes import Outcome
    from engine.runtime.places import Situation
    from engine.sla.clocks import State
    from engine.unit import Unit

_AT_ONCE: Final = 500
_OF: Final = ticket.c
_READ: Final = (
    _OF.id,
    _OF.process,
    _OF.version_id,
    _OF.subject,
    _OF.subsubject,
    _OF.priority,
    _OF.team,
    _OF.responsible,
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of one ticket in one situation; instants as numbers.

    Attributes:
        end: when it was left; None: the ticket stood there when the period ended.
        until: `end`, or the end of the period.
        worked: working time of it, by the situation's calendar; none where clocks stand still.
        limit: of the situation.
        team, person, subject: those at the end of the stay.
    """

    place: str
    label: str
    state: State
    begin: int
    end: int | None
    until: int
    worked: int
    limit: int | None
    team: str | None
    person: str | None
    subject: str | None

    @property
    def breached(self) -> bool:
        """Whether its limit was reached."""
        return self.limit is not None and self.limit <= self.until


@dataclass(frozen=True, slots=True)
class Told:
    """One ticket: its stays that touch the period, and its policy's clocks that were decided in it."""

    stays: Sequence[Stay]
    clocks: Sequence[Outcome]


def tickets_of(unit: Unit, since: datetime, until: datetime, *, process: str | None = None) -> Iterator[Told]:
    """Every ticket that the actor may read and that was somewhere in the period, as it was known at its end.

    Raises:
        NotPermitted: the actor may read no reports, or no tickets.
    """
    _ = unit.catalogue
    insist(unit, Action.REPORT_READ)
    wanted = select(*_READ, customer.c.kind.label("customer_kind"))
    wanted = wanted.outerjoin(customer, customer.c.id == _OF.customer_id).order_by(_OF.id).limit(_AT_ONCE)
    wanted = wanted.where(_OF.opened_at < until, or_(_OF.standing == "open", _OF.entered_at >= since))
    if (scope := visible(unit)) is not None:
        wanted = wanted.where(scope)
    if process is not None:
        wanted = wanted.where(_OF.process == process)
    last: UUID | None = None
    while rows := unit.connection.execute(wanted if last is None else wanted.where(_OF.id > last)).all():
        last = rows[-1].id
        histories = _histories(unit, [row.id for row in rows], until)
        for row in rows:
            if told := histories.get(row.id):
                yield _told(unit, row, told, us(since), us(until))


def _histories(unit: Unit, wanted: Sequence[UUID], until: datetime) -> Mapping[UUID, list[Any]]:
    of = ticket_history.c
    columns = (of.ticket_id, of.seq, of.at, of.deed, of.version_id, of.entered, of.detail)
    statement = select(*columns).where(of.ticket_id.in_(wanted)).order_by(of.ticket_id, of.seq)
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in unit.connection.execute(statement):
        found[row.ticket_id].append(row)
    return {one: rows for one, rows in found.items() if rows[0].at < until}


def _told(unit: Unit, row: Any, rows: Sequence[Any], since: int, until: int) -> Told:
    known = [one for one in rows if us(one.at) < until]
    past = Past(rows, {name: getattr(row, name) for name in COLUMNS})
    later = rows[len(known)].seq if len(known) < len(rows) else None
    life = life_from(unit, known)
    versions = {one.seq: one.version_id for one in known if one.entered is not None}
    stays = []
    for number, visit in enumerate(life.visits):
        after = life.visits[number + 1] if number + 1 < len(life.visits) else None
        end = None if after is None else after.begin
        if end is not None and end < since:
            continue
        facts = past.before(after.seq if after is not None else later)
        situation, label = _situation(unit, versions[visit.seq], visit.place)
        team = facts["team"]
        handed = past.handed(after.seq if after is not None else later)
        line = line_of(unit, situation.calendar if situation else None, team, handed)
        stop = until if end is None else end
        limit = None
        if situation is not None and situation.sla and visit.state == "running":
            due = line.due(instant(visit.begin), amount_of(situation.sla))
            limit = None if due is None else us(due)
        stays.append(
            Stay(
                visit.place,
                label,
                visit.state,
                visit.begin,
                end,
                stop,
                line.worked(visit.begin, stop) if visit.state == "running" else 0,
                limit,
                team,
                None if facts["responsible"] is None else str(facts["responsible"]),
                facts["subject"],
            )
        )
    ticket_then = Known(row=row, rows=known, life=life, past=past, later=later)
    return Told(stays, list(outcomes(unit, ticket_then, since, until)))


def _situation(unit: Unit, version: UUID, place: str) -> tuple[Situation | None, str]:
    process = deployed(unit, version)
    key, _, element = place.rpartition(":")
    found = process.situations.get(Place(key, element))
    end = process.ends.get(Place(key, element))
    return found, found.label if found else end.label if end else element
