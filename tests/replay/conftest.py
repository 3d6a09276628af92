"""A counter with one of everything a log can hold, and the words that tests of replays use."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.config import Settings
from engine.replay.replaying import replay
from engine.schema import metadata
from engine.tickets.model import opening_key
from engine.tickets.model import ticket as tickets

HERE = Path(__file__).parent


class Counter:
    """A database in which the process `balcao` is deployed."""

    def __init__(self, world):
        self.world = world
        world.deploy(HERE / "balcao.bpmn")

    def replay(self, log=HERE / "balcao.csv", **more):
        more = {"process": "balcao", "mapping": HERE / "balcao.toml"} | more
        return replay(log, settings=Settings(), database_url=self.world.url, **more)

    def rows(self):
        """How many rows each table holds."""
        with self.world.engine.reading.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }

    def tickets(self, source="balcao"):
        """The tickets of a log, by case."""
        statement = (
            select(opening_key.c.external_id, tickets)
            .join(tickets, tickets.c.id == opening_key.c.ticket_id)
            .where(opening_key.c.source == source)
        )
        with self.world.engine.reading.connect() as connection:
            return {row.external_id: row for row in connection.execute(statement)}


@pytest.fixture
def counter(world):
    return Counter(world)


@pytest.fixture
def a_map(tmp_path):
    """Writes a map beside the log; returns its path."""

    def write(text):
        path = tmp_path / "mapa.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def a_log(tmp_path):
    """Writes a log; returns its path."""

    def write(content, name="log.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
