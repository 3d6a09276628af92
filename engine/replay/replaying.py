"""Replay a log on a process: read, tell, measure, report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.actors import REPLAY
from engine.replay.log import read_log
from engine.replay.mapping import delivered_map, read_map, strangers
from engine.replay.measuring import measure
from engine.replay.report import report_of
from engine.replay.running import Replay
from engine.replay.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from engine.config import Settings
    from engine.replay.log import Log
    from engine.replay.mapping import LogMap
    from engine.replay.report import Report
    from engine.replay.staging import Stage

    Progress = Callable[[int, int, datetime], None]


def _in_silence(_done: int, _all: int, _at: datetime) -> None:
    pass


def replay(
    log: Path,
    *,
    process: str,
    settings: Settings,
    mapping: Path | None = None,
    database_url: str = "",
    progress: Progress = _in_silence,
) -> Report:
    """Open and move tickets as the log tells, and report how well the process fits.

    Args:
        log: a CSV file; see docs/replay.md.
        process: key of a process that is deployed there or delivered with the product.
        settings: the installation's; its own database is not touched.
        mapping: what the activities mean; None: the map delivered for the process.
        database_url: empty: an SQLite file that is gone afterwards.
        progress: told after each event: how many are done, of how many, and the log's instant.

    Raises:
        ReplayError: nothing was changed; ReplayStopped: what was told before stays.
    """
    chart = read_map(mapping if mapping is not None else delivered_map(process))
    read = read_log(log, chart.columns)
    absent = strangers(chart, read)
    with staged(settings, process, chart, database_url=database_url) as stage:
        return tell(stage, read, chart, absent=absent, progress=progress)


def tell(
    stage: Stage, log: Log, chart: LogMap, *, absent: Sequence[str] = (), progress: Progress = _in_silence
) -> Report:
    """Tell the log to the engine of a stage, and measure what became of it."""
    run = Replay(stage, log, opens=chart.opens, progress=lambda done, at: progress(done, len(log.events), at))
    begun = time.perf_counter()
    tally = run.run()
    seconds = time.perf_counter() - begun
    measured = stage.engine.read(measure, log, actor=REPLAY)
    return report_of(stage, log, tally, measured, seconds=seconds, absent=absent)
