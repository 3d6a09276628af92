"""Taking from a long queue: one after the other, and many hands at once (a part of `python -m benchmarks.queues`)."""

from __future__ import annotations

import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from benchmarks.figure import Figure
from engine import actors
from engine.errors import Conflict
from engine.history import change_history
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import actor_of
from engine.queues.listing import ListItems, list_items
from engine.queues.taking import Take, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from benchmarks.installation import Installation
    from engine.actors import Actor

TAKEN: Final = 1_000
HANDS: Final = 4
EACH: Final = 200
MOST_MS: Final = {"PostgreSQL": 50, "SQLite FULL": 100}
MOST_GROWTH: Final = 1.3


def claims(kind: str, few: Installation, many: Installation, large: int, small: int) -> Iterator[Figure]:
    """The front of each queue is taken in turn; then, on PostgreSQL, many take from the longer one at once."""
    desks = {"few": few, "many": many}
    waiting = {name: _front(here, TAKEN) for name, here in desks.items()}
    for here in desks.values():
        here.tidy()
    spent: dict[str, list[float]] = {name: [] for name in desks}
    for n in range(TAKEN):
        for name, here in desks.items():
            began = time.perf_counter()
            here.engine.run(take, Take(item=waiting[name][n]), actor=here.agent)
            spent[name].append((time.perf_counter() - began) * 1e3)
    middle = {name: statistics.median(told) for name, told in spent.items()}
    ratio, p99 = middle["many"] / middle["few"], _p99(spent["many"])
    yield Figure(
        measure=f"taking one of {large:,} queued, {kind}",
        measured=f"{ratio:.2f} x that of {small:,} ({middle['many']:.1f} : {middle['few']:.1f} ms)",
        asked=f"at most {MOST_GROWTH} x",
        holds=ratio <= MOST_GROWTH,
    )
    yield Figure(
        measure="the same, p99",
        measured=f"{p99:.1f} ms (of {small:,}: {_p99(spent['few']):.1f} ms)",
        asked=f"at most {MOST_MS[kind]} ms",
        holds=p99 <= MOST_MS[kind],
    )
    if kind == "PostgreSQL":
        yield from _at_once(kind, many, large)


def _at_once(kind: str, here: Installation, large: int) -> Iterator[Figure]:
    hands = _hired(here)
    before = _most_taken(here)[0]
    here.engine.database.dispose()  # connections are no children's
    began = time.perf_counter()
    with ProcessPoolExecutor(HANDS, mp_context=get_context("fork"), initializer=_know, initargs=(here,)) as pool:
        told = [one for each in pool.map(_hand, hands) for one in each]
    whole = time.perf_counter() - began
    count, most = _most_taken(here)
    late = sum(not won for won, _ in told)
    p99 = _p99([ms for _, ms in told])
    assert (count - before, most) == (HANDS * EACH, 1), (count, before, most)
    yield Figure(
        measure=f"{HANDS} processes that take from the first page of {large:,} at once, {kind}: p99 of a take",
        measured=f"{p99:.1f} ms; {HANDS * EACH / whole:,.0f} taken/s, a page read for each; {late} came too late",
        asked=f"at most {MOST_MS[kind]} ms",
        holds=p99 <= MOST_MS[kind],
    )


_here: list[Installation] = []  # of a forked process


def _know(here: Installation) -> None:
    _here[:] = [here]


def _hand(me: Actor) -> list[tuple[bool, float]]:
    """Look at the first page, take something of it, and so on; of each take whether it was won, and its ms."""
    engine, rng, told = _here[0].engine, random.Random(me.name), list[tuple[bool, float]]()
    while sum(won for won, _ in told) < EACH:
        page = engine.read(list_items, ListItems(kind="task"), actor=me).rows
        began = time.perf_counter()
        try:
            engine.run(take, Take(item=rng.choice(page).id), actor=me)
        except Conflict:
            won = False
        else:
            won = True
        told.append((won, (time.perf_counter() - began) * 1e3))
    return told


def _front(here: Installation, number: int) -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while len(found) < number:
        page = here.engine.read(list_items, ListItems(kind="task", cursor=cursor, limit=100), actor=here.agent)
        found, cursor = found + [row.id for row in page.rows], page.next
    return found


def _hired(here: Installation) -> list[Actor]:
    for n in range(HANDS):
        ask = AddPerson(login=f"mao{n}", name=f"Mao{n}", profile="agente", teams=("suporte", "vendas"))
        here.engine.run(add_person, ask, actor=actors.CONSOLE)
    known = here.engine.read(lambda unit, _: unit.catalogue, None, actor=actors.CONSOLE)
    people = [one for one in known.people.values() if one.login.startswith("mao")]
    return [actor_of(one, known.number, token_hash=None) for one in people]


def _most_taken(here: Installation) -> tuple[int, int]:
    """How many were taken in all, and how often the one that was taken most often."""
    of = change_history.c
    each = select(func.count().label("times")).where(of.kind == "activity", of.deed == "taken").group_by(of.key)
    times = each.subquery().c.times
    with here.engine.reading.connect() as connection:
        count, most = connection.execute(select(func.sum(times), func.max(times))).one()
    return int(count), int(most)


def _p99(told: list[float]) -> float:
    return statistics.quantiles(told, n=100)[-1]
