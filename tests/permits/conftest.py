"""The shop of the ticket tests, with a manager, and with people whose profiles can be made as a test wants them."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tickets.conftest import Shop
from tickets.conftest import furnish as furnish_shop

from engine.people.knowing import actor_of
from engine.permits.cells import SetCells, set_cells
from engine.permits.explaining import Explain, explain
from engine.permits.profiles import AlterProfile, CreateProfile, alter_profile, create_profile
from engine.tickets.model import ticket as tickets
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show
from permissions.cells import Cell

PLACES = [("pedido", "triagem"), ("pedido", "execucao"), ("pedido", "esperando"), ("visita", "marcar")]


def cell(text):
    """`-balcao ticket.move @ pedido triagem` as the cell and what it shall hold (`.` empties it)."""
    sign, rest = text[0], text[1:]
    rest, _, place = rest.partition(" @ ")
    profile, action = rest.split()
    process, situation = place.split() if place else (None, None)
    return Cell(profile, action, process, situation), {"+": True, "-": False, ".": None}[sign]


class Office(Shop):
    """The shop and its manager."""

    def __init__(self, world):
        super().__init__(world)
        self.manager = world.person("mara", "gestor")
        self.clerk = world.person("rui", "balcao", teams=["campo"])

    def renewed(self, login):
        known = self.world.read(lambda unit, _: unit.catalogue, None)
        person = next(one for one in known.people.values() if one.login == login)
        return actor_of(person, known.number, token_hash=None)

    def set(self, *texts, actor=None, **more):
        ask = SetCells(changes=dict(map(cell, texts)), **more)
        return self.world.run(set_cells, ask, actor=actor or self.manager)

    def alter_profile(self, key, *, actor=None, **what):
        return self.world.run(alter_profile, AlterProfile(key=key, **what), actor=actor or self.manager)

    def explain(self, ticket, *, actor=None, reader=None, **asked):
        ask = Explain(ticket=ticket.protocol, actor=actor, **asked)
        return self.world.read(explain, ask, actor=reader or self.manager)

    def protocols(self):
        """Every ticket there is, the oldest first."""
        every = select(tickets.c.protocol).order_by(tickets.c.id)
        return self.world.read(lambda unit, _: unit.connection.scalars(every).all(), None)

    def at(self, protocol):
        return self.world.read(show, Show(ticket=protocol))

    def rules(self):
        known = self.world.read(lambda unit, _: unit.catalogue, None)
        return known.rules


def furnish(world):
    """An office: tickets in several situations, opened by the boss."""
    furnish_shop(world)
    world.person("mara", "gestor")
    boss = world.person("gil", "administrador")
    world.run(create_profile, CreateProfile(key="balcao", label="Balcão", scope="all"))
    world.person("rui", "balcao", teams=["campo"])
    for n in range(6):
        ask = Open(title=f"T{n}", subject="hidraulica", subsubject="hidraulica.cano", fields={"unidade": "1"})
        one = world.run(open_ticket, ask, actor=boss).ticket
        for name in (("executar",), ("esperar",), ("visitar",))[n % 3] if n % 2 else ():
            fields = {"numero": 1} if name == "esperar" else {}
            world.run(move, Move(ticket=one.protocol, move=name, fields=fields), actor=boss)


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def office(world):
    return Office(world)
