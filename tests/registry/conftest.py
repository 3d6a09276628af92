"""The demonstration organisation's registries, customers and people, on each database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from api import loading
from engine.history import change_history
from engine.registry.putting import Put, put


def furnish(world):
    loaded = loading.load(world.engine, loading.demonstration())
    assert not loaded.wrong, loaded.wrong


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def manager(world):
    return world.person("elisa.prado", "gestor")


@pytest.fixture
def place(world):
    """Put an entry as the console."""

    def run(registry, key, **values):
        return world.run(put, Put(registry=registry, key=key, values=values))

    return run


@pytest.fixture
def told(world):
    """What the history tells of something, the oldest first: (deed, detail)."""

    def read(kind, key):
        statement = select(change_history).where(change_history.c.kind == kind, change_history.c.key == key)
        with world.engine.reading.connect() as connection:
            rows = connection.execute(statement.order_by(change_history.c.at, change_history.c.id)).all()
        return [(row.deed, row.detail) for row in rows]

    return read


@pytest.fixture
def registries(world):
    def read():
        return world.read(lambda unit, _: unit.catalogue.registries, None)

    return read
