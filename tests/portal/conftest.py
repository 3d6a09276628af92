"""Two companies and a person with accounts in the portal of a small desk, on each database."""

from __future__ import annotations

import base64
import functools
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from portal.registries import CENTRAL, INTAKE, REGISTRY
from sqlalchemy import func, select

from api import create_app
from api.auth import Callers
from engine.config import Settings
from engine.conversations.interacting import Interact, interact
from engine.conversations.saying import Words
from engine.people.credentials import password, session
from engine.people.knowing import hash_of
from engine.people.model import permission_rule
from engine.people.model import token as tokens
from engine.people.signing_in import csrf_of
from engine.portal.accounts import Invite, invite
from engine.portal.answers import Answers
from engine.portal.complementing import Complement, complement
from engine.portal.directory import PORTAL
from engine.portal.listing import ListContacts, list_contacts
from engine.portal.model import portal_account
from engine.portal.opening import OpenContact, open_contact
from engine.portal.showing import ShowContact, show_contact
from engine.registry.choosing import ChooseForm, choose_form
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.starting import start
from engine.tickets.alteration import Alter, alter
from engine.tickets.moving import Move, move

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
DIAGRAMS = Path(__file__).parent / "diagrams"


@dataclass
class Portal:
    """The world, with the words that these tests use again and again."""

    world: object

    def __post_init__(self):
        self.clock = self.world.clock
        self.agent = self.world.person("ana")
        self.boss = self.world.person("bia", "supervisor")
        self.manager = self.world.person("gil", "gestor")
        self.rita = self.called("rita@padaria.example")
        self.beto = self.called("beto@padaria.example")
        self.sara = self.called("sara@estrela.example")

    def called(self, email):
        def found(unit, _):
            account = PORTAL.called(unit, email)
            return PORTAL.actor(unit.connection, unit.catalogue, account.id)

        return self.world.read(found, None)

    def use(self, form):
        self.world.run(choose_form, ChooseForm(form=form), actor=self.manager)

    def open(self, *, actor=None, follows=None, **answers):
        ask = OpenContact(answers=Answers(**(CENTRAL | answers)), follows=follows)
        return self.world.run(open_contact, ask, actor=actor or self.rita)

    def say(self, ticket, text="Mais uma coisa.", *, actor=None, **more):
        ask = Complement(ticket=ticket.protocol, message=text, **more)
        return self.world.run(complement, ask, actor=actor or self.rita)

    def fill(self, ticket, **changes):
        """What the diagram requires before anybody moves the ticket."""
        ask = Alter(ticket=ticket.protocol, changes={"contact_reason": "outros"} | changes)
        self.world.run(alter, ask, actor=self.agent)

    def staff_says(self, ticket, text, **more):
        words = Words(**({"kind": "manual_reply", "text": text, "shown": True} | more))
        self.world.run(interact, Interact(ticket=ticket.protocol, words=words), actor=self.agent)

    def see(self, ticket, *, actor=None):
        return self.world.read(show_contact, ShowContact(ticket=ticket.protocol), actor=actor or self.rita)

    def listed(self, *, actor=None, **ask):
        page = self.world.read(list_contacts, ListContacts(**ask), actor=actor or self.rita)
        return [row.protocol for row in page.rows]

    def move(self, ticket, name, **values):
        return self.world.run(move, Move(ticket=ticket.protocol, move=name, **values), actor=self.agent).ticket

    def deny(self, profile, action):
        """Take a right away from a profile, as the permissions' own command would."""
        rule = {"id": f"{profile}:-{action}", "profile": profile, "action": action, "allow": False}

        def put(unit, _):
            unit.insert(f"profile:{profile}", permission_rule, **rule)
            unit.record(f"profile:{profile}", "denied")
            unit.new_authority()

        self.world.run(put, None)

    def rows(self, table, **where):
        def found(unit, _):
            statement = select(table)
            for name, value in where.items():
                statement = statement.where(table.c[name] == value)
            return unit.connection.execute(statement).all()

        return self.world.read(found, None)

    def everything(self):
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
    world.deploy(DIAGRAMS / "contato.bpmn")
    world.load(INTAKE)
    world.run(choose_form, ChooseForm(form="central"))
    for customer, email, name, admin in (
        ("E-1", "rita@padaria.example", "Rita Alves", True),
        ("E-1", "beto@padaria.example", "Beto Lima", False),
        ("E-2", "sara@estrela.example", "Sara Nunes", True),
    ):
        world.run(invite, Invite(customer=customer, email=email, name=name, admin=admin))
    world.person("ana")
    world.run(put, Put(registry="teams", key="mesa", values={"label": "Mesa"}))


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def portal(world):
    return Portal(world)


def session_of(name: str) -> str:
    """What the cookie of somebody's session holds in these tests."""
    return hashlib.sha256(name.encode()).hexdigest()[:43]


def token_of(login: str) -> str:
    return "tk_" + hashlib.sha256(login.encode()).hexdigest()[:43]


def let_in(world):
    """Passwords and sessions for everybody of the portal, one session that is over, and tokens for the staff."""
    world.run(_let_in, None)


def _let_in(unit, _):
    rows = {row.identity.partition("@")[0]: row for row in unit.connection.execute(select(portal_account))}
    known = set(unit.connection.execute(select(session.c.hash)).scalars())
    for name, row in rows.items():
        if hash_of(session_of(name)) in known:
            continue
        about = f"portal_account:{row.id}"
        whose = {"account_kind": "portal", "account_id": row.id}
        if unit.connection.execute(select(password).where(password.c.account_id == row.id)).first() is None:
            unit.insert(about, password, **whose, hash="x", set_at=unit.now)
        for text, lasts in ((name, timedelta(hours=8)), (f"{name} over", timedelta(0))):
            if hash_of(session_of(text)) in known:
                continue
            times = {
                "began_at": unit.now,
                "seen_at": unit.now,
                "idle_at": unit.now + lasts,
                "ends_at": unit.now + lasts,
            }
            unit.insert(about, session, hash=hash_of(session_of(text)), **whose, program="", **times)
        unit.record(about, "let_in")
    for person in unit.catalogue.people.values():
        if hash_of(session_of(person.login)) in known:
            continue
        about = f"person:{person.id}"
        values = {"hash": hash_of(token_of(person.login)), "person_id": person.id, "label": "teste"}
        unit.insert(about, tokens, **values, issued_at=unit.now)
        times = {"began_at": unit.now, "seen_at": unit.now}
        lasts = {"idle_at": unit.now + timedelta(hours=8), "ends_at": unit.now + timedelta(hours=8)}
        whose = {"account_kind": "staff", "account_id": person.id}
        unit.insert(about, session, hash=hash_of(session_of(person.login)), **whose, program="", **times, **lasts)
        unit.record(about, "let_in")


@functools.cache
def _only_app():
    return create_app(start(Settings(database_url="sqlite:///:memory:")))


@dataclass
class Caller:
    """Somebody at a door: with a cookie, a token, both, or nothing."""

    app: object
    cookies: dict = field(default_factory=dict)
    token: str | None = None
    csrf: str | None = None

    def __call__(self, method, path, body=None, *, key=None, match=None, prefix="/portal/v1", **more):
        client = self.app.test_client()
        for name, value in self.cookies.items():
            client.set_cookie(name, value)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if key:
            headers["Idempotency-Key"] = key
        if match:
            headers["If-Match"] = match
        if body is not None:
            more["json"] = body
        return client.open(f"{prefix}{path}", method=method, headers=headers, buffered=True, **more)

    def get(self, path, **more):
        return self("GET", path, **more)

    def post(self, path, body=None, **more):
        return self("POST", path, body, **more)

    def upload(self, name="boleto.png", content=PNG, **more):
        return self("POST", f"/attachments?name={name}", data=content, content_type="application/octet-stream", **more)


class House(Portal):
    """The portal and the staff's doors, and those who stand before them."""

    def __post_init__(self):
        super().__post_init__()
        self.app = _only_app()
        self.app.extensions["tramita"] = {"engine": self.world.engine, "callers": Callers(self.world.engine)}
        self.nobody = Caller(self.app)

    def let_in_again(self):
        let_in(self.world)

    def rows_of_all(self):
        """How many rows each table holds: what a refusal must not change."""

        def count(unit, _):
            tables = metadata.sorted_tables
            return {t.name: unit.connection.execute(select(func.count()).select_from(t)).scalar() for t in tables}

        return self.world.read(count, None)

    def here(self, name):
        """Somebody of a customer with their session."""
        text = session_of(name)
        return Caller(self.app, cookies={"tramita_portal": text}, csrf=csrf_of(text))

    def staff(self, login):
        return Caller(self.app, token=token_of(login))

    def staff_session(self, login, cookie="tramita_session"):
        text = session_of(login)
        return Caller(self.app, cookies={cookie: text}, csrf=csrf_of(text))


@pytest.fixture
def house(world):
    let_in(world)
    return House(world)
