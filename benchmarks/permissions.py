"""What permissions cost: explain, what-if on 100,000 tickets, scopes (`python -m benchmarks.permissions`)."""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.commands import looping
from benchmarks.crowd import TICKETS, crowd, member
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import by_token, hash_of
from engine.people.tokens import IssueToken, issue_token
from engine.permits.supposing import Suppose, suppose
from engine.tickets.access import readable_ticket
from engine.tickets.listing import List, list_tickets
from engine.tickets.moving import Move, move
from permissions.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation
    from engine.actors import Actor
    from engine.unit import Unit

ROUNDS = 8
EXPLAIN_P99_MS, SUPPOSE_S = 5.0, 2.0


def figures() -> Iterator[Figure]:
    for kind in DATABASES:
        with a_database(kind) as url, installed(url) as here:
            one = here.ticket()
            situations = tuple(sorted({place.element for place in one.diagram.situations}))
            crowd(here, situations=situations)
            yield from _supposed(here, kind)
            yield from _explained(here, kind, one.protocol)
            yield from _scoped(here, kind)


def _supposed(here: Installation, kind: str) -> Iterator[Figure]:
    here.engine.run(add_person, AddPerson(login="gestora", name="Gestora", profile="gestor"), actor=actors.CONSOLE)
    cell = Cell("agente", "ticket.move", "*", "*")
    for told, scopes in (("one cell", {}), ("one cell and a scope", {"agente": "team"})):
        ask = Suppose(changes={cell: None}, scopes=scopes)
        seconds = statistics.median(_times(partial(here.engine.read, suppose, ask, actor=actors.CONSOLE), calls=9))
        yield Figure(
            measure=f"what-if: {told}, {TICKETS:,} open tickets, {kind}",
            measured=f"{seconds:.2f} s",
            asked=f"at most {SUPPOSE_S} s",
            holds=seconds <= SUPPOSE_S,
        )


def _explained(here: Installation, kind: str, protocol: str) -> Iterator[Figure]:
    from api import create_app

    client = create_app(here.engine).test_client()
    token = here.engine.run(issue_token, IssueToken(login="gestora", label="b"), actor=actors.CONSOLE)
    path = f"/api/v1/tickets/{protocol}/explain?actor=agente&move={LOOP[0]}"
    asked = {"Authorization": f"Bearer {token}"}

    def ask() -> None:
        assert client.get(path, headers=asked).status_code == 200

    for _ in range(50):
        ask()
    took = sorted(_times(ask, calls=500))
    p50, p99 = (took[int(len(took) * part)] * 1e3 for part in (0.5, 0.99))
    yield Figure(
        measure=f"explain through the HTTP stack, p99, {kind}",
        measured=f"{p99:.1f} ms (p50 {p50:.1f} ms)",
        asked=f"at most {EXPLAIN_P99_MS:.0f} ms",
        holds=p99 <= EXPLAIN_P99_MS,
    )


def _scoped(here: Installation, kind: str) -> Iterator[Figure]:
    """Page and move within each scope, and as the engine itself, whose rights nobody asks."""
    tokens = {scope: member(here, scope, ("team3", "team4")) for scope in ("all", "team", "own")}
    # Known only when all of them are there: whoever was known before would be looked up anew each time.
    people = {s: here.engine.read(by_token, hash_of(t), actor=actors.CONSOLE) for s, t in tokens.items()}
    people["none"] = actors.CONSOLE
    pages, moves = {}, {}
    for scope, actor in people.items():
        pages[scope] = partial(here.engine.read, list_tickets, List(standing="open"), actor=actor)
        mine = [here.ticket().protocol for _ in range(20)]
        here.engine.run(_opened_by, (mine, actor), actor=actors.CONSOLE)
        moves[scope] = looping(
            lambda protocol, name, actor=actor: here.engine.run(move, Move(ticket=protocol, move=name), actor=actor),
            mine,
        )
    here.analyse()
    for what, contenders in (("page of open tickets", pages), ("move", moves)):
        legs = Legs(contenders, rounds=ROUNDS, leg_s=0.3)
        for scope in ("all", "team", "own"):
            yield Figure(
                measure=f"a {what}, {TICKETS:,} there, scope {scope}, {kind}",
                measured=f"{legs.ratio(scope, 'none'):.2f} x without rights "
                f"({legs.ms(scope):.2f} : {legs.ms('none'):.2f} ms)",
            )


def _opened_by(unit: Unit, ask: tuple[list[str], Actor]) -> None:
    protocols, actor = ask
    for one in protocols:
        ticket = readable_ticket(unit, one, lock=True)
        ticket.opened_by = actor.id
        ticket.record("altered")


def _times(call: Callable[[], Any], *, calls: int) -> list[float]:
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return took


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
