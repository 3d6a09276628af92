"""The demonstration organisation behind its HTTP doors, on each database."""

from __future__ import annotations

import functools
import io
import logging
from dataclasses import dataclass

import orjson
import pytest
from organisation import ADMIN, furnish, token_of
from sqlalchemy import func, select

from api import create_app
from api.auth import Callers
from api.logs import JsonLines
from engine.config import Settings
from engine.db import metadata
from engine.starting import start


@dataclass
class Caller:
    """A person with a token; JSON in, JSON out."""

    client: object
    token: str | None

    def __call__(self, method, path, body=None, *, key=None, match=None, raw=None, headers=(), **more):
        sent = dict(headers)
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if key:
            sent["Idempotency-Key"] = key
        if match:
            sent["If-Match"] = match
        if body is not None or raw is not None:
            sent.setdefault("Content-Type", "application/json")
            more["data"] = orjson.dumps(body) if raw is None else raw
        more.setdefault("buffered", True)  # read to its end, and closed: it may be a file
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)

    def get(self, path, **more):
        return self("GET", path, **more)

    def post(self, path, body=None, **more):
        return self("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self("PUT", path, body, **more)

    def patch(self, path, body=None, **more):
        return self("PATCH", path, body, **more)


@functools.cache
def _only_app():
    return create_app(start(Settings(database_url="sqlite:///:memory:")))


def app_on(engine):
    """The app with this engine behind it: building one takes longer than most tests."""
    assert engine.settings.max_body_bytes == Settings().max_body_bytes
    app = _only_app()
    app.extensions["tramita"] = {"engine": engine, "callers": Callers(engine)}
    return app


class House:
    """The app, its engine, and its people."""

    def __init__(self, world):
        self.world = world
        self.engine = world.engine
        self.clock = world.clock
        self.app = app_on(world.engine)
        self.client = self.app.test_client()
        self.admin = self.as_(ADMIN)
        self.agent = self.as_("ana.souza")
        self.nobody = Caller(self.client, None)

    def as_(self, login):
        return Caller(self.client, token_of(login))

    def ticket(self, **more):
        """A fresh ticket, opened by the agent."""
        body = {"title": "Vazamento sob a pia", "subject": "hidraulica", "subsubject": "hidraulica.vazamento"} | more
        found = self.agent.post("/tickets", body)
        assert found.status_code == 201, found.text
        return found.json

    def started(self):
        """A ticket somebody works on."""
        opened = self.ticket()
        return self.moved(opened, "iniciar_atendimento", unidade="Torre A, 302")

    def moved(self, ticket, move, **fields):
        found = self.agent.post(f"/tickets/{ticket['protocol']}/moves", {"move": move, "fields": fields})
        assert found.status_code == 200, found.text
        return found.json

    def rows(self):
        """How many rows each table holds: what a refusal or repetition must not change.

        But for what is written of every request: accesses, tries at secrets, and when a token was used last.
        """
        with self.engine.reading.connect() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar()
                for name, table in metadata.tables.items()
                if name not in {"access", "attempt", "token_use"}
            }


@pytest.fixture
def database_url(database, stock):
    """The URL of a fresh database with the demonstration organisation."""
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def house(world):
    """The demonstration organisation behind its doors; on both databases unless a test says otherwise."""
    return House(world)


@pytest.fixture
def problem():
    """Insist that an answer is a problem with this status and code, and give its members."""

    def insist(answer, status, code):
        assert (answer.status_code, answer.json.get("code")) == (status, code), answer.text
        assert answer.content_type == "application/problem+json"
        assert answer.json["status"] == status
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]
        return answer.json

    return insist


@pytest.fixture
def logged():
    """Everything logged meanwhile, at every level, as it would stand on standard error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield written.getvalue
    root.removeHandler(handler)
    root.setLevel(level)
