"""Announce what crossed a limit: each crossing once, to whom the diagram or the team says, in batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import bindparam, func, null, select

from engine.activities.arming import Armed, due
from engine.activities.model import activity, announcement
from engine.activities.rings import told_as
from engine.actors import TIMER
from engine.queues.addressees import Addressees
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from engine.activities.arming import Step
    from engine.unit import Engine, Unit

BATCH: Final = 500
Of = Literal["service", "activity", "alone"]
OF: Final[tuple[Of, ...]] = ("service", "activity", "alone")


@dataclass(frozen=True, kw_only=True)
class Announce:
    """Announce what is due.

    Attributes:
        of: tickets' service items, activities in tickets, or activities in no ticket.
        limit: how many items at most, the earliest first.
    """

    of: Of
    limit: int = BATCH


def announce(unit: Unit, ask: Announce) -> int:
    """Announce a batch; returns how many items it was about.

    Rows that somebody else is just changing are left for the next beat: nobody waits, so nobody waits in a circle.
    Rows go to the database table by table: many of one shape are one round trip.
    """
    found = unit.connection.execute(_due(ask.of), {"now": unit.now, "many": ask.limit}).all()
    if not found:
        return 0
    unit.now = unit.engine.clock()  # the rows are locked: a ticket's instants grow with its history
    crossed = list(_crossed(unit, found))
    told = list(_told(unit, ask.of, crossed))
    _flag(unit, ask.of, crossed, told)
    for one in told:
        _record(unit, one)
    for one in told:
        row, of = one.row, one.row.id
        key = {"item_id": of, "version": one.detail["version"], "threshold": one.threshold}
        values = {"ticket_id": row.ticket_id, "ring": one.ring, "due_at": one.due_at, "at": unit.now, "told": one.told}
        unit.insert(one.about, announcement, **key, **values)
    for one in told:
        unit.post("activity.announced", ticket_id=one.row.ticket_id, item=str(one.row.id), seq=one.seq, **one.detail)
    return len(crossed)


def announce_all(engine: Engine, *, batch: int = BATCH) -> int:
    """Announce everything that is due now; returns how many items it was about.

    Any number of schedulers may do this at once: each takes rows that no other has locked.
    """
    done = 0
    for of in OF:
        while some := engine.run(announce, Announce(of=of, limit=batch), actor=TIMER):
            done += some
    return done


@dataclass(frozen=True, kw_only=True)
class _Crossed:
    """An item, the thresholds it has crossed, and what is still to come."""

    row: Any
    status: str
    steps: list[Step]
    rest: Armed


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One crossing, as it is told."""

    row: Any
    about: str
    threshold: str
    due_at: datetime
    ring: str | None
    told: list[str]
    seq: int | None
    detail: dict[str, Any]


def _crossed(unit: Unit, rows: Sequence[Any]) -> Iterator[_Crossed]:
    for row in rows:
        steps, rest = due(row.to_announce, unit.now)
        if steps:
            status = row.status or ("pending" if row.person_id else "queued")
            yield _Crossed(row=row, status=status, steps=steps, rest=rest)


def _told(unit: Unit, of: Of, crossed: Sequence[_Crossed]) -> Iterator[_Told]:
    addressees, seqs = Addressees(unit), dict[Any, int]()
    for one in crossed:
        row = one.row
        for threshold, due_at, version in one.steps:
            if threshold == "yellow" and one.status != "queued":
                continue  # only what waits in a queue has a ring
            seq = None
            if of != "alone":
                seq = seqs[row.ticket_id] = seqs.get(row.ticket_id, row.seq) + 1
            told = addressees.of(threshold, row.team, row.person_id)
            ring = told_as(one.status, threshold)
            detail = {
                "threshold": threshold,
                "ring": ring,
                "told": told,
                "due_at": due_at.isoformat(),
                "version": version or row.limit_version,
            }
            if of != "service":
                own = {"element": row.element} if row.element else {"kind": row.kind}
                detail |= {"activity": str(row.id), **own}
            yield _Told(
                row=row,
                about=f"activity:{row.id}" if of == "alone" else f"ticket:{row.ticket_id}",
                threshold=threshold,
                due_at=due_at,
                ring=ring,
                told=told,
                seq=seq,
                detail=detail,
            )


def _flag(unit: Unit, of: Of, crossed: Sequence[_Crossed], told: Sequence[_Told]) -> None:
    """Note on each item which ring was told, and in each ticket how far its history has come."""
    rings: dict[UUID, str] = {one.row.id: one.ring for one in told if one.ring}
    seqs: dict[UUID, int] = {one.row.ticket_id: one.seq for one in told if one.seq is not None}
    for one in crossed:
        row = one.row
        fresh = row.id in rings
        values = {
            "to_announce": one.rest.to_announce,
            "announce_at": one.rest.announce_at,
            "announced": rings[row.id] if fresh else row.announced,
            "announced_at": unit.now if fresh else row.announced_at,
        }
        if of == "service":
            values["seq"] = seqs.get(row.id, row.seq)
            unit.update(None, ticket, {"id": row.id, "seq": row.seq}, **values)
        else:
            unit.update(None, activity, {"id": row.id}, **values)
    if of == "activity":
        read = {one.row.ticket_id: one.row.seq for one in crossed}
        for ticket_id, seq in seqs.items():
            unit.update(None, ticket, {"id": ticket_id, "seq": read[ticket_id]}, seq=seq)


def _record(unit: Unit, one: _Told) -> None:
    if one.seq is None:
        unit.record(one.about, "announced", **one.detail)
        return
    row = one.row
    columns = {"version_id": row.ticket_version, "revision": row.revision}
    unit.record_ticket(row.ticket_id, one.seq, "announced", **columns, detail=one.detail)


_WHAT: Final = ("id", "limit_version", "to_announce", "announced", "announced_at", "team")


@cache
def _due(of: Of) -> Select[Any]:
    own = ticket if of == "service" else activity
    columns: list[Any] = [own.c[name] for name in _WHAT]
    if of == "service":
        columns += [ticket.c.id.label("ticket_id"), ticket.c.responsible.label("person_id")]
        columns += [null().label("status")]
    else:
        columns += [activity.c[name] for name in ("ticket_id", "person_id", "status", "element", "kind")]
    if of != "alone":
        columns += [ticket.c.seq, ticket.c.version_id.label("ticket_version"), ticket.c.revision]
    statement = select(*columns).where(own.c.announce_at <= bindparam("now", type_=own.c.announce_at.type))
    if of == "alone":
        # No index on `ticket_id` serves this: it would look at all that wait, and not at what is due.
        statement = statement.where(func.coalesce(activity.c.ticket_id, activity.c.ticket_id).is_(None))
    if of == "activity":
        statement = statement.join(ticket, ticket.c.id == activity.c.ticket_id)
    locked = (ticket,) if of == "service" else (activity,) if of == "alone" else (activity, ticket)
    statement = statement.order_by(own.c.announce_at, own.c.id).limit(bindparam("many"))
    return statement.with_for_update(of=locked, skip_locked=True)
