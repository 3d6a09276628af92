"""A desk: tickets of one small process, customers who can be reached, and people who talk with them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from api import create_app
from engine.conversations.interacting import Interact, interact
from engine.conversations.model import interaction
from engine.conversations.saying import Words
from engine.db import metadata
from engine.outbox import outbox
from engine.people.knowing import hash_of
from engine.people.model import token as tokens
from engine.registry.folder import Folder
from engine.registry.putting import Put, put
from engine.registry.reaching import AddContactPoint, add_contact_point
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show

DIAGRAM = Path(__file__).parent / "diagrams" / "conversa.bpmn"
REGISTRY = Folder(
    registries={
        "teams": {key: {"label": key.title()} for key in ("vendas", "campo")},
        "fields": {"unidade": {"label": "Unidade"}},
        "standard_replies": {
            "recebido": {
                "label": "Recebemos",
                "text": "Olá, {{customer.name}}! {{ticket.title}} ({{ticket.protocol}}): {{ticket.situation}}.",
            },
            "antiga": {"label": "Antiga", "text": "Não se usa mais.", "retired": True},
            "quem": {"label": "Quem responde", "text": "{{ticket.responsible}}"},
        },
    },
    customers=({"key": "c1", "name": "Cliente Um"}, {"key": "c2", "name": "Sem e-mail"}),
)


class Desk:
    """The world, with the words that these tests use again and again."""

    def __init__(self, world):
        self.world = world
        self.clock = world.clock
        self.agent = world.person("ana")
        self.other = world.person("bia")
        self.boss = world.person("gil", "administrador")
        self.erp = world.person("erp", "integracao")

    @cached_property
    def client(self):
        return create_app(self.world.engine).test_client()

    def open(self, **values):
        ask = Open(**({"title": "Cano furado", "subject": "hidraulica", "customer": "c1"} | values))
        return self.world.run(open_ticket, ask, actor=self.agent).ticket

    def interact(self, ticket, *, actor=None, **values):
        ask = Interact(ticket=ticket.protocol, **values)
        return self.world.run(interact, ask, actor=actor or self.agent)

    def say(self, ticket, kind="note", *, actor=None, beside=None, **values):
        if kind in ("note", "manual_reply", "record"):
            values.setdefault("text", "Tudo bem.")
        return self.interact(ticket, words=Words(kind=kind, **values), actor=actor, **(beside or {})).interaction

    def see(self, ticket):
        return self.world.read(show, Show(ticket=ticket.protocol))

    def said(self, ticket):
        return self._rows(select(interaction).where(interaction.c.ticket_id == ticket.id).order_by(interaction.c.seq))

    def posted(self, topic):
        return self._rows(select(outbox).where(outbox.c.topic == topic).order_by(outbox.c.id))

    def history(self, ticket):
        table = metadata.tables["ticket_history"]
        return self._rows(select(table).where(table.c.ticket_id == ticket.id).order_by(table.c.seq))

    def count(self):
        """How many rows each table holds, and every ticket as it is: what a refusal must not change."""
        with self.world.engine.reading.connect() as connection:
            found = {
                name: connection.execute(select(func.count()).select_from(table)).scalar()
                for name, table in metadata.tables.items()
            }
            tickets = metadata.tables["ticket"]
            found["?"] = [tuple(row) for row in connection.execute(select(tickets).order_by(tickets.c.id))]
            return found

    def _rows(self, statement):
        with self.world.engine.reading.connect() as connection:
            return connection.execute(statement).all()

    def call(self, method, path, body=None, *, who="ana", **headers):
        sent = {"Authorization": f"Bearer {token_of(who)}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"data": orjson.dumps(body), "content_type": "application/json"}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)


def token_of(login):
    return "tk_" + hashlib.sha256(login.encode()).hexdigest()[:43]


def furnish(world):
    world.load(REGISTRY)
    world.deploy(DIAGRAM)
    world.run(put, Put(registry="subjects", key="hidraulica", values={"label": "Hidráulica", "process": "conversa"}))
    world.run(add_contact_point, AddContactPoint(customer="c1", kind="email", value="um@exemplo.com.br"))
    for login, profile, teams in (
        ("ana", "agente", ["vendas"]),
        ("bia", "agente", ["vendas", "campo"]),
        ("gil", "administrador", []),
        ("erp", "integracao", []),
        ("cli", "cliente_portal", []),
    ):
        world.person(login, profile, teams)
    world.run(_issue, None)


def _issue(unit, _):
    for person in unit.catalogue.people.values():
        about = f"person:{person.id}"
        values = {"hash": hash_of(token_of(person.login)), "person_id": person.id}
        unit.insert(about, tokens, **values, label="teste", issued_at=unit.now)
        unit.record(about, "token_issued")


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def desk(world):
    return Desk(world)


@pytest.fixture
def traceless(desk):
    """Insist that something is refused with this code and that nothing at all is stored."""

    def insist(code, deed):
        before = desk.count()
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - any refusal; its code is asked below
            deed()
        assert getattr(refusal.value, "code", refusal.value) == code, refusal.value
        assert desk.count() == before
        return refusal.value

    return insist
