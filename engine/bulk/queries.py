"""Read one's own bulk jobs: how far they are, and what became of each ticket, group by group. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, exists, func, not_, or_, select

from engine.bulk.model import bulk_item, bulk_job
from engine.bulk.outcomes import label
from engine.errors import NotFound
from engine.rights import insist
from engine.tickets.access import may_read_some
from engine.tickets.model import ticket
from engine.tickets.scope import condition, reach_of
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from engine.actors import Actor
    from engine.unit import Engine, Unit

STATES: Final[Mapping[str, str]] = {
    "selecting": "está escolhendo os atendimentos",
    "weighing": "está sendo examinado",
    "weighed": "foi examinado",
    "applying": "está sendo aplicado",
    "done": "foi aplicado",
    "cancelled": "foi cancelado",
    "stopped": "foi interrompido",
}
"""Of a job, and what is said of it: "O lote foi cancelado"."""
ITEM_STATES: Final = ("ready", "done", "unchanged", "failed", "refused", "waiting")
"""Of a ticket in a job, in the order in which groups are told."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tickets of a job that have the same outcome."""

    state: str
    group: str
    count: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A bulk job; see `engine.bulk.model` for the columns.

    Attributes:
        now: the instant of reading: what rate and remaining time are reckoned from.
        groups: by state, the largest first; empty in lists.
    """

    id: UUID
    person_id: UUID
    ordered_at: datetime
    deed: str
    what: Mapping[str, Any]
    filter: Mapping[str, Any] | None
    state: str
    regardless: bool
    size: int
    phase_at: datetime
    phase_size: int
    handled: int
    applied_at: datetime | None
    ended_at: datetime | None
    stopped: Mapping[str, str] | None
    now: datetime
    groups: tuple[Group, ...] = ()

    @classmethod
    def of(cls, unit: Unit, row: Mapping[str, Any], counts: Iterable[tuple[str, str, int, str | None]] = ()) -> Job:
        """From a row, and how many tickets there are of each state and group, with one's detail."""
        groups = [
            Group(state=state, group=group, count=count, label=label(unit, group, count, sample))
            for state, group, count, sample in counts
        ]
        columns = {name: row[name] for name in _COLUMNS}
        if groups and (left := _LEFT.get(row["state"])):  # fresher than what the last slice noted
            columns["handled"] = row["phase_size"] - sum(one.count for one in groups if one.state == left)
        return cls(
            **columns,
            now=unit.now,
            groups=tuple(sorted(groups, key=lambda one: (ITEM_STATES.index(one.state), -one.count, one.group))),
        )

    @property
    def rate_per_s(self) -> float | None:
        """Tickets a second since the present phase began; None: nothing to reckon with yet."""
        if self.state not in _LEFT and self.ended_at is None:
            return None
        seconds = ((self.ended_at or self.now) - self.phase_at).total_seconds()
        return round(self.handled / seconds, 1) if seconds > 0 and self.handled else None

    @property
    def remaining(self) -> timedelta | None:
        """How long the present phase will take at this rate; None: it is over, or nobody knows."""
        rate = self.rate_per_s
        if rate is None or self.state not in _LEFT:
            return None
        return timedelta(seconds=round((self.phase_size - self.handled) / rate))


# What a ticket is while its job's phase has still to deal with it.
_LEFT: Final = {"weighing": "waiting", "applying": "ready"}
_COLUMNS: Final = tuple(
    name for name in Job.__dataclass_fields__ if name not in {"now", "groups"} and name in bulk_job.columns
)
_JOB: Final = select(bulk_job).where(bulk_job.c.id == bindparam("job"))
_JOB_LOCKED: Final = _JOB.with_for_update(of=bulk_job)
_GROUP: Final = (bulk_item.c.state, bulk_item.c.outcome)


@dataclass(frozen=True, kw_only=True)
class ShowJob:
    """One job of one's own."""

    job: UUID


def show_job(unit: Unit, ask: ShowJob) -> Job:
    """The job, with its groups."""
    return own_job(unit, ask.job, lock=False)


def own_job(unit: Unit, job_id: UUID, *, lock: bool) -> Job:
    """The actor's own job, locked for a command or as it is for a query.

    Raises:
        NotPermitted: the actor may do nothing in bulk.
        NotFound: there is no such job, or it is somebody else's: the two cannot be told apart.
    """
    insist(unit, Action.TICKET_BULK)
    statement = _JOB_LOCKED if lock and unit.locks else _JOB
    row = unit.connection.execute(statement, {"job": job_id}).mappings().one_or_none()
    if row is None or row["person_id"] != unit.actor.user_id:
        raise NotFound(f"Não há lote {job_id}.")
    # All are counted; a group without a name of its own is called by what a ticket within reach was refused with.
    reached = _reached(unit)
    sample = bulk_item.c.detail if reached is None else case((reached, bulk_item.c.detail))
    groups = select(*_GROUP, func.count(), func.min(sample)).where(bulk_item.c.job_id == job_id).group_by(*_GROUP)
    counts = unit.connection.execute(groups).all()
    return Job.of(unit, dict(row), [(r[0], r[1], r[2], r[3]) for r in counts])


@dataclass(frozen=True, kw_only=True)
class ListJobs:
    """A page of one's own jobs, the newest first; `before`: id of the last one already seen."""

    before: UUID | None = None
    limit: int = 20


def list_jobs(unit: Unit, ask: ListJobs) -> list[Job]:
    """The jobs, without groups; one more than asked for if there are more."""
    insist(unit, Action.TICKET_BULK)
    statement = select(bulk_job).where(bulk_job.c.person_id == unit.actor.user_id)
    if ask.before is not None:
        statement = statement.where(bulk_job.c.id < ask.before)
    rows = unit.connection.execute(statement.order_by(bulk_job.c.id.desc()).limit(ask.limit + 1)).mappings().all()
    return [Job.of(unit, dict(row)) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Results:
    """A page of what became of the tickets, in the order in which they were selected.

    Attributes:
        state, group: only these.
        after: the last number already seen.
    """

    job: UUID
    state: str | None = None
    group: str | None = None
    after: int = 0
    limit: int = 100


def results(unit: Unit, ask: Results) -> Sequence[Any]:
    """Rows of `bulk_item`; one more than asked for if there are more.

    A job outlives the reach of its person: tickets that they do not reach any more are left out.
    """
    chosen = _chosen(unit, ask)
    if (reached := _reached(unit)) is not None:
        chosen.append(reached)
    statement = select(bulk_item).where(*chosen, bulk_item.c.number > ask.after)
    return unit.connection.execute(statement.order_by(bulk_item.c.number).limit(ask.limit + 1)).all()


def results_and_others(unit: Unit, ask: Results) -> tuple[Sequence[Any], int]:
    """The same, and how many tickets of this state and group are left out."""
    rows = results(unit, ask)
    reached = _reached(unit)
    if reached is None:
        return rows, 0
    others = select(func.count()).select_from(bulk_item).where(*_chosen(unit, ask), not_(reached))
    return rows, unit.connection.execute(others).scalar_one()


def _chosen(unit: Unit, ask: Results) -> list[ColumnElement[bool]]:
    """The job's tickets of this state and group.

    Raises:
        NotPermitted, NotFound: as for the job.
    """
    insist(unit, Action.TICKET_BULK)
    owner = unit.connection.execute(select(bulk_job.c.person_id).where(bulk_job.c.id == ask.job)).scalar()
    if owner is None or owner != unit.actor.user_id:
        raise NotFound(f"Não há lote {ask.job}.")
    asked = ((bulk_item.c.state, ask.state), (bulk_item.c.outcome, ask.group))
    return [bulk_item.c.job_id == ask.job, *(column == value for column, value in asked if value is not None)]


def _reached(unit: Unit) -> ColumnElement[bool] | None:
    """Whose tickets the actor may be told of now; None: all. What they named and did not reach then, they know."""
    if not may_read_some(unit):
        return bulk_item.c.revision.is_(None)
    reach = reach_of(unit)
    if reach is None:
        return None
    there = exists().where(ticket.c.protocol == bulk_item.c.protocol, condition(reach))
    return or_(bulk_item.c.revision.is_(None), there)


def exported(unit: Unit, ask: Results) -> Sequence[Any]:
    """The same, for a file; needs a right of its own."""
    insist(unit, Action.TICKET_EXPORT)
    return results(unit, ask)


def pages(engine: Engine, ask: Results, actor: Actor) -> Iterator[Sequence[Any]]:
    """Everything that is to be exported, page by page.

    The first page is read before this returns, so that a refusal comes before anything is sent.
    """
    first = engine.read(exported, ask, actor=actor)

    def rest() -> Iterator[Sequence[Any]]:
        page = first
        while page:
            yield page[: ask.limit]
            if len(page) <= ask.limit:
                return
            page = engine.read(exported, replace(ask, after=page[ask.limit - 1].number), actor=actor)

    return rest()
