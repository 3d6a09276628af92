"""Die at the k-th boundary of a command, k = 1, 2, 3 … until it gets through (R-2)."""

from __future__ import annotations

import os
from functools import partial
from itertools import count

from reliability.apart import engine_on, fork, hasty
from reliability.deeds import DEEDS, Clock, do, portrait, prepared
from reliability.invariants import violations
from sqlalchemy import event


def die_at_every_boundary(url):
    """Let a worker die at each boundary of each deed, then repeat what it was asked.

    Returns:
        By deed: each boundary that was died at, whether the deed was done by then, and what was wrong.
    """
    engine = hasty(engine_on(url, clock=Clock()))
    found = {deed: _die_in(engine, deed) for deed in DEEDS}
    return found | {"after all": {"wrong": violations(engine)}}


def _die_in(engine, deed):
    stage = prepared(engine)
    before = portrait(engine, stage)
    do(engine, deed, stage, f"{deed} undisturbed")
    after = portrait(engine, stage)
    assert before != after
    boundaries, wrong = [], []
    for k in count(1):
        stage = prepared(engine)
        engine.database.dispose()
        work = partial(do, engine, deed, stage, f"{deed} {k}")
        told = fork(lambda tell, k=k, work=work: _die_at(tell, engine, k, work)).told()
        found = portrait(engine, stage)
        if ["through"] in told:
            break
        ((where,),) = told
        boundaries.append([where, found == after])
        if found not in (before, after):
            wrong.append(f"{where}: {found}")
        for _ in range(2):
            do(engine, deed, stage, f"{deed} {k}")
            if (found := portrait(engine, stage)) != after:
                wrong.append(f"{where}, repeated: {found}")
    return {"boundaries": boundaries, "wrong": wrong}


def _die_at(tell, engine, k, work):
    passed = count(1)

    def at(where):
        if next(passed) == k:
            tell([where])
            os._exit(0)

    database = engine.database
    event.listen(database, "before_cursor_execute", lambda *a: at("before " + a[2].split()[0]))
    event.listen(database, "commit", lambda _: at("before commit"))
    event.listen(database.pool, "checkin", lambda *_: at("after commit"))
    work()
    tell(["through"])
