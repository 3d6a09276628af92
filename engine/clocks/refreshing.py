"""Compute limits anew after calendars or policies changed: in the background, some at a time, resumable."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.actors import TIMER
from engine.clocks.activities_anew import activities_anew
from engine.clocks.tickets_anew import tickets_anew
from engine.clocks.today import Today
from engine.people.knowing import name_of
from engine.registry.clocks import clock_refresh
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from engine.unit import Engine, Unit

BATCH: Final = 100
MOST: Final = 2_000
BATCH_S: Final = 0.05
_LEAST: Final = 10
_FROM_THE_START: Final = UUID(int=0)


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
    """Go on with the oldest refresh that is not finished.

    Attributes:
        most: how many limits to look at.
        settled: leave alone what was asked less than that ago: commands under way may still go by the rules before.
        known: what the batches before found out; keep it for the next ones.
    """

    most: int = BATCH
    settled: timedelta = timedelta()
    known: dict[Any, Today] = field(default_factory=dict, compare=False, repr=False)


def refresh_some(unit: Unit, ask: RefreshSome) -> int:
    """Compute the next limits anew; returns how many were looked at, at least 1 while anything is unfinished.

    How far it came is written in the same transaction: killed anywhere, it goes on where the last commit was. Any
    number of workers may do this, one at a time gets the row.
    """
    of = clock_refresh.c
    oldest = select(clock_refresh).where(of.finished_at.is_(None)).order_by(of.id).limit(1)
    if ask.settled:
        oldest = oldest.where(of.asked_at <= unit.now - ask.settled)
    job = unit.connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
    unit.replay()  # after the row: the rules are not older than what asks for them
    if job is None:
        return 0
    after = job.last_id or _FROM_THE_START
    if job.what == "tickets":
        seen, changed = tickets_anew(unit, _today(unit, ask, job.because), after=after, most=ask.most)
    else:
        seen, changed = activities_anew(unit, job.because, after=after, most=ask.most)
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


def refresh_all(
    engine: Engine,
    *,
    most: int = MOST,
    budget_s: float = math.inf,
    batch_s: float = BATCH_S,
    rest: float = 0.0,
    settled: timedelta = timedelta(),
) -> int:
    """Go on until nothing is unfinished, or so much time is spent; returns how many limits were looked at.

    Args:
        most: of a batch.
        budget_s: how long altogether, apart from the batch under way.
        batch_s: how long a batch should take: as long may a command have to wait for it.
        rest: how long to do nothing after each batch, as a share of what it took: others have their turn.
    """
    until, size = time.monotonic() + budget_s, min(BATCH, most)
    looked = 0
    known: dict[Any, Today] = {}
    while True:
        began = time.monotonic()
        some: int = engine.run(refresh_some, RefreshSome(most=size, settled=settled, known=known), actor=TIMER)
        ended = time.monotonic()
        if not some:
            return looked
        looked += some
        if ended > until:
            return looked
        if some == size:
            size = min(most, max(_LEAST, int(size * min(2.0, max(0.5, batch_s / (ended - began))))))
        time.sleep(rest * (ended - began))


def _today(unit: Unit, ask: RefreshSome, because: str) -> Today:
    key = (unit.catalogue.number, because)
    if key not in ask.known:
        ask.known.clear()
        ask.known[key] = Today(unit, because)
    return ask.known[key]
