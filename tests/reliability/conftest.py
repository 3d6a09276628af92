"""Databases on which the small process `corrida` is deployed: to race on, and to be killed on."""

from __future__ import annotations

from pathlib import Path

import pytest

DIAGRAMS = Path(__file__).parent / "diagrams"


def with_corrida(world):
    world.deploy(DIAGRAMS / "corrida.bpmn")


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, with_corrida)
    yield url
    stock.drop(url)
