"""Work on what was ordered: any number of workers, each with jobs of its own, a slice at a time."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.actors import BULK, Actor
from engine.bulk.applying import BulkEndedError, One, apply_one, insist_on_bulk
from engine.bulk.deeds import Try
from engine.bulk.model import bulk_item, bulk_job
from engine.bulk.noting import LEASE, Note, Select, Stop, note, select_more, stop
from engine.bulk.ordering import AT_WORK, about
from engine.bulk.outcomes import BROKEN, Outcome, refusal, weighed
from engine.errors import Busy, NotAuthenticated, Refused
from engine.people.knowing import actor_of, by_token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from engine.unit import Engine, Unit

log = logging.getLogger(__name__)

SLICE_S: Final = 0.4
_PAGE: Final = 500
_AWAY: Final = (OperationalError, InterfaceError)  # the database's trouble, and not one ticket's


def work_all(engine: Engine, *, worker: str, budget_s: float) -> int:
    """Work on waiting jobs in turns until there are none or the time is up; returns how many tickets were handled.

    A job is one worker's until its lease is over: who is killed loses it, and another goes on where the rows say.

    Args:
        worker: a name that no other worker has.
        budget_s: how long, apart from the ticket under way.
    """
    until = time.monotonic() + budget_s
    handled = 0
    while time.monotonic() < until and (found := engine.read(_next, worker, actor=BULK)):
        job = engine.run(_take, _Take(found, worker), actor=BULK)
        if job is not None:
            handled += _Slice(engine, worker, job, min(until, time.monotonic() + SLICE_S)).work()
    return handled


_FREE: Final = (
    select(bulk_job.c.id)
    .where(
        bulk_job.c.state.in_(AT_WORK),
        or_(
            bulk_job.c.worker == bindparam("worker"),
            bulk_job.c.lease_until.is_(None),
            bulk_job.c.lease_until <= bindparam("now"),
        ),
    )
    # Each slice renews the lease: the job that has waited longest comes first.
    .order_by(bulk_job.c.lease_until.is_not(None), bulk_job.c.lease_until, bulk_job.c.id)
    .limit(1)
)


def _next(unit: Unit, worker: str) -> UUID | None:
    found: UUID | None = unit.connection.execute(_FREE, {"worker": worker, "now": unit.now}).scalar()
    return found


@dataclass(frozen=True)
class _Take:
    job: UUID
    worker: str


def _take(unit: Unit, ask: _Take) -> Any:
    """The job's row, leased to the worker; None: another was faster."""
    statement = select(bulk_job).where(bulk_job.c.id == ask.job, bulk_job.c.state.in_(AT_WORK))
    row = unit.connection.execute(statement.with_for_update(skip_locked=True)).one_or_none()
    if row is None or row.worker == ask.worker:
        return row
    if row.lease_until is not None and row.lease_until > unit.now:
        return None
    lease = {"worker": ask.worker, "lease_until": unit.now + LEASE}
    unit.update(about(row.id), bulk_job, {"id": row.id}, **lease)
    unit.record(about(row.id), "taken", worker=ask.worker, state=row.state)
    return row


@dataclass(frozen=True)
class _Slice:
    """Some of a job's tickets, in the name of who ordered it."""

    engine: Engine
    worker: str
    job: Any
    until: float

    def work(self) -> int:
        """Do what the job's state asks for; returns how many tickets were handled."""
        phase = {"selecting": self._select, "weighing": self._weigh, "applying": self._apply}[self.job.state]
        try:
            return phase(self.engine.read(_orderer, self.job, actor=BULK))
        except NotAuthenticated as refused:
            ended = refused.code, refused.detail
        except BulkEndedError as error:
            ended = error.code, error.detail
        self.engine.run(stop, Stop(self.job.id, *ended), actor=BULK)
        return 0

    def _select(self, who: Actor) -> int:
        try:
            selected: int = self.engine.run(select_more, Select(self.job.id, self.worker), actor=who)
        except NotAuthenticated:
            raise
        except Refused as refused:
            raise BulkEndedError(refused.code, refused.detail) from refused
        return selected

    def _weigh(self, who: Actor) -> int:
        items = self.engine.read(_items, (self.job.id, "waiting"), actor=BULK)
        outcomes = self.engine.read(self._weighed, items, actor=who)
        self._note("waiting", outcomes)
        return len(outcomes)

    def _weighed(self, unit: Unit, items: Sequence[Any]) -> list[tuple[int, Outcome]]:
        insist_on_bulk(unit)
        found: list[tuple[int, Outcome]] = []
        for item in items:
            if found and time.monotonic() > self.until:
                break
            found.append((item.number, self._one_weighed(unit, item)))
        return found

    def _one_weighed(self, unit: Unit, item: Any) -> Outcome:
        job = self.job
        try:
            ask = Try(job=job.id, deed=job.deed, what=job.what, protocol=item.protocol, seen=item.revision)
            return weighed(unit, ask)
        except (NotAuthenticated, *_AWAY):
            raise
        except Exception:  # one ticket's trouble must not keep the others waiting
            log.exception("dry run of bulk %s, ticket %s", job.id, item.protocol)
            return BROKEN.refused()

    def _apply(self, who: Actor) -> int:
        items = self.engine.read(_items, (self.job.id, "ready"), actor=BULK)
        failed: list[tuple[int, Outcome]] = []
        handled = 0
        try:
            for item in items:
                if handled and time.monotonic() > self.until:
                    break
                if not self._one_applied(who, item, failed):
                    return handled  # cancelled
                handled += 1
        except Busy:  # the others go on when the database can be had again
            log.warning("bulk %s waits: the database is busy", self.job.id)
        finally:
            self._note("ready", failed)
        return handled

    def _one_applied(self, who: Actor, item: Any, failed: list[tuple[int, Outcome]]) -> bool:
        job = self.job
        seen = None if job.regardless else item.revision
        ask = One(job=job.id, number=item.number, deed=job.deed, what=job.what, protocol=item.protocol, seen=seen)
        try:
            done: bool = self.engine.run(apply_one, ask, actor=who)
        except (NotAuthenticated, BulkEndedError, Busy, *_AWAY):
            raise
        except Refused as refused:
            failed.append((item.number, refusal(refused, "failed")))
        except Exception:  # one ticket's trouble must not keep the others waiting
            log.exception("bulk %s, ticket %s", job.id, item.protocol)
            failed.append((item.number, BROKEN))
        else:
            return done
        return True

    def _note(self, left: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        self.engine.run(note, Note(self.job.id, self.worker, left, tuple(outcomes)), actor=BULK)


def _items(unit: Unit, asked: tuple[UUID, str]) -> Sequence[Any]:
    job_id, state = asked
    columns = (bulk_item.c.number, bulk_item.c.protocol, bulk_item.c.revision)
    statement = select(*columns).where(bulk_item.c.job_id == job_id, bulk_item.c.state == state)
    return unit.connection.execute(statement.order_by(bulk_item.c.number).limit(_PAGE)).all()


def _orderer(unit: Unit, job: Any) -> Actor:
    """Who ordered it, as they are now; a job ordered with a token ends with it.

    Raises:
        NotAuthenticated: the person has no access any more, or the token has ended.
    """
    if job.token is not None:
        return by_token(unit, bytes(job.token))
    person = unit.catalogue.people.get(job.person_id)
    if person is None or person.ended:
        raise NotAuthenticated("Quem pediu o lote não tem mais acesso.")
    return actor_of(person, -1, token_hash=None)  # each unit asks anew who they are
