"""Bytes kept of a finished ticket, indexes included, beside the barest rows (`python -m benchmarks.storage`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure, table
from benchmarks.floors import FloorHistory, OrmFloor
from benchmarks.installation import LIFE, a_database, installed, on_one_core
from benchmarks.machine import header
from engine.db import metadata
from engine.tickets.moving import Move, move
from engine.unit import Answer, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.installation import Installation

TICKETS = 400
MOST_KB = 5
# Rows that stay: the answers to keys go after a day, the outbox once it is handed on.
PASSING = ("idempotency", "outbox")


def figures() -> Iterator[Figure]:
    with a_database("PostgreSQL") as url, installed(url) as here:
        before = sizes(here)
        for n in range(TICKETS):
            live(here, n)
        as_it_lies = grown(before, sizes(here, pack=False))
        packed = grown(before, sizes(here))
        floor = OrmFloor(url)
        for _ in range(TICKETS):
            ticket = floor.open()
            for name in ("aguardar", "retomar") * 5:
                floor.move(ticket, name)
        floor.close()
        names = ("floor_ticket", FloorHistory.__tablename__)
        bare = sum(sizes(here, names).values()) / TICKETS
    stays = sum(size for name, size in packed.items() if name not in PASSING)
    passing = {name: packed[name] for name in PASSING}
    yield Figure(
        measure="kept of a finished ticket (11 steps, PostgreSQL)",
        measured=f"{kb(stays)} (floor {kb(bare)}); by table: "
        + ", ".join(f"{name} {kb(size)}" for name, size in packed.items() if size > 100 and name not in PASSING),
        asked=f"at most {MOST_KB} KB",
        holds=stays <= MOST_KB * 1024,
    )
    yield Figure(
        measure="rows that go again (answers to keys after a day, outbox once sent)",
        measured=", ".join(f"{name} {kb(size)}" for name, size in passing.items()),
    )
    yield Figure(measure="all of it before any vacuum", measured=kb(sum(as_it_lies.values())))


def live(here: Installation, n: int) -> None:
    """One ticket's whole life, each step under a key."""
    one = here.ticket(())
    for step, name in enumerate(LIFE):
        here.engine.run(
            move,
            Move(ticket=one.id, move=name),
            actor=here.agent,
            key=Key(f"{n}.{step}", b"f" * 32),
            render=lambda result: Answer(status=200, body=b"x" * 900 + result.ticket.protocol.encode()),
        )


def sizes(here: Installation, names: tuple[str, ...] = (), *, pack: bool = True) -> dict[str, int]:
    """Bytes of each table with its indexes and long values."""
    with here.engine.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if pack:
            connection.exec_driver_sql("VACUUM FULL")
        size = "SELECT pg_total_relation_size(%(name)s::regclass)"
        return {
            name: connection.exec_driver_sql(size, {"name": name}).scalar_one()
            for name in names or [each.name for each in metadata.sorted_tables]
        }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, float]:
    return {name: (after[name] - before[name]) / TICKETS for name in after}


def kb(size: float) -> str:
    return f"{size / 1024:.1f} KB"


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
