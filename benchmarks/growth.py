"""A move after thousands of rounds of a loop, beside a move of a new ticket (`python -m benchmarks.growth`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from benchmarks.commands import looping
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import LIFE, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from engine.tickets.model import ticket as tickets
from engine.tickets.moving import Move, move

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPS = (1_000, 3_000)
ROUNDS = 10
MOST = 1.1


def figures() -> Iterator[Figure]:
    with a_database("PostgreSQL") as url, installed(url) as here:

        def one(ticket, name):
            here.engine.run(move, Move(ticket=ticket, move=name), actor=here.agent)

        new = [here.ticket().protocol for _ in range(20)]
        old = {loops: here.ticket(LIFE[:3] + LOOP * loops).protocol for loops in LOOPS}
        here.analyse()
        legs = Legs(
            {"new": looping(one, new)} | {str(loops): looping(one, [protocol]) for loops, protocol in old.items()},
            rounds=ROUNDS,
        )
        for loops, protocol in old.items():
            ratio = legs.ratio(str(loops), "new")
            state = here.engine.read(
                lambda unit, name: unit.connection.scalar(select(tickets.c.state).where(tickets.c.protocol == name)),
                protocol,
                actor=here.agent,
            )
            yield Figure(
                measure=f"growth of a move after {loops:,} loops",
                measured=f"{ratio:.2f} x, state {len(state)} bytes",
                asked=f"at most {MOST} x",
                holds=ratio <= MOST,
            )


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
