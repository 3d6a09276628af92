"""A help desk with office hours: two teams with calendars of their own, and policies where a test wants them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import actors
from engine.clocks.explaining import Explain, explain
from engine.clocks.refreshing import refresh_all
from engine.conversations.interacting import Interact, interact
from engine.conversations.saying import Words
from engine.registry.folder import Folder
from engine.registry.putting import Put, put
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Deliver, deliver
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show

REGISTRY = Folder(
    registries={
        "calendars": {
            "comercial": {
                "label": "Comercial",
                "week": ["seg-sex 08:00-12:00 13:00-18:00"],
                "zone": "America/Sao_Paulo",
            },
            "turno": {"label": "Turno", "week": ["seg-sab 06:00-14:00"], "zone": "America/Sao_Paulo"},
        },
        "teams": {
            "suporte": {"label": "Suporte", "calendar": "comercial"},
            "campo": {"label": "Campo", "calendar": "turno"},
        },
        "priorities": {"alta": {"label": "Alta", "position": 1}, "baixa": {"label": "Baixa", "position": 2}},
        "subjects": {"rede": {"label": "Rede", "process": "chamado"}, "luz": {"label": "Luz", "process": "chamado"}},
        "subsubjects": {"rede.cabo": {"label": "Cabo"}},
    },
    customers=({"key": "c1", "name": "Cliente Um"}, {"key": "e1", "name": "Empresa", "kind": "company"}),
)


class Desk:
    """The world, with the words that these tests use again and again; hours are those of São Paulo."""

    def __init__(self, world):
        self.world = world
        self.clock = world.clock
        self.agent = world.person("ana", "agente", teams=["suporte", "campo"])
        self.boss = world.person("gil", "administrador")

    def at(self, day, hour):
        """Let it be that hour of March 2026; the 2nd is a Monday."""
        hours, minutes = (int(one) for one in hour.split(":"))
        self.clock.at = datetime(2026, 3, day, hours + 3, minutes, tzinfo=UTC)
        return self.clock.at

    def put(self, registry, key, **values):
        return self.world.run(put, Put(registry=registry, key=key, values=values))

    def policy(self, key, **values):
        return self.put("sla_policies", key, label=key.title(), valid_from="2026-01-01", **values)

    def open(self, **values):
        ask = Open(**({"title": "Sem rede", "subject": "rede", "customer": "c1", "team": "suporte"} | values))
        return self.world.run(open_ticket, ask, actor=self.agent).ticket

    def move(self, ticket, name):
        return self.world.run(move, Move(ticket=ticket.protocol, move=name), actor=self.agent).ticket

    def alter(self, ticket, **changes):
        return self.world.run(alter, Alter(ticket=ticket.protocol, changes=changes), actor=self.boss)

    def answer(self, ticket):
        words = Words(kind="manual_reply", text="Estamos vendo.", channel="phone", shown=True)
        self.world.run(interact, Interact(ticket=ticket.protocol, words=words), actor=self.agent)

    def hear(self, ticket):
        self.world.run(deliver, Deliver(ticket=ticket.protocol, name="customer_replied"), actor=actors.MESSAGE)

    def see(self, ticket):
        return self.world.read(show, Show(ticket=ticket.protocol))

    def explain(self, ticket, **more):
        return self.world.read(explain, Explain(ticket=ticket.protocol, whole=True, **more), actor=self.agent)

    def clocks(self, ticket, **more):
        found = {}
        for one in self.explain(ticket, **more)["clocks"]:
            found[one["clock"]] = one
        return found

    def refresh(self, **more):
        return refresh_all(self.world.engine, **more)


def furnish(world):
    subjects = ("subjects", "subsubjects")
    world.load(Folder(registries={name: one for name, one in REGISTRY.registries.items() if name not in subjects}))
    world.deploy(Path(__file__).parent / "diagrams" / "chamado.bpmn")
    world.load(Folder(registries={name: REGISTRY.registries[name] for name in subjects}, customers=REGISTRY.customers))


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def desk(world):
    return Desk(world)
