"""A ticket moved in bulk, and its dry run, beside the single move without HTTP (`python -m benchmarks.bulk`)."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from benchmarks.commands import ours
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.bulk.ordering import Apply, Order, apply, order
from engine.bulk.working import work_all
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.installation import Installation

ROUNDS = 6
LEG_S = 0.2  # shorter than a job: each leg of bulk is one
TICKETS = 1_000


def figures() -> Iterator[Figure]:
    for kind in DATABASES:
        with a_database(kind) as url, installed(url) as here:
            bulk = Bulk(here)
            contenders = {"single": ours(here), "dry run": bulk.weigh, "bulk": bulk.apply}
            legs = Legs(contenders, rounds=ROUNDS, leg_s=LEG_S)
            single = legs.ms("single")
            for name, what in (("dry run", "the dry run of a ticket"), ("bulk", "a ticket moved in bulk")):
                each = legs.ms(name) / TICKETS
                yield Figure(
                    measure=f"{what}, {kind}, against a single move without HTTP",
                    measured=f"{legs.ratio(name, 'single') / TICKETS:.2f} x ({each:.2f} : {single:.2f} ms; "
                    f"{1000 / each:.0f} tickets/s)",
                )


class Bulk:
    """Jobs of so many tickets, one after another: the dry run is ordered and made, then applied."""

    def __init__(self, here: Installation) -> None:
        self.engine = here.engine
        here.engine.run(add_person, AddPerson(login="chefe", name="Chefe", profile="supervisor"), actor=actors.CONSOLE)
        known = here.engine.read(lambda unit, _: unit.catalogue, None, actor=actors.CONSOLE)
        person = next(one for one in known.people.values() if one.login == "chefe")
        self.who = actor_of(person, known.number, token_hash=None)
        self.protocols = [here.ticket().protocol for _ in range(TICKETS)]
        self.moves = cycle(LOOP)
        self.job = None

    def weigh(self) -> None:
        """Order the next move for all of them, and weigh it."""
        ask = Order(deed="move", what={"move": next(self.moves)}, tickets=self.protocols)
        self.job = self.engine.run(order, ask, actor=self.who).id
        work_all(self.engine, worker="w", budget_s=600)

    def apply(self) -> None:
        """Apply what was weighed."""
        self.engine.run(apply, Apply(job=self.job), actor=self.who)
        work_all(self.engine, worker="w", budget_s=600)


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
