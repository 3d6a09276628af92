"""Several schedulers that are killed and started again while time goes by; and many hands at the same queue (R-7)."""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reliability.apart import engine_on, fork, hasty
from reliability.killing import _until_quiet
from reliability.waiting import wrong_queues
from sqlalchemy import select

from engine import actors
from engine.activities.arming import steps
from engine.activities.limits import line_of, set_at
from engine.activities.model import activity, announcement
from engine.db import new_id
from engine.errors import Busy, Conflict, Refused
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import actor_of
from engine.processes.deploying import deploy_files
from engine.queues.announcing import announce_all
from engine.queues.finishing import Finish, finish
from engine.queues.taking import GiveBack, Take, give_back, take
from engine.queues.transferring import Transfer, transfer
from engine.registry.putting import Put, put
from engine.tickets.access import readable_ticket
from engine.tickets.model import ticket
from engine.tickets.opening import Open, open_ticket
from engine.tickets.tasks import CreateTask, create_task

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERIOD = timedelta(minutes=6)
PROCESS = Path(__file__).parents[1] / "queues" / "diagrams" / "fila.bpmn"


class SharedClock:
    """One instant for all processes: it moves when the parent says so."""

    def __init__(self):
        self._memory = mmap.mmap(-1, 8)
        self.at = START

    def __call__(self):
        (number,) = struct.unpack("q", self._memory[:8])
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=number)

    @property
    def at(self):
        return self()

    @at.setter
    def at(self, instant):
        self._memory[:8] = struct.pack("q", (instant - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1))


def schedulers(url, periods, items, seed, processes=4):
    """Let the schedulers announce while periods pass; kill them at random, all of them for three periods, and jump.

    Returns:
        What was wrong, and how much there was to announce.
    """
    rng, clock = random.Random(seed), SharedClock()
    engine = hasty(engine_on(url, clock=clock))
    people = _furnish(engine)
    _fill(engine, clock, rng, items, periods)
    wanted = _to_come(engine)
    engine.database.dispose()
    running = [_scheduler(engine, n) for n in range(processes)]
    hand = fork(lambda tell: _hand(engine, people, seed))
    kills = 0
    for n in range(periods):
        if n == periods // 2:  # nobody is there for three periods, and the host's clock was an hour slow
            for one in running:
                _kill(one)
            running = []
            clock.at += timedelta(hours=1)
        elif n == periods // 2 + 3:
            running = [_scheduler(engine, k) for k in range(processes)]
        elif running and rng.random() < 0.3:
            _kill(running.pop(rng.randrange(len(running))))
            kills += 1
            running.append(_scheduler(engine, n))
        clock.at += PERIOD
        time.sleep(rng.uniform(0, 0.012))
    for one in (*running, hand):
        _kill(one)
    _until_quiet(engine)
    clock.at += timedelta(days=2)
    announce_all(engine)
    found = engine.read(lambda unit, _: list(wrong_queues(unit, now=clock.at)), None, actor=actors.CONSOLE)
    told = _told(engine)
    return {
        "wanted": len(wanted),
        "missing": sorted(map(str, wanted - told)),
        "strange": sorted(map(str, told - wanted)),
        "kills": kills,
        "wrong": found,
    }


def taking(url, processes, rounds):
    """In each round all take the same item at once, then hand it over at once, then finish it at once."""
    engine = engine_on(url)
    people = _furnish(engine, processes)
    actor = actors.CONSOLE
    made = [engine.run(create_task, CreateTask(name=f"n{n}", team="fila"), actor=actor) for n in range(rounds)]
    begun = [engine.run(open_ticket, Open(title="t", process="fila"), actor=actor) for _ in range(rounds)]
    tasks, opened = [one.task["id"] for one in made], [one.ticket.id for one in begun]
    engine.database.dispose()
    gate, starter = os.pipe()

    def work(tell, me, other):
        os.close(starter)
        os.read(gate, 1)
        for item in (*tasks, *opened):
            tell([str(item), "take", me.name, _outcome(engine, take, Take(item=item), me)])
            ask = Transfer(item=item, responsible=other.name.lower())
            tell([str(item), "transfer", me.name, _outcome(engine, transfer, ask, me)])
        for item in tasks:
            tell([str(item), "finish", me.name, _outcome(engine, finish, Finish(activity=item), me)])

    children = [fork(lambda tell, me=me, other=people[n - 1]: work(tell, me, other)) for n, me in enumerate(people)]
    os.close(gate)
    os.close(starter)
    told = [line for child in children for line in child.told()]
    wins = {}
    for item, deed, _, outcome in told:
        if outcome == "done":
            wins[item, deed] = wins.get((item, deed), 0) + 1
    wrong = engine.read(lambda unit, _: list(wrong_queues(unit)), None, actor=actors.CONSOLE)
    taken = [str(item) for item in (*tasks, *opened)]
    return {
        "asked": len(told),
        "not taken": [item for item in taken if (item, "take") not in wins],
        "finished": [wins.get((str(item), "finish"), 0) for item in tasks],
        "outcomes": sorted({outcome for _, _, _, outcome in told}),
        "wrong": wrong,
    }


def _outcome(engine, command, ask, me, tries=5):
    """What came of it; told that the database is busy, and that nothing was done, a client tries again."""
    try:
        done = engine.run(command, ask, actor=me)
    except Busy:
        return _outcome(engine, command, ask, me, tries - 1) if tries else "busy"
    except Conflict as refused:
        named = refused.extra["present"].get("responsible_name") or refused.code == "activity_finished"
        return refused.code if named else "nobody named"
    except Refused as refused:
        return refused.reasons[0].code if refused.reasons else refused.code
    return "repeated" if getattr(done, "repeated", False) else "done"


def _furnish(engine, people=4):
    """Two teams, one with a share, the process of the queues, and people who take and hand over."""
    for key, values in (("fila", {"yellow_from": 50, "tells": ["team"]}), ("suporte", {}), ("vendas", {})):
        engine.run(put, Put(registry="teams", key=key, values={"label": key} | values), actor=actors.CONSOLE)
    deploy_files(engine, [(PROCESS.name, PROCESS.read_bytes())], actor=actors.CONSOLE)
    limits = {"first_response": "PT6H", "resolution": "PT8H", "escalate": "70%:manager, -PT30M:team"}
    ask = Put(registry="sla_policies", key="todos", values={"label": "Todos", "valid_from": "2026-01-01", **limits})
    engine.run(put, ask, actor=actors.CONSOLE)
    for n in range(people):
        ask = AddPerson(login=f"mao{n}", name=f"Mao{n}", profile="supervisor", teams=("fila", "suporte"))
        engine.run(add_person, ask, actor=actors.CONSOLE)
    known = engine.read(lambda unit, _: unit.catalogue, None, actor=actors.CONSOLE)
    found = sorted((p for p in known.people.values() if p.login.startswith("mao")), key=lambda p: p.login)
    return [actor_of(one, known.number, token_hash=None) for one in found]


def _fill(engine, clock, rng, items, periods):
    """Tickets, and activities in them and alone, whose thresholds lie all over the periods."""
    ids = []
    for _ in range(items // 4):
        clock.at = START - timedelta(hours=rng.uniform(0, 5))
        ids.append(engine.run(open_ticket, Open(title="t", process="fila"), actor=actors.CONSOLE).ticket.id)
    clock.at = START
    engine.run(_create_many, (ids, rng, items, periods), actor=actors.CONSOLE)


def _create_many(unit, ask):
    ids, rng, items, periods = ask
    tickets = [readable_ticket(unit, one, lock=True) for one in ids]
    for n in range(items):
        one = rng.choice(tickets) if n % 2 else None
        row = {"id": new_id(), "ticket_id": one.id if one else None, "kind": "custom", "name": f"a{n}", "team": "fila"}
        about = one.about if one else f"activity:{row['id']}"
        escalate = rng.choice((None, "-PT6M:team", "25%:manager, +PT12M:responsible"))
        limit = unit.now + PERIOD * rng.uniform(1, periods)
        armed = set_at(unit, unit.now, limit, line=line_of(unit, None, "fila"), escalate=escalate, team="fila")
        unit.insert(about, activity, **row, status="queued", created_at=unit.now, due_kind="deadline", **armed)
        told = {"kind": "custom", "team": "fila", "person": None}
        if one:
            one.record("task_created", detail={"activity": str(row["id"]), **told})
        else:
            unit.record(about, "task_created", **told)


def _to_come(engine):
    """(item, version, threshold) of everything that is still to be announced."""

    def look(unit, _):
        found = set()
        for table in (activity, ticket):
            columns = select(table.c.id, table.c.limit_version, table.c.to_announce)
            for row in unit.connection.execute(columns.where(table.c.announce_at.is_not(None))):
                found |= {(row.id, one.version or row.limit_version, one.threshold) for one in steps(row.to_announce)}
        return found

    return engine.read(look, None, actor=actors.CONSOLE)


def _told(engine):
    columns = select(announcement.c.item_id, announcement.c.version, announcement.c.threshold)
    rows = engine.read(lambda unit, _: unit.connection.execute(columns).all(), None, actor=actors.CONSOLE)
    return {tuple(row) for row in rows}


def _scheduler(engine, name):
    engine.database.dispose()

    def beat(_):
        rng = random.Random(name)
        while True:
            announce_all(engine, batch=rng.choice((1, 5, 50)))
            time.sleep(0.004)

    return fork(beat)


def _hand(engine, people, seed):
    """Somebody who gives things back and forth meanwhile: locks are held, and histories grow.

    Only tickets are touched, whose team has no share: what somebody has got is not told of as yellow.
    """
    rng = random.Random(seed)
    ids = engine.read(lambda unit, _: list(unit.connection.scalars(select(ticket.c.id))), None, actor=actors.CONSOLE)
    while True:
        item, me = rng.choice(ids), people[0]
        for command, ask in ((take, Take(item=item)), (give_back, GiveBack(item=item))):
            try:
                engine.run(command, ask, actor=me)
            except Refused:
                continue
        time.sleep(0.01)


def _kill(child):
    os.kill(child.pid, signal.SIGKILL)
    child.told()
