"""Seconds for a whole event log, through the commands (`python -m benchmarks.replay [LOG.csv]`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, table
from benchmarks.installation import DATABASES, a_database, on_one_core
from benchmarks.machine import header
from engine.config import Settings
from engine.replay.replaying import replay

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = Path(__file__).parents[2] / "shared" / "data" / "helpdesk.csv"
MOST_S = 60


def figures(log: Path = LOG) -> Iterator[Figure]:
    if not log.exists():
        yield Figure(measure="replay of the help desk log", measured=f"not measured: {log.name} is not there")
        return
    yield from timed("SQLite temporary", log, "")
    for kind in DATABASES:
        with a_database(kind) as url:
            yield from timed(kind, log, url)


def timed(kind: str, log: Path, url: str) -> Iterator[Figure]:
    """The log told once, and where that leaves something behind a second time."""
    told = replay(log, process="helpdesk", settings=Settings(), database_url=url)
    yield Figure(
        measure=f"{kind}: replay, {told.events:,} events of {told.cases:,} cases",
        measured=f"{told.seconds:.1f} s, {told.moves_per_second:,.0f} moves/s",
        asked=f"at most {MOST_S} s",
        holds=told.seconds <= MOST_S,
    )
    if url:
        again = replay(log, process="helpdesk", settings=Settings(), database_url=url)
        yield Figure(
            measure=f"{kind}: the same log again, {again.repeated:,} events known", measured=f"{again.seconds:.1f} s"
        )


def main() -> None:
    on_one_core()
    log = Path(sys.argv[1]) if len(sys.argv) > 1 else LOG
    print(header(), table(figures(log)), sep="\n\n")


if __name__ == "__main__":
    main()
