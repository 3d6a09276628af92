"""A desk with two teams, a process whose situations and activities have limits, and their people."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.activities.model import activity, announcement
from engine.errors import NotFound
from engine.outbox import outbox
from engine.queues.announcing import announce_all
from engine.queues.board import ShowBoard, show_board
from engine.queues.chronicle import ItemHistory, item_chronicle
from engine.queues.finishing import Finish, finish
from engine.queues.listing import ListItems, list_items
from engine.queues.showing import ShowItem, show_item
from engine.queues.taking import GiveBack, Take, give_back, take
from engine.queues.transferring import Transfer, transfer
from engine.registry.folder import Folder
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.tickets.access import readable_ticket
from engine.tickets.chronicle import History, chronicle
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show
from engine.tickets.tasks import CreateTask, create_task

REGISTRY = Folder(
    registries={
        "teams": {"suporte": {"label": "Suporte"}, "vendas": {"label": "Vendas"}},
        "fields": {"unidade": {"label": "Unidade"}, "pauta": {"label": "Pauta"}},
        "standard_replies": {"ola": {"label": "Olá", "text": "Olá, {{customer.name}}"}},
        "activity_types": {
            "reuniao": {"label": "Reunião", "kind": "appointment", "asks": ["pauta"]},
            "boas_vindas": {"label": "Boas-vindas", "kind": "email", "template": "ola"},
        },
        "subjects": {"hidraulica": {"label": "Hidráulica"}},
        "subsubjects": {"hidraulica.cano": {"label": "Cano"}},
    },
    customers=({"key": "c1", "name": "Cliente Um"},),
)
PEOPLE = {
    "ana": ("agente", ["suporte"]),
    "bia": ("agente", ["suporte"]),
    "chefe": ("supervisor", ["suporte"]),
    "rui": ("agente", ["vendas"]),
    "gil": ("administrador", []),
}


class Desk:
    """The world, with the words that these tests use again and again."""

    def __init__(self, world):
        self.world = world
        self.clock = world.clock
        for login, (profile, teams) in PEOPLE.items():
            setattr(self, login, world.person(login, profile, teams=teams))

    def open(self, **values):
        ask = Open(**({"title": "Cano furado", "subject": "hidraulica", "process": "fila"} | values))
        return self.world.run(open_ticket, ask, actor=self.ana).ticket

    def move(self, ticket, name, actor=None):
        return self.world.run(move, Move(ticket=ticket.protocol, move=name), actor=actor or self.ana).ticket

    def see(self, ticket):
        return self.world.read(show, Show(ticket=ticket.protocol))

    def see_by(self, ticket_id):
        return self.rows(lambda unit: readable_ticket(unit, ticket_id, lock=False))

    def task(self, actor=None, **values):
        ask = CreateTask(**({"name": "Mandar orçamento"} | values))
        return self.world.run(create_task, ask, actor=actor or self.ana).task

    def in_ticket(self, **values):
        """A ticket, and a task in it."""
        ticket = self.open(subsubject="hidraulica.cano")
        return ticket, self.task(ticket=ticket.protocol, **values)

    def take(self, item, actor):
        return self.world.run(take, Take(item=item), actor=actor)

    def give_back(self, item, actor, **more):
        return self.world.run(give_back, GiveBack(item=item, **more), actor=actor)

    def transfer(self, item, actor, **to):
        return self.world.run(transfer, Transfer(item=item, **to), actor=actor)

    def finish(self, item, actor, **more):
        return self.world.run(finish, Finish(activity=item, **more), actor=actor)

    def list(self, actor, **asked):
        return self.world.read(list_items, ListItems(**asked), actor=actor)

    def names(self, actor, **asked):
        return [row.name for row in self.list(actor, **asked).rows]

    def board(self, actor, **asked):
        return self.world.read(show_board, ShowBoard(**asked), actor=actor)

    def show(self, item, actor):
        return self.world.read(show_item, ShowItem(item=item), actor=actor)

    def announce(self):
        return announce_all(self.world.engine)

    def announced(self, item=None):
        """(threshold, ring, logins) of every announcement, in order."""
        people = {str(p.id): p.login for p in self.rows(lambda unit: unit.catalogue.people.values())}
        wanted = select(announcement).order_by(announcement.c.due_at, announcement.c.threshold)
        if item is not None:
            wanted = wanted.where(announcement.c.item_id == item)
        rows = self.rows(lambda unit: unit.connection.execute(wanted).all())
        return [(row.threshold, row.ring, [people[one] for one in row.told]) for row in rows]

    def posted(self):
        wanted = select(outbox.c.payload).where(outbox.c.topic == "activity.announced").order_by(outbox.c.id)
        return self.rows(lambda unit: unit.connection.execute(wanted).scalars().all())

    def row(self, item):
        return self.rows(lambda unit: unit.connection.execute(select(activity).where(activity.c.id == item)).one())

    def told(self, item, reader, **asked):
        """The item's history, as this reader is given it."""
        return self.world.read(item_chronicle, ItemHistory(item=item, **asked), actor=reader)

    def sentences(self, ticket):
        found = self.world.read(chronicle, History(ticket=ticket.protocol))
        return [row["sentence"] for row in found]

    def rows(self, look):
        return self.world.read(lambda unit, _: look(unit), None)

    def everything(self):
        return self.rows(
            lambda unit: {t.name: unit.connection.execute(t.select()).all() for t in metadata.sorted_tables}
        )

    @contextmanager
    def refused(self, kind, code=None):
        """What is done inside is refused with reasons and what to do, and leaves all of it as it was."""
        before = self.everything()
        with pytest.raises(kind) as refusal:
            yield refusal
        codes = {refusal.value.code, *(reason.code for reason in refusal.value.reasons)}
        assert code is None or code in codes, codes
        reasons = refusal.value.reasons
        assert kind is NotFound or (reasons and all(one.detail and one.fix for one in reasons)), reasons
        assert self.everything() == before


def furnish(world):
    world.load(REGISTRY)
    world.deploy(Path(__file__).parent / "diagrams" / "fila.bpmn")
    for login, (profile, teams) in PEOPLE.items():
        world.person(login, profile, teams=teams)


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def desk(world):
    return Desk(world)


@pytest.fixture
def team(desk):
    """Change how a team is set."""

    def change(key, **values):
        values = {"label": key.title()} | values
        desk.world.run(put, Put(registry="teams", key=key, values=values))

    return change
