"""Kill a worker at a random instant, again and again; the next repeats what was left unanswered (R-1, R-15, D17)."""

from __future__ import annotations

import os
import random
import signal
import time

from reliability.apart import engine_on, fork
from reliability.invariants import violations
from reliability.plan import Book, do, wrong_effects

AT_WORK_S = 0.025  # how long a worker lives, at most, once it has done something


def kill_at_random(url, kills, seed, *, liar=False):
    """Kill `kills` workers on the database.

    Args:
        seed: of what is asked and of the instants; the instants themselves are as exact as the machine's clock.
        liar: the workers answer before they commit: the harness must notice.

    Returns:
        How much was done, and everything that is wrong.
    """
    rng = random.Random(seed)
    engine, book = engine_on(url), Book()
    _warm(engine, book)
    repeated, window = 0, 0.5
    for n in range(kills):
        engine.database.dispose()  # no connection may be shared with a child
        began, seed_of_child = time.monotonic(), rng.random()
        child = fork(lambda tell, n=n, s=seed_of_child: _work(tell, engine, book, f"{n}", random.Random(s), liar))
        time.sleep(rng.uniform(0, window))
        os.kill(child.pid, signal.SIGKILL)
        window *= 1.2  # until one is heard to work again: on a busy machine a worker needs longer to begin
        for kind, key, value, *more in child.told():
            if kind == "asked":
                book.ask(key, value)
            elif kind == "working":
                window = value - began + AT_WORK_S
            else:
                book.answer(key, value)
                repeated += more == [True]
    _until_quiet(engine)
    for key in book.unanswered:
        book.answer(key, do(engine, key, book.asked[key]).body.decode())
    wrong = wrong_effects(engine, book)
    answered = {key: body.encode() for key, body in book.answered.items()}
    wrong["invariants"] = violations(engine, answered, one_clock=True)
    return {"asked": len(book.asked), "answered": len(book.answered), "found_done": repeated, "wrong": wrong}


_OPEN = ["open", None, None]


def _warm(engine, book):
    """Compile and cache in the parent what every child will need."""
    for key, name in {"w1": None, "w2": "girar", "w3": "avisar_equipe"}.items():
        what = ["move", next(iter(book.stands)), name] if name else _OPEN
        book.ask(key, what)
        for _ in range(2):
            book.answer(key, do(engine, key, what).body.decode())


def _work(tell, engine, book, name, rng, liar):
    for key in book.unanswered:
        answer = do(engine, key, book.asked[key])
        tell(["answered", key, answer.body.decode(), answer.replayed])
        book.answer(key, answer.body.decode())
    for n in range(1_000_000):
        key, what = f"{name}.{n}", _OPEN if liar else book.next(rng)
        tell(["asked", key, what])
        if liar:
            tell(["answered", key, '{"ticket": "?", "situation": "aberto"}'])
        answer = do(engine, key, what)
        if not liar:
            tell(["answered", key, answer.body.decode()])
        if not n:
            tell(["working", "", time.monotonic()])
        book.answer(key, answer.body.decode())


def _until_quiet(engine):
    """PostgreSQL may still be busy with what a killed worker sent."""
    if engine.database.dialect.name == "sqlite":
        return
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    busy = f"SELECT count(*) FROM pg_stat_activity WHERE {others} AND state <> 'idle'"
    with engine.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.exec_driver_sql(busy).scalar_one():
            time.sleep(0.005)
