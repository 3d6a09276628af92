"""Bring a database to the present schema, step by step, each step named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_HERE = Path(__file__).parent / "migrations"


def migrate(database: Engine) -> str:
    """Run every migration that is missing; returns the name of the last one. Safe to repeat."""
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7261746)")  # two starts at once: one waits
        command.upgrade(_config(connection), "head")
    return newest()


def newest() -> str:
    """Name of the newest migration that this code knows."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert head is not None
    return head


def present(database: Engine) -> str | None:
    """Name of the newest migration the database has seen; None for an empty one."""
    with database.execution_options(tramita_reading=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def missing(database: Engine) -> list[str]:
    """Names of the migrations that the database lacks, in order.

    None where it has seen newer ones than this code knows: old code works until it is replaced.
    """
    known = [script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()][::-1]
    at = present(database)
    if at is None:
        return known
    return known[known.index(at) + 1 :] if at in known else []


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
