"""A yard of tickets: one small process, its people, and the words for ordering things in bulk."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bulk.ordering import Apply, Cancel, Order, apply, cancel, order
from engine.bulk.queries import Results, ShowJob, results, show_job
from engine.bulk.working import work_all
from engine.people.knowing import by_token, hash_of
from engine.people.tokens import IssueToken, issue_token
from engine.registry.folder import Folder
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.tickets.alteration import Alter, alter
from engine.tickets.chronicle import History, chronicle
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show

DIAGRAM = Path(__file__).parent / "diagrams" / "patio.bpmn"
REGISTRY = Folder(
    registries={
        "teams": {key: {"label": key.title()} for key in ("vendas", "campo")},
        "fields": {"unidade": {"label": "Unidade"}, "solucao": {"label": "Solução"}},
        "developments": {"sol": {"label": "Residencial Sol"}},
        "standard_replies": {"recebido": {"label": "Recebemos", "text": "Recebemos {{ticket.protocol}}."}},
    },
    customers=({"key": "c1", "name": "Cliente Um"},),
)


class Yard:
    """The world, with the words that these tests use again and again."""

    def __init__(self, world):
        self.world = world
        self.engine = world.engine
        self.clock = world.clock
        self.boss = world.person("sol", "supervisor", teams=["vendas"])
        self.agent = world.person("ana", "agente", teams=["vendas"])

    def open(self, **values):
        ask = Open(**({"title": "Cano furado", "subject": "hidraulica", "customer": "c1"} | values))
        return self.world.run(open_ticket, ask, actor=self.boss).ticket

    def many(self, number, **values):
        return [self.open(**values).protocol for _ in range(number)]

    def move(self, protocol, name, **values):
        return self.world.run(move, Move(ticket=protocol, move=name, **values), actor=self.boss).ticket

    def alter(self, protocol, **changes):
        return self.world.run(alter, Alter(ticket=protocol, changes=changes), actor=self.boss)

    def see(self, protocol):
        return self.world.read(show, Show(ticket=protocol))

    def history(self, protocol):
        return self.world.read(chronicle, History(ticket=protocol))

    def order(self, deed, what, *, actor=None, filter=None, tickets=()):  # noqa: A002 - the ask's own word
        ask = Order(deed=deed, what=what, filter=filter, tickets=tickets)
        return self.world.run(order, ask, actor=actor or self.boss)

    def apply(self, job, *, actor=None, **more):
        return self.world.run(apply, Apply(job=job.id, **more), actor=actor or self.boss)

    def cancel(self, job, *, actor=None):
        return self.world.run(cancel, Cancel(job=job.id), actor=actor or self.boss)

    def work(self, worker="w", budget_s=300):
        return work_all(self.engine, worker=worker, budget_s=budget_s)

    def job(self, job, *, actor=None):
        return self.world.read(show_job, ShowJob(job=job.id), actor=actor or self.boss)

    def results(self, job, *, actor=None, **more):
        more.setdefault("limit", 10_000)
        return self.world.read(results, Results(job=job.id, **more), actor=actor or self.boss)

    def through(self, job, **more):
        """Apply and work until it is over."""
        self.apply(job, **more)
        self.work()
        return self.job(job)

    def with_token(self, login, **more):
        """The person, come with a token of their own."""
        token = self.world.run(issue_token, IssueToken(login=login, label="teste", **more))
        return self.world.read(by_token, hash_of(token))

    def everything(self, *but):
        """Every row of every table."""
        return self.world.read(
            lambda unit, _: {
                t.name: unit.connection.execute(t.select()).all() for t in metadata.sorted_tables if t.name not in but
            },
            None,
        )


def groups(job):
    """(state, group) -> how many."""
    return {(one.state, one.group): one.count for one in job.groups}


def furnish(world):
    world.load(REGISTRY)
    world.deploy(DIAGRAM)
    for key, assisted in (("hidraulica", True), ("eletrica", False)):
        values = {"label": key.title(), "process": "patio", "technical_assistance": assisted}
        world.run(put, Put(registry="subjects", key=key, values=values))
    world.run(put, Put(registry="subsubjects", key="hidraulica.cano", values={"label": "Cano"}))
    world.person("sol", "supervisor", teams=["vendas"])
    world.person("ana", "agente", teams=["vendas"])


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def yard(world):
    return Yard(world)
