from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from engine.migrating import migrate, newest, present
from engine.schema import metadata

OWN_SEARCH = {"ix_ticket_text", "ticket_text", "ix_activity_text", "activity_text"}


def test_migrations_make_exactly_the_tables_that_the_code_knows(world):
    def ours(item, name, kind, reflected, other):
        return not (reflected and name and name.startswith(("ticket_text", "activity_text"))) and name not in OWN_SEARCH

    with world.engine.database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        differences = [d for d in compare_metadata(context, metadata) if "ix_process_version_key" not in repr(d)]
    assert differences == []


def test_migrating_again_changes_nothing(world):
    assert migrate(world.engine.database) == newest() == present(world.engine.database)


def test_full_text_search_stands_in_the_database_itself(world):
    with world.engine.database.connect() as connection:
        if connection.dialect.name == "sqlite":
            found = connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'ticket_text'"))
        else:
            found = connection.scalar(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_ticket_text'"))
    assert found == 1
