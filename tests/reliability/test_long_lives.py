from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from reliability.apart import hasty
from reliability.invariants import check
from sqlalchemy import event, select

from engine.actors import CONSOLE, TIMER
from engine.tickets.model import ticket
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.ticking import Tick, tick
from engine.unit import Answer, Key

# Plain hops, a service task with an automatic gateway behind it, a timer that is set and one that fires.
TURN = ("enfileirar", "de_fila", "avisar_equipe", "esperar", None, "reabrir_vencido")
MOVES = {"sqlite": 10_002, "postgresql": 2_004}  # whole turns
MOST_STATEMENTS = {"sqlite": 7, "postgresql": 6}  # of a plain hop under a key, with BEGIN and COMMIT


@pytest.fixture
def statements(world):
    """How many statements reached the database so far, BEGIN and COMMIT among them."""
    counted = Counter()
    database = world.engine.database
    event.listen(database, "before_cursor_execute", lambda *_: counted.update(all=1))
    event.listen(database, "commit", lambda _: counted.update(all=1))
    if database.dialect.name != "sqlite":  # there BEGIN is a statement of ours
        event.listen(database, "begin", lambda _: counted.update(all=1))
    return lambda: counted["all"]


def test_a_ticket_that_has_moved_thousands_of_times_is_as_light_as_a_new_one(database, world, statements):
    hasty(world.engine)
    one = world.run(open_ticket, Open(title="volta", process="corrida", priority="normal")).ticket
    costs, sizes = defaultdict(Counter), defaultdict(Counter)

    def step(n, name):
        before = statements()
        if name is None:
            world.clock.forward(hours=1)
            assert world.run(tick, Tick(ticket=one.id), actor=TIMER)
        else:
            answer = Answer(status=200, body=b"{}")
            key = Key(str(n), b"fingerprint")
            assert world.run(move, Move(ticket=one.id, move=name), key=key, render=lambda _: answer) is answer
        costs[name][statements() - before] += 1

    def size():
        row = world.read(
            lambda unit, _: unit.connection.execute(select(ticket.c.situation, ticket.c.state)).one(), None
        )
        sizes[row.situation][len(row.state)] += 1

    for n in range(MOVES[database]):
        step(n, TURN[n % len(TURN)])
        if n % 25 < len(TURN):
            size()
        if n % 2500 == 0:
            check(world.engine)
    check(world.engine)
    assert all(len(found) == 1 for found in sizes.values()), sizes
    assert max(size for found in sizes.values() for size in found) < 100
    usual = {name: found.most_common(1)[0][0] for name, found in costs.items()}
    # Only the first of each kind reads more: the catalogue and the compiled process.
    assert all(sum(found.values()) - found[usual[name]] <= 1 for name, found in costs.items()), costs
    assert max(usual["enfileirar"], usual["de_fila"]) <= MOST_STATEMENTS[database]
    there = world.read(lambda unit, _: unit.connection.execute(select(ticket)).one(), None)
    assert (there.ended, there.standing, there.incident) == (False, "open", None)
    assert world.run(move, Move(ticket=one.id, move=TURN[0]), actor=CONSOLE)
