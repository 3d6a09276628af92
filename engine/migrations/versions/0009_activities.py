"""0009 Activities with limits and without tickets, who was told of a limit. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0009"
down_revision = "0008"

_OPEN = "status <> 'finished'"
_FINISHED = "status = 'finished'"
_QUEUED = "standing = 'open' AND responsible IS NULL"
_PENDING = "standing = 'open' AND responsible IS NOT NULL"
_CLOSED = "standing <> 'open'"
_TO_ANNOUNCE = "announce_at IS NOT NULL"
_LIMITED = "limit_at IS NOT NULL"
_INDEXES = (
    ("ix_activity_ticket", "activity", ["ticket_id", "id"], None),
    ("ix_activity_open_team", "activity", ["team", "status", "limit_at", "id"], _OPEN),
    ("ix_activity_open_person", "activity", ["person_id", "status", "limit_at", "id"], _OPEN),
    ("ix_activity_done_team", "activity", ["team", "finished_at", "id"], _FINISHED),
    ("ix_activity_done_person", "activity", ["person_id", "finished_at", "id"], _FINISHED),
    ("ix_activity_customer", "activity", ["customer_id", "id"], None),
    ("ix_activity_announce", "activity", ["announce_at", "id"], _TO_ANNOUNCE),
    ("ix_ticket_queue_team", "ticket", ["team", "limit_at", "id"], _QUEUED),
    ("ix_ticket_pending_team", "ticket", ["team", "limit_at", "id"], _PENDING),
    ("ix_ticket_pending_person", "ticket", ["responsible", "limit_at", "id"], _PENDING),
    ("ix_ticket_done_team", "ticket", ["team", "entered_at", "id"], _CLOSED),
    ("ix_ticket_done_person", "ticket", ["responsible", "entered_at", "id"], _CLOSED),
    ("ix_ticket_announce", "ticket", ["announce_at", "id"], _TO_ANNOUNCE),
    ("ix_ticket_limit", "ticket", ["limit_at", "id"], _LIMITED),
)

# What an activity made by hand is called, for search; its other texts may be personal.
_TEXT_SEARCH = {
    "postgresql": [
        """CREATE TABLE activity_text (id uuid PRIMARY KEY REFERENCES activity (id), words tsvector NOT NULL)""",
        """CREATE INDEX ix_activity_text ON activity_text USING gin (words)""",
        """CREATE FUNCTION activity_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO activity_text (id, words) VALUES (new.id, to_tsvector('portuguese', new.name))
        ON CONFLICT (id) DO UPDATE SET words = excluded.words;
        RETURN NULL; END $$""",
        """CREATE TRIGGER activity_text_insert AFTER INSERT ON activity
        FOR EACH ROW WHEN (new.name IS NOT NULL) EXECUTE FUNCTION activity_text_keep()""",
        """CREATE TRIGGER activity_text_update AFTER UPDATE OF name ON activity
        FOR EACH ROW WHEN (new.name IS NOT NULL) EXECUTE FUNCTION activity_text_keep()""",
        """INSERT INTO activity_text (id, words)
        SELECT id, to_tsvector('portuguese', name) FROM activity WHERE name IS NOT NULL""",
    ],
    "sqlite": [
        """CREATE VIRTUAL TABLE activity_text USING fts5(
        id UNINDEXED, name, tokenize='unicode61 remove_diacritics 2')""",
        """CREATE TRIGGER activity_text_insert AFTER INSERT ON activity WHEN new.name IS NOT NULL BEGIN
        INSERT INTO activity_text(id, name) VALUES (new.id, new.name); END""",
        """CREATE TRIGGER activity_text_update AFTER UPDATE OF name ON activity WHEN new.name IS NOT NULL BEGIN
        DELETE FROM activity_text WHERE id = new.id;
        INSERT INTO activity_text(id, name) VALUES (new.id, new.name); END""",
        """INSERT INTO activity_text(id, name) SELECT id, name FROM activity WHERE name IS NOT NULL""",
    ],
}


def upgrade() -> None:
    """An activity may stand without a ticket, so that its id alone is the key."""
    _activity()
    op.add_column("ticket", sa.Column("limit_at", UtcDateTime(), nullable=True))
    for table in ("activity", "ticket"):
        op.add_column(table, sa.Column("limit_version", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("yellow_at", UtcDateTime(), nullable=True))
        op.add_column(table, sa.Column("to_announce", Json, nullable=True))
        op.add_column(table, sa.Column("announce_at", UtcDateTime(), nullable=True))
        op.add_column(table, sa.Column("announced", sa.String(length=10), nullable=True))
        op.add_column(table, sa.Column("announced_at", UtcDateTime(), nullable=True))
    op.create_table(
        "activity_note",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_note_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", "number", name=op.f("pk_activity_note")),
    )
    op.create_table(
        "announcement",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("threshold", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("ring", sa.String(length=10), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "version", "threshold", name=op.f("pk_announcement")),
    )
    op.create_index("ix_announcement_ticket", "announcement", ["ticket_id", "at"], unique=False)
    op.create_table(
        "activity_type",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("asks", Json, nullable=True),
        sa.Column("template", sa.String(length=80), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_activity_type")),
    )
    op.add_column("team", sa.Column("yellow_from", sa.Integer(), nullable=True))
    op.add_column("team", sa.Column("tells", Json, nullable=True))
    for name, table, columns, where in _INDEXES:
        some = None if where is None else sa.text(where)
        op.create_index(name, table, columns, unique=False, sqlite_where=some, postgresql_where=some)
    for statement in _TEXT_SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)


def _activity() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE activity DROP CONSTRAINT pk_activity")
        op.execute("ALTER TABLE activity ALTER COLUMN ticket_id DROP NOT NULL")
        op.execute("ALTER TABLE activity ADD CONSTRAINT pk_activity PRIMARY KEY USING INDEX ix_activity_id")
        _new_columns(op)
        op.create_foreign_key(op.f("fk_activity_customer_id"), "activity", "customer", ["customer_id"], ["id"])
        return
    op.drop_index("ix_activity_id", "activity")
    # SQLite keeps a key for life: the table is written anew.
    with op.batch_alter_table("activity", recreate="always") as activity:
        activity.drop_constraint("pk_activity", type_="primary")
        activity.alter_column("ticket_id", existing_type=sa.Uuid(), nullable=True)
        activity.create_primary_key("pk_activity", ["id"])
        _new_columns(activity)
        activity.create_foreign_key("fk_activity_customer_id", "customer", ["customer_id"], ["id"])


def _new_columns(on: object) -> None:
    for column in (
        sa.Column("type", sa.String(length=80), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("fields", Json, nullable=True),
        sa.Column("template", sa.String(length=80), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("due_kind", sa.String(length=20), nullable=True),
        sa.Column("limit_at", UtcDateTime(), nullable=True),
    ):
        if on is op:
            op.add_column("activity", column)
        else:
            on.add_column(column)  # type: ignore[attr-defined]  # a batch, which Alembic types as Any
