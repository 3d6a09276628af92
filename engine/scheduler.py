"""The metronome: which command every how many seconds. It owns no facts; the tables say what is due."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from engine.actors import CONSOLE
from engine.tickets.ticking import tick_all
from engine.unit import ForgetKeys, forget_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.unit import Engine

log = logging.getLogger(__name__)

FORGET_EVERY_S = 3600


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
    scheduler.add_job(_patient, "interval", seconds=FORGET_EVERY_S, args=["forget keys", lambda: forget_all(engine)])
    scheduler.start()
    return scheduler


def forget_all(engine: Engine) -> int:
    """Forget every stored answer whose time is over; returns how many."""
    ask = ForgetKeys(timedelta(hours=engine.settings.keys_kept_h))
    forgotten = 0
    while (some := engine.run(forget_keys, ask, actor=CONSOLE)) > 0:
        forgotten += some
    return forgotten


def _patient(name: str, beat: Callable[[], int]) -> None:
    try:
        done = beat()
    except Exception:  # the next beat tries again: a database that is away comes back
        log.exception("%s failed", name)
    else:
        if done:
            log.info("%s", name, extra={"told": {"done": done}})
