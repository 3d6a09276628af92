"""Workers of bulk that die: at each boundary of a slice, and at random instants; others go on where the rows say."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

from reliability.apart import engine_on, fork, hasty
from reliability.invariants import violations
from sqlalchemy import event, select

from engine import actors
from engine.bulk.model import bulk_item
from engine.bulk.ordering import Apply, Order, apply, order
from engine.bulk.queries import ShowJob, show_job
from engine.bulk.working import work_all
from engine.history import ticket_history
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import actor_of
from engine.tickets.model import ticket
from engine.tickets.opening import Open, open_ticket

_LEASE = timedelta(seconds=31)


class Clock:
    """The machine's, ahead by as much as leases had to be waited for."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


def die_at_every_boundary(url):
    """Let a worker die at each boundary of applying a job, and another finish it.

    Returns:
        How many boundaries there were, and everything that is wrong.
    """
    clock = Clock()
    engine = hasty(engine_on(url, clock=clock))
    who = _supervisor(engine)
    boundaries, wrong = [], []
    for k in count(1):
        protocols = [_open(engine) for _ in range(2)]
        job = _applying(engine, who, protocols)
        engine.database.dispose()
        told = fork(lambda tell, k=k: _die_at(tell, engine, k)).told()
        clock.ahead += _LEASE
        work_all(engine, worker=f"after {k}", budget_s=300)
        wrong += [f"{told}: {one}" for one in _wrong(engine, who, job, protocols)]
        if ["through"] in told:
            break
        boundaries += told
    return {"boundaries": boundaries, "wrong": [*wrong, *violations(engine)]}


def kill_at_random(url, kills, tickets, seed):
    """Kill workers at random instants until a job of many tickets has been applied.

    Returns:
        How many slices of how many workers it took, and everything that is wrong.
    """
    rng = random.Random(seed)
    clock = Clock()
    engine = engine_on(url, clock=clock)
    who = _supervisor(engine)
    protocols = [_open(engine) for _ in range(tickets)]
    job = _applying(engine, who, protocols)
    left = []
    for n in range(kills):
        engine.database.dispose()
        child = fork(lambda tell, n=n: _work(tell, engine, f"w{n}"))
        time.sleep(rng.uniform(0.02, 0.12))
        os.kill(child.pid, signal.SIGKILL)
        child.told()
        clock.ahead += _LEASE
        left.append(_groups(engine, who, job).get("ready", 0))
    work_all(engine, worker="last", budget_s=600)
    return {"left": left, "wrong": [*_wrong(engine, who, job, protocols), *violations(engine)]}


def _die_at(tell, engine, k):
    passed = count(1)

    def at(where):
        if next(passed) == k:
            tell([where])
            os._exit(0)

    database = engine.database
    event.listen(database, "before_cursor_execute", lambda *a: at("before " + a[2].split()[0]))
    event.listen(database, "commit", lambda _: at("before commit"))
    event.listen(database.pool, "checkin", lambda *_: at("after commit"))
    work_all(engine, worker=f"dying at {k}", budget_s=300)
    tell(["through"])


def _work(tell, engine, worker):
    tell(["working"])
    work_all(engine, worker=worker, budget_s=300)


def _supervisor(engine):
    engine.run(add_person, AddPerson(login="sol", name="Sol", profile="supervisor", teams=()), actor=actors.CONSOLE)
    known = engine.read(lambda unit, _: unit.catalogue, None, actor=actors.CONSOLE)
    (person,) = known.people.values()
    return actor_of(person, known.number, token_hash=None)


def _open(engine):
    ask = Open(title="Uma", process="corrida", priority="normal")
    return engine.run(open_ticket, ask, actor=actors.CONSOLE).ticket.protocol


def _applying(engine, who, protocols):
    job = engine.run(order, Order(deed="move", what={"move": "girar"}, tickets=protocols), actor=who)
    work_all(engine, worker="dry", budget_s=300)
    engine.run(apply, Apply(job=job.id), actor=who)
    return job.id


def _groups(engine, who, job):
    found = engine.read(show_job, ShowJob(job=job), actor=who)
    return {one.state: one.count for one in found.groups}


def _wrong(engine, who, job, protocols):
    """Each ticket was moved once and its result says so."""

    def look(unit, _):
        moved = (
            select(ticket.c.protocol)
            .join(ticket_history, ticket_history.c.ticket_id == ticket.c.id)
            .where(ticket_history.c.deed == "moved", ticket.c.protocol.in_(protocols))
        )
        items = select(bulk_item.c.state).where(bulk_item.c.job_id == job)
        return Counter(unit.connection.scalars(moved)), Counter(unit.connection.scalars(items))

    times, states = engine.read(look, None, actor=actors.CONSOLE)
    yield from (f"{one} was moved {times[one]} times" for one in protocols if times[one] != 1)
    if states != {"done": len(protocols)}:
        yield f"results say {dict(states)}"
    state = engine.read(show_job, ShowJob(job=job), actor=who).state
    if state != "done":
        yield f"the job is in {state}"
