"""Compute limits anew after calendars or policies changed: in the background, some at a time, resumable."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities import limits
from engine.activities.model import activity
from engine.actors import TIMER
from engine.history import ticket_history
from engine.people.knowing import name_of
from engine.processes.deployed import deployed
from engine.queues.item import opened
from engine.registry.clocks import clock_refresh
from engine.registry.model import customer
from engine.rights import insist
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.sla.instants import instant, us
from engine.sla.kept import Kept, kept
from engine.tickets.clocks import calendar_of, facts_of, life_from, tells_of_clocks, terms_of
from engine.tickets.model import ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from engine.runtime.places import Situation
    from engine.runtime.process import Process
    from engine.unit import Engine, Unit

BATCH: Final = 100
_READ: Final = (
    *(ticket.c[name] for name in ("id", "seq", "version_id", "process", "place_process", "situation", "entered_at")),
    *(ticket.c[name] for name in ("subject", "subsubject", "priority", "team")),
    *(ticket.c[name] for name in ("limit_at", "limit_version", "response_limit_at", "resolution_limit_at", "clocks")),
    customer.c.kind.label("customer_kind"),
)


@dataclass(frozen=True, kw_only=True)
class ReadRefreshes:
    """The latest refreshes."""

    most: int = 20


def read_refreshes(unit: Unit, ask: ReadRefreshes) -> list[dict[str, Any]]:
    """How far each has come, the newest first."""
    _ = unit.catalogue
    insist(unit, Action.REGISTRY_READ)
    rows = unit.connection.execute(select(clock_refresh).order_by(clock_refresh.c.id.desc()).limit(ask.most))
    names = ("id", "what", "because", "asked_at", "seen", "changed", "finished_at")
    return [{name: getattr(row, name) for name in names} | {"asked_by": name_of(unit, row.asked_by)} for row in rows]


@dataclass(frozen=True, kw_only=True)
class RefreshSome:
    """Go on with the oldest refresh that is not finished."""

    most: int = BATCH


def refresh_some(unit: Unit, ask: RefreshSome) -> int:
    """Compute the next limits anew; returns how many were looked at, at least 1 while anything is unfinished.

    How far it came is written in the same transaction: killed anywhere, it goes on where the last commit was. Any
    number of workers may do this, one at a time gets the row.
    """
    unit.replay()
    oldest = select(clock_refresh).where(clock_refresh.c.finished_at.is_(None)).order_by(clock_refresh.c.id).limit(1)
    job = unit.connection.execute(oldest.with_for_update(skip_locked=True) if unit.locks else oldest).one_or_none()
    if job is None:
        return 0
    some = _tickets if job.what == "tickets" else _activities
    seen, changed = some(unit, job, ask.most)
    about = f"clock_refresh:{job.id}"
    done = len(seen) < ask.most
    unit.update(
        about,
        clock_refresh,
        {"id": job.id, "seen": job.seen},
        last_id=seen[-1] if seen else job.last_id,
        seen=job.seen + len(seen),
        changed=job.changed + changed,
        finished_at=unit.now if done else None,
    )
    unit.record(about, "refreshed", because=job.because, seen=len(seen), changed=changed)
    return max(1, len(seen))


def refresh_all(engine: Engine, *, most: int = BATCH, budget_s: float = math.inf) -> int:
    """Go on until nothing is unfinished, or so much time is spent; returns how many limits were looked at."""
    until, looked = time.monotonic() + budget_s, 0
    while some := engine.run(refresh_some, RefreshSome(most=most), actor=TIMER):
        looked += some
        if time.monotonic() > until:
            break
    return looked


def _tickets(unit: Unit, job: Any, most: int) -> tuple[Sequence[UUID], int]:
    statement = select(*_READ).outerjoin(customer, customer.c.id == ticket.c.customer_id)
    statement = statement.where(ticket.c.standing == "open").order_by(ticket.c.id).limit(most)
    if job.last_id is not None:
        statement = statement.where(ticket.c.id > job.last_id)
    rows = unit.connection.execute(statement.with_for_update(of=ticket) if unit.locks else statement).all()
    versions = {one: deployed(unit, one) for one in {row.version_id for row in rows}}
    fresh = _measured(unit, rows, versions)
    told = []
    for row in rows:
        values = _values(unit, row, versions[row.version_id], fresh.get(row.id))
        before = {name: getattr(row, name) for name in values if name in _OWN}
        if all(before[name] == values[name] for name in before):
            continue
        changed = {name: [_text(was), _text(values[name])] for name, was in before.items() if was != values[name]}
        changed.pop("clocks", None)
        if not changed:  # what clocks are counted from is noted anew, no limit is another: nothing to tell
            unit.update(None, ticket, {"id": row.id, "seq": row.seq}, **values)
            continue
        told.append((row, values, {"because": job.because, "limits": changed}))
    for row, values, _ in told:
        unit.update(f"ticket:{row.id}", ticket, {"id": row.id, "seq": row.seq}, seq=row.seq + 1, **values)
    for row, _, detail in told:
        unit.record_ticket(row.id, row.seq + 1, "limits_changed", version_id=row.version_id, detail=detail)
    return [row.id for row in rows], len(told)


_OWN: Final = ("limit_at", "response_limit_at", "resolution_limit_at", "clocks")


def _values(unit: Unit, row: Any, process: Process, found: Kept | None) -> dict[str, Any]:
    """The columns of a ticket as the rules of today make them."""
    situation = process.situations.get(Place(row.place_process, row.situation))
    limit = None
    if situation is not None and situation.sla and not situation.pauses_sla:
        line = limits.line_of(unit, situation.calendar, row.team)
        limit = line.due(row.entered_at, amount_of(situation.sla))
    response, resolution = found.limits() if found is not None else (None, None)
    return _armed(unit, row, situation, limit) | {
        "response_limit_at": None if response is None else instant(response),
        "resolution_limit_at": None if resolution is None else instant(resolution),
        "clocks": None if found is None else found.as_json(),
    }


def _armed(unit: Unit, row: Any, situation: Situation | None, limit: Any) -> dict[str, Any]:
    """A limit that is another one is a new deadline; else it keeps what was told of it."""
    if limit == row.limit_at:
        return {"limit_at": limit}
    return limits.set_at(
        unit,
        row.entered_at,
        limit,
        escalate=situation.escalate if situation else None,
        calendar=situation.calendar if situation else None,
        team=row.team,
        version=row.limit_version,
    )


def _measured(unit: Unit, rows: Sequence[Any], versions: Mapping[UUID, Process]) -> Mapping[UUID, Kept | None]:
    """The policies' clocks of each ticket; histories are read of those alone whose row does not say enough."""
    policies, calendars = unit.catalogue.policies, unit.catalogue.calendars
    if not policies:
        return {}
    found: dict[UUID, Kept | None] = {}
    terms = {}
    for row in rows:
        around = (versions[row.version_id].settings[row.process].calendar, calendar_of(unit, row.team))
        terms[row.id] = terms_of(policies, calendars, facts_of(row), around)
        if row.clocks is not None and (same := Kept.of_json(row.clocks).measured(terms[row.id])) is not None:
            found[row.id] = same
    lacking = [row.id for row in rows if row.id not in found]
    for one, told in _histories(unit, lacking).items():
        found[one] = kept(life_from(unit, told), us(unit.now), terms[one])
    return found


def _histories(unit: Unit, wanted: Iterable[UUID]) -> Mapping[UUID, list[Any]]:
    of = ticket_history.c
    found: dict[UUID, list[Any]] = defaultdict(list)
    if ids := list(wanted):
        columns = (of.ticket_id, of.seq, of.at, of.deed, of.version_id, of.entered, of.detail)
        statement = select(*columns).where(of.ticket_id.in_(ids), tells_of_clocks()).order_by(of.ticket_id, of.seq)
        for row in unit.connection.execute(statement):
            found[row.ticket_id].append(row)
    return found


def _activities(unit: Unit, job: Any, most: int) -> tuple[Sequence[UUID], int]:
    of = activity.c
    statement = select(of.id, of.version_id, of.process, of.element, of.team, of.created_at, of.limit_at)
    statement = statement.where(of.status != "finished", of.element.is_not(None)).order_by(of.id).limit(most)
    if job.last_id is not None:
        statement = statement.where(of.id > job.last_id)
    rows = unit.connection.execute(statement).all()
    changed = 0
    for row in rows:
        spec = deployed(unit, row.version_id).activities.get(Place(row.process, row.element))
        if spec is None or spec.sla is None:
            continue
        line = limits.line_of(unit, spec.calendar, row.team)
        # Another calendar than the one that changed may be a new team's: its limit stays what it was.
        if f"calendars/{line.key}" != job.because:
            continue
        limit = line.due(row.created_at, amount_of(spec.sla))
        if limit == row.limit_at:
            continue
        item = opened(unit, row.id, lock=True)
        assert item.row is not None
        values = limits.set_at(
            unit,
            row.created_at,
            limit,
            escalate=spec.escalate,
            calendar=spec.calendar,
            team=row.team,
            version=item.row["limit_version"],
        )
        was = _text(item.row["limit_at"])
        item.put(**values)
        item.record("limit_changed", because=job.because, limit_at=[was, _text(limit)])
        changed += 1
    return [row.id for row in rows], changed


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
