"""What workers keep of a job: tickets selected, outcomes, how far it is, and why it went no further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from engine.bulk.applying import insist_on_bulk
from engine.bulk.model import bulk_item, bulk_job
from engine.bulk.ordering import AT_WORK, about, end, insert_items
from engine.tickets.listing import List, list_tickets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from engine.bulk.outcomes import Outcome
    from engine.unit import Unit

LEASE: Final = timedelta(seconds=30)
_PAGE: Final = 1_000


@dataclass(frozen=True)
class Select:
    """Select the next page of tickets."""

    job: UUID
    worker: str


def select_more(unit: Unit, ask: Select) -> int:
    """Keep the next page of what the filter finds, for the job's own person; returns how many were found.

    Raises:
        Refused: the list refuses the person or the filter.
        BulkEndedError: the person may act in bulk no more.
    """
    insist_on_bulk(unit)
    job = _held(unit, ask.job, ask.worker)
    if job is None or job.state != "selecting":
        return 0
    page = list_tickets(unit, List(**job.filter, cursor=job.cursor, limit=_PAGE))
    size, most = job.size + len(page.rows), unit.engine.settings.bulk_max
    if size > most:
        detail = f"O filtro acha mais de {most} atendimentos (TRAMITA_BULK_MAX). Estreite-o e peça outro lote."
        end(unit, job, "stopped", stopped={"code": "bulk_size", "detail": detail})
        return len(page.rows)
    insert_items(unit, job.id, job.size + 1, ((row.protocol, row.revision) for row in page.rows))
    changes: dict[str, Any] = {"size": size, "cursor": page.next, "lease_until": unit.now + LEASE}
    if page.next is None:
        changes |= {"state": "weighing", "phase_at": unit.now, "phase_size": size}
    unit.update(about(job.id), bulk_job, {"id": job.id, "state": job.state}, **changes)
    unit.record(about(job.id), "selected", size=size)
    return len(page.rows)


@dataclass(frozen=True)
class Note:
    """What became of some tickets.

    Attributes:
        left: state of the tickets that are still to be dealt with: `waiting` or `ready`.
        outcomes: by number; these were `left` and are so no longer.
    """

    job: UUID
    worker: str
    left: str
    outcomes: Sequence[tuple[int, Outcome]]


_PHASES: Final = {"waiting": "weighing", "ready": "applying"}


def note(unit: Unit, ask: Note) -> bool:
    """Keep the outcomes and how far the job is; with the last one its phase is over. False: it is not ours any more."""
    job = _held(unit, ask.job, ask.worker)
    if job is None or job.state != _PHASES[ask.left]:
        return False
    for number, one in ask.outcomes:
        unit.update(
            about(job.id),
            bulk_item,
            {"job_id": job.id, "number": number, "state": ask.left},
            state=one.state,
            outcome=one.group,
            detail=one.detail,
            reasons=list(one.reasons),
            at=unit.now,
        )
    still = select(func.count()).where(bulk_item.c.job_id == job.id, bulk_item.c.state == ask.left)
    left = unit.connection.execute(still).scalar_one() - len(ask.outcomes)
    handled = job.phase_size - left
    if left:
        unit.update(about(job.id), bulk_job, {"id": job.id}, handled=handled, lease_until=unit.now + LEASE)
        unit.record(about(job.id), "worked", state=job.state, handled=handled)
    elif ask.left == "ready":
        end(unit, job, "done", handled=handled)
    else:
        changes = {"state": "weighed", "handled": handled, "worker": None, "lease_until": None}
        unit.update(about(job.id), bulk_job, {"id": job.id, "state": job.state}, **changes)
        unit.record(about(job.id), "weighed", size=job.size)
    return True


@dataclass(frozen=True)
class Stop:
    """Go no further, and say why."""

    job: UUID
    code: str
    detail: str


def stop(unit: Unit, ask: Stop) -> bool:
    """End the job: what was done stays done. False: it had ended already."""
    job = unit.connection.execute(_locked(ask.job)).one_or_none()
    if job is None or job.state not in AT_WORK:
        return False
    end(unit, job, "stopped", stopped={"code": ask.code, "detail": ask.detail})
    return True


def _held(unit: Unit, job_id: UUID, worker: str) -> Any:
    """The job's row, locked; None: its lease has gone to another worker."""
    row = unit.connection.execute(_locked(job_id)).one_or_none()
    return row if row is not None and row.worker == worker else None


def _locked(job_id: UUID) -> Any:
    return select(bulk_job).where(bulk_job.c.id == job_id).with_for_update()
