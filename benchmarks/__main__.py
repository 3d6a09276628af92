"""Measure everything and print one table: what was measured beside what is asked (`make bench`)."""

from __future__ import annotations

import time

from benchmarks import (
    bulk,
    callers,
    checking,
    clocks,
    commands,
    decide,
    files,
    growth,
    listing,
    over_http,
    permissions,
    privacy,
    queues,
    refreshing,
    steps,
    storage,
)
from benchmarks.figure import table
from benchmarks.installation import on_one_core
from benchmarks.machine import header

PARTS = (
    over_http,
    listing,
    commands,
    permissions,
    privacy,
    callers,
    bulk,
    clocks,
    refreshing,
    queues,
    growth,
    steps,
    storage,
    checking,
    files,
)


def main() -> None:
    on_one_core()
    print(header(), flush=True)
    found = []
    for part in PARTS:
        began = time.monotonic()
        figures = list(part.figures())
        print(f"\n{part.__name__} ({time.monotonic() - began:.0f} s)\n{table(figures)}", flush=True)
        found += figures
    print("\nbenchmarks.decide")
    decide.main()
    short = [figure.measure for figure in found if figure.holds is False]
    print(f"\nall together\n{table(found)}\n\n{f'short: {short}' if short else 'nothing falls short'}")


if __name__ == "__main__":
    main()
