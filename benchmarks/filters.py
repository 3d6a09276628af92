"""Lists, filters, search and next actions with 100,000 open tickets, beside 10,000 (`python -m benchmarks.filters`)."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from benchmarks.crowd import crowd
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, a_database, installed, on_one_core
from benchmarks.listing import LARGE, SMALL
from benchmarks.machine import header
from engine.registry.putting import Put, put
from engine.tickets.alteration import Alter, alter
from engine.tickets.due import DueNext, due_next
from engine.tickets.listing import List, list_tickets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

ROUNDS = 6
LEG_S = 0.1
MOST_GROWTH = 1.3
# What sets the tickets of the crowd apart: by the last digits of their number.
_VARIED = {
    "responsible = :agent": "c%77",  # one in a hundred
    "responsible = NULL": "c%5",  # one in ten
    "subject = 'vendas'": "c%3",
    "subject = 'raro'": "c%999",  # one in a thousand
    "next_action_at = opened_at": "c%4",
    "title = 'Cheiro de queimado'": "c%99",
}
PAGES: dict[str, tuple[Callable[..., Any], Any]] = {
    "open": (list_tickets, List(standing="open")),
    "open, by last change": (list_tickets, List(standing="open", sort="-changed_at")),
    "all, by last change": (list_tickets, List(sort="-changed_at")),
    "situation": (list_tickets, List(situation="em_andamento")),
    "open, of a team": (list_tickets, List(standing="open", team="team3")),
    "open, of a person": (list_tickets, List(standing="open", responsible="agente")),
    "open, nobody's": (list_tickets, List(standing="open", responsible="none")),
    "of a subject, one in ten": (list_tickets, List(subject="vendas")),
    "open, of a subject, one in a thousand": (list_tickets, List(standing="open", subject="raro")),
    "open, of a situation and a team": (list_tickets, List(standing="open", situation="em_andamento", team="team4")),
    "the same, where there are none": (list_tickets, List(standing="open", situation="em_andamento", team="team3")),
    "finished, of which there are none": (list_tickets, List(standing="finished")),
    "text: a protocol": (list_tickets, List(text="c7777")),
    "text: a word of one in a hundred": (list_tickets, List(text="queimado")),
    "text: a word of almost all": (list_tickets, List(text="impressora")),
    "next actions": (due_next, DueNext()),
    "next actions of a team": (due_next, DueNext(team="team4")),
    "next actions of a person": (due_next, DueNext(responsible="agente")),
}


def figures() -> Iterator[Figure]:
    for kind in DATABASES:
        with contextlib.ExitStack() as stack:
            small, large = (stack.enter_context(_crowded(kind, number)) for number in (SMALL, LARGE))
            for name, (query, ask) in PAGES.items():
                legs = Legs(
                    {"small": _look(small, query, ask), "large": _look(large, query, ask)}, rounds=ROUNDS, leg_s=LEG_S
                )
                yield _figure(f"page of 20: {name}, {kind}", legs)
            for here in (small, large):
                here.titles = 0
            legs = Legs({"small": _retitled(small), "large": _retitled(large)}, rounds=ROUNDS, leg_s=LEG_S)
            yield _figure(f"another title, {kind}", legs)


@contextlib.contextmanager
def _crowded(kind: str, number: int) -> Iterator[Installation]:
    with a_database(kind) as url, installed(url) as here:
        for key in ("raro",):
            here.engine.run(put, Put(registry="subjects", key=key, values={"label": key}), actor=_console())
        here.first = here.ticket().protocol
        crowd(here, number, situations=("em_andamento", "aguardando", "novo", "triado"))
        agent = here.agent.user_id
        given = {"agent": agent.hex if kind != "PostgreSQL" else agent}
        with here.engine.database.begin() as connection:
            for change, which in _VARIED.items():
                more = given if ":agent" in change else {}
                connection.execute(
                    text(f"UPDATE ticket SET {change} WHERE protocol LIKE :which"), more | {"which": which}
                )
        here.analyse()
        yield here


def _console() -> Any:
    from engine.actors import CONSOLE

    return CONSOLE


def _look(here: Installation, query: Callable[..., Any], ask: Any) -> Callable[[], object]:
    return lambda: here.engine.read(query, ask, actor=here.agent)


def _retitled(here: Installation) -> Callable[[], object]:
    def once() -> None:
        here.titles += 1
        ask = Alter(ticket=here.first, changes={"title": f"Título {here.titles}"})
        here.engine.run(alter, ask, actor=here.agent)

    return once


def _figure(measure: str, legs: Legs) -> Figure:
    growth = legs.ratio("large", "small")
    return Figure(
        measure=measure,
        measured=f"{growth:.2f} x ({legs.ms('large'):.2f} : {legs.ms('small'):.2f} ms)",
        asked=f"at most {MOST_GROWTH} x {SMALL:,}",
        holds=growth <= MOST_GROWTH,
    )


def main() -> None:
    on_one_core()
    print(header(), flush=True)
    print(table(figures()))


if __name__ == "__main__":
    sys.exit(main())
