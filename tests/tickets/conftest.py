"""A small shop: one process with everything a ticket can meet, its registries and its people."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.registry.folder import Folder
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.tickets.chronicle import History, history
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show

DIAGRAMS = Path(__file__).parent / "diagrams"

REGISTRY = Folder(
    registries={
        "teams": {key: {"label": key.title()} for key in ("vendas", "suporte", "campo")},
        "fields": {
            "unidade": {"label": "Unidade"},
            "solucao": {"label": "Solução"},
            "numero": {"label": "Número", "type": "number"},
            "cor": {"label": "Cor", "type": "choice", "choices": ["azul", "verde"]},
            "quando": {"label": "Quando", "type": "date"},
            "pronto": {"label": "Pronto", "type": "yes_no"},
        },
    },
    customers=({"key": "c1", "name": "Cliente Um"},),
)


class Shop:
    """The world, with the words that these tests use again and again."""

    def __init__(self, world):
        self.world = world
        self.clock = world.clock
        self.agent = world.person("ana", "agente", teams=["vendas", "suporte"])
        self.boss = world.person("gil", "administrador")

    def open(self, *, actor=None, **values):
        ask = Open(**({"title": "Cano furado", "subject": "hidraulica"} | values))
        return self.world.run(open_ticket, ask, actor=actor or self.agent).ticket

    def move(self, ticket, name, *, actor=None, **values):
        ask = Move(ticket=ticket.protocol, move=name, **values)
        return self.world.run(move, ask, actor=actor or self.agent).ticket

    def see(self, ticket):
        return self.world.read(show, Show(ticket=ticket.protocol))

    def history(self, ticket):
        return self.world.read(history, History(ticket=ticket.protocol, limit=100))

    def deeds(self, ticket):
        return [row.deed for row in self.history(ticket)]

    def everything(self):
        """Every row of every table."""
        return self.world.read(
            lambda unit, _: {t.name: unit.connection.execute(t.select()).all() for t in metadata.sorted_tables}, None
        )

    @contextmanager
    def refused(self, kind, code=None):
        """What is done inside is refused, and leaves all of it as it was."""
        before = self.everything()
        with pytest.raises(kind) as refusal:
            yield refusal
        assert code is None or refusal.value.code == code
        assert self.everything() == before


def furnish(world):
    world.load(REGISTRY)
    world.deploy(DIAGRAMS / "pedido.bpmn", DIAGRAMS / "visita.bpmn", DIAGRAMS / "outro.bpmn")
    for key, values in {
        "hidraulica": {"label": "Hidráulica", "process": "pedido", "technical_assistance": True},
        "eletrica": {"label": "Elétrica", "process": "pedido"},
        "papelada": {"label": "Papelada", "process": "outro"},
    }.items():
        world.run(put, Put(registry="subjects", key=key, values=values))
    world.run(put, Put(registry="subsubjects", key="hidraulica.cano", values={"label": "Cano", "team": "campo"}))
    world.person("ana", "agente", teams=["vendas", "suporte"])
    world.person("gil", "administrador")


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def shop(world):
    return Shop(world)
