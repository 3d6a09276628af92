"""One move without HTTP, beside the same deed by hand and with an ORM (`python -m benchmarks.commands`)."""

from __future__ import annotations

from itertools import count, cycle
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, Legs, table
from benchmarks.floors import OrmFloor, PostgresFloor, SqliteFloor
from benchmarks.installation import DATABASES, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

ROUNDS = 8
MOST = 1.3


def figures() -> Iterator[Figure]:
    for kind in DATABASES:
        with a_database(kind) as url, installed(url) as here:
            orm = OrmFloor(url)
            raw = PostgresFloor(url) if kind == "PostgreSQL" else SqliteFloor(url)
            legs = Legs(
                {
                    "raw": looping(raw.move, [orm.open() for _ in range(20)]),
                    "orm": looping(orm.move, [orm.open() for _ in range(20)]),
                    "ours": ours(here),
                },
                rounds=ROUNDS,
            )
            raw.close()
            orm.close()
            ratio = legs.ratio("ours", "orm")
            yield Figure(
                measure=f"a move without HTTP, {kind}, against the ORM floor",
                measured=f"{ratio:.2f} x ({legs.ms('ours'):.2f} : {legs.ms('orm'):.2f} ms)",
                asked=f"at most {MOST} x",
                holds=ratio <= MOST,
            )
            yield Figure(
                measure=f"a move without HTTP, {kind}, against the raw floor",
                measured=f"{legs.ratio('ours', 'raw'):.2f} x ({legs.ms('ours'):.2f} : {legs.ms('raw'):.2f} ms)",
            )


def looping(deed: Callable, tickets: list) -> Callable[[], object]:
    """One call: the next ticket's next move."""
    steps = cycle([(ticket, name) for name in LOOP for ticket in tickets])
    return lambda: deed(*next(steps))


def ours(here: Installation) -> Callable[[], object]:
    """One call: a move of ours, under a key of its own."""
    numbers = count()
    tickets = [here.ticket().protocol for _ in range(20)]
    here.season()
    return looping(lambda protocol, name: here.move(protocol, name, f"k{next(numbers)}"), tickets)


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
