"""Limits of activities that diagrams ask for computed anew, some at a time; those made by hand keep theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.types import Uuid

from engine.activities import limits
from engine.activities.model import activity
from engine.processes.deployed import deployed
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from engine.unit import Unit

_NAMES: Final = (
    *("id", "ticket_id", "version_id", "process", "element", "team", "handed"),
    *("status", "created_at", "limit_at", "limit_version"),
)
_DRAWN: Final = select(*(activity.c[name] for name in _NAMES)).where(
    activity.c.status != "finished", activity.c.element.is_not(None)
)
_PAGE: Final = (
    _DRAWN.where(activity.c.id > bindparam("after", type_=Uuid())).order_by(activity.c.id).limit(bindparam("most"))
)


def activities_anew(unit: Unit, because: str, *, after: UUID, most: int) -> tuple[list[UUID], int]:
    """Look at the unfinished activities that follow that one; returns their ids, and how many have another limit now.

    What is read without a lock only says which may change: under their tickets' locks it is asked again.
    """
    rows = unit.connection.execute(_PAGE, {"after": after, "most": most}).all()
    found = [row for row, _ in _changes(unit, rows)]
    if not found:
        return [row.id for row in rows], 0
    columns = [ticket.c[name] for name in ("id", "seq", "revision", "version_id")]
    locking = select(*columns).where(ticket.c.id.in_({row.ticket_id for row in found})).order_by(ticket.c.id)
    tickets = {one.id: one for one in unit.connection.execute(locking.with_for_update())}
    unit.now = unit.engine.clock()  # the rows are locked: a ticket's instants grow with its history
    again = unit.connection.execute(_DRAWN.where(activity.c.id.in_([row.id for row in found]))).all()
    seqs = {one.id: one.seq for one in tickets.values()}
    changes = list(_changes(unit, again))
    for row, values in changes:
        unit.update(f"ticket:{row.ticket_id}", activity, {"id": row.id, "status": row.status}, **values)
    for row, values in changes:
        own = tickets[row.ticket_id]
        seqs[own.id] += 1
        told = {"because": because, "limit_at": [row.limit_at, values["limit_at"]]}
        detail = {"activity": str(row.id), "element": row.element, **told}
        of = {"version_id": own.version_id, "revision": own.revision}
        unit.record_ticket(own.id, seqs[own.id], "activity_limit_changed", **of, detail=detail)
    for one, seq in seqs.items():
        if seq != tickets[one].seq:
            unit.update(None, ticket, {"id": one, "seq": tickets[one].seq}, seq=seq)
    return [row.id for row in rows], len(changes)


def _changes(unit: Unit, rows: Sequence[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Those whose limit is another one by the rules of today, and their columns with it."""
    for row in rows:
        spec = deployed(unit, row.version_id).activities.get(Place(row.process, row.element))
        if spec is None or spec.sla is None:
            continue
        line = limits.line_of(unit, spec.calendar, row.team, row.handed)
        limit = line.due(row.created_at, amount_of(spec.sla))
        if limit != row.limit_at:
            told = {"escalate": spec.escalate, "team": row.team, "version": row.limit_version}
            yield row, limits.set_at(unit, row.created_at, limit, line=line, **told)
