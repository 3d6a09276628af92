"""The metronome: which command every how many seconds. It owns no facts; the tables say what is due."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from engine.actors import CONSOLE
from engine.attachments.cleaning import clean_up, scan_pending
from engine.bulk.working import work_all
from engine.clocks.refreshing import refresh_all
from engine.db import new_id
from engine.people.attempts import ForgetAttempts, forget_attempts
from engine.people.sessions import ForgetSessions, forget_sessions
from engine.privacy.accesses import ForgetAccesses, forget_accesses
from engine.queues.announcing import announce_all
from engine.queues.handing_back import hand_back
from engine.tickets.ticking import tick_all
from engine.unit import ForgetKeys, forget_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.unit import Engine

log = logging.getLogger(__name__)

FORGET_EVERY_S = 3600
CLEAN_EVERY_S = 3600
SCAN_EVERY_S = 30
HAND_BACK_EVERY_S = 60
BULK_EVERY_S = 1
_REFRESH_BUDGET_S = 0.8
_SETTLED = timedelta(seconds=5)  # commands that began under the rules before have ended by then
_REST = {"sqlite": 1.0}  # its writers wait by looking again and again: a gap as long as the batch lets them in
_BULK_BUDGET_S = 0.8  # so that a beat ends before the next, and `shutdown()` soon


def start_scheduler(engine: Engine) -> BackgroundScheduler:
    """Beat in a thread of its own until `shutdown()`.

    Any number of schedulers may run, here and in other processes: each command finds out by itself what is still
    to be done. A beat that takes longer than the interval swallows the beats it missed.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(
        _patient, "interval", seconds=engine.settings.tick_every_s, args=["tick", lambda: tick_all(engine)]
    )
    scheduler.add_job(
        _patient, "interval", seconds=engine.settings.tick_every_s, args=["announce", lambda: announce_all(engine)]
    )
    scheduler.add_job(
        _patient,
        "interval",
        seconds=engine.settings.tick_every_s,
        args=["refresh clocks", lambda: _refreshed(engine)],
    )
    scheduler.add_job(_patient, "interval", seconds=FORGET_EVERY_S, args=["forget keys", lambda: forget_all(engine)])
    scheduler.add_job(_patient, "interval", seconds=CLEAN_EVERY_S, args=["clean up files", lambda: _cleaned(engine)])
    scheduler.add_job(_patient, "interval", seconds=SCAN_EVERY_S, args=["scan files", lambda: scan_pending(engine)])
    scheduler.add_job(_patient, "interval", seconds=HAND_BACK_EVERY_S, args=["hand back", lambda: _returned(engine)])
    worker = new_id().hex
    scheduler.add_job(
        _patient,
        "interval",
        seconds=BULK_EVERY_S,
        args=["bulk", lambda: work_all(engine, worker=worker, budget_s=_BULK_BUDGET_S)],
    )
    scheduler.start()
    return scheduler


def forget_all(engine: Engine) -> int:
    """Forget stored answers, accesses, sessions, links and tries whose time is over; returns how many."""
    forgotten = 0
    over: tuple[tuple[Callable[..., int], object], ...] = (
        (forget_keys, ForgetKeys(timedelta(hours=engine.settings.keys_kept_h))),
        (forget_accesses, ForgetAccesses(timedelta(days=engine.settings.access_kept_days))),
        (forget_sessions, ForgetSessions()),
        (forget_attempts, ForgetAttempts()),
    )
    for command, ask in over:
        while (some := engine.run(command, ask, actor=CONSOLE)) > 0:
            forgotten += some
    return forgotten


def _refreshed(engine: Engine) -> int:
    rest = _REST.get(engine.database.dialect.name, 0.0)
    return refresh_all(engine, budget_s=_REFRESH_BUDGET_S, rest=rest, settled=_SETTLED)


def _returned(engine: Engine) -> int:
    done = hand_back(engine)
    return done.tickets + done.activities


def _cleaned(engine: Engine) -> int:
    done = clean_up(engine)
    return done.drafts + done.contents + done.files


def _patient(name: str, beat: Callable[[], int]) -> None:
    try:
        done = beat()
    except Exception:  # the next beat tries again: a database that is away comes back
        log.exception("%s failed", name)
    else:
        if done:
            log.info("%s", name, extra={"told": {"done": done}})
