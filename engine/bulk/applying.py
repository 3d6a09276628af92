"""Do the deed to one ticket: the ordinary command and its result, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from engine.bulk.deeds import Try, carry_out
from engine.bulk.model import bulk_item, bulk_job
from engine.bulk.ordering import about
from engine.bulk.outcomes import DONE, UNCHANGED
from engine.errors import NotPermitted
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from engine.unit import Unit

_BOTH: Final = (
    select(bulk_item.c.state, bulk_job.c.state.label("job_state"))
    .join(bulk_job, bulk_job.c.id == bulk_item.c.job_id)
    .where(bulk_item.c.job_id == bindparam("job"), bulk_item.c.number == bindparam("number"))
)
_LOCKED: Final = _BOTH.with_for_update(of=bulk_item)


@dataclass(frozen=True, kw_only=True)
class One:
    """One ticket of a job that is being applied."""

    job: UUID
    number: int
    deed: str
    what: Mapping[str, Any]
    protocol: str
    seen: int | None


def apply_one(unit: Unit, ask: One) -> bool:
    """Change the ticket and keep that it is done: both are committed, or neither.

    The result is a guarded row of the same transaction, so that whoever repeats this, after a kill or beside another
    worker, finds it done. The right to act in bulk is asked anew for every ticket, as its own rights are.

    Returns:
        Whether the job goes on: False when it is no longer being applied.

    Raises:
        Refused: whatever the command refuses; the ticket is as it was, and its result is still to be kept.
        BulkEndedError: the person may act in bulk no more.
    """
    found = unit.first(_LOCKED if unit.locks else _BOTH, job=ask.job, number=ask.number)
    assert found is not None, ask
    insist_on_bulk(unit)
    if found["job_state"] != "applying":
        return False
    if found["state"] != "ready":
        return True
    trial = Try(job=ask.job, deed=ask.deed, what=ask.what, protocol=ask.protocol, seen=ask.seen)
    ticket, changed = carry_out(unit, trial)
    told = DONE if changed else UNCHANGED
    if not changed:
        unit.record(about(ask.job), "unchanged", ticket=ask.protocol)
    unit.update(
        ticket.about if changed else about(ask.job),
        bulk_item,
        {"job_id": ask.job, "number": ask.number, "state": "ready"},
        state=told.state,
        outcome=told.group,
        seq=ticket.seq,
        at=unit.now,
    )
    return True


class BulkEndedError(Exception):
    """The person who ordered it may act in bulk no more; `code` and `detail` say why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def insist_on_bulk(unit: Unit) -> None:
    """Tell the loss of the right to act in bulk from a right that one ticket lacks.

    Raises:
        BulkEndedError: it was revoked.
    """
    try:
        insist(unit, Action.TICKET_BULK)
    except NotPermitted as refused:
        raise BulkEndedError("not_permitted", refused.detail) from refused
