"""The command line, in this process, on a database of its own."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner
from organisation import furnish

from api import logs
from api.cli import cli


@pytest.fixture
def tramita(monkeypatch, tmp_path):
    """Run a command; TRAMITA_ variables are those a test sets and no others."""
    for name in [name for name in os.environ if name.startswith("TRAMITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRAMITA_DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()

    monkeypatch.setattr(logs, "set_up", lambda _: None)  # the log of this process is pytest's

    def run(*words, **environ):
        for name, value in environ.items():
            monkeypatch.setenv(f"TRAMITA_{name.upper()}", value)
        done = runner.invoke(cli, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


@pytest.fixture
def furnished(stock, database, monkeypatch, tramita):
    """The URL of a database with the demonstration organisation, which the commands use."""
    url = stock.copy(database, furnish)
    monkeypatch.setenv("TRAMITA_DATABASE_URL", url)
    yield url
    stock.drop(url)
