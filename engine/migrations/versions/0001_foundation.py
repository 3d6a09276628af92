"""0001 The tables of the foundation. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the database's own full-text search over tickets."""
    op.create_table(
        "authority",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    op.create_table(
        "calendar",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar")),
    )
    op.create_table(
        "change_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("detail", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_history")),
    )
    op.create_index(op.f("ix_change_history_kind_key_at"), "change_history", ["kind", "key", "at"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("key", name=op.f("uq_customer_key")),
    )
    op.create_table(
        "decision_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=250), nullable=False),
        sa.Column("deployed_at", UtcDateTime(), nullable=False),
        sa.Column("deployed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_version")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_decision_version_key_number")),
    )
    op.create_table(
        "event_key",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_event_key")),
    )
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False)
    op.create_table(
        "opening_key",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_opening_key")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("payload", Json, nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "own_field",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("choices", Json, nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_own_field")),
    )
    op.create_table(
        "process_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=250), nullable=False),
        sa.Column("label", sa.String(length=250), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("calls", Json, nullable=False),
        sa.Column("deployed_at", UtcDateTime(), nullable=False),
        sa.Column("deployed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_version")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_process_version_key_number")),
    )
    op.create_index(
        "ix_process_version_key", "process_version", ["key", sa.literal_column("number DESC")], unique=False
    )
    op.create_table(
        "profile",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_profile")),
    )
    op.create_table(
        "setup",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup")),
    )
    op.create_table(
        "subject",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=True),
        sa.Column("technical_assistance", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_subject")),
    )
    op.create_table(
        "subsubject",
        sa.Column("key", sa.String(length=170), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_subsubject")),
    )
    op.create_table(
        "team",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("calendar", sa.String(length=80), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_team")),
    )
    op.create_table(
        "ticket_history",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("cause", Json, nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("left", sa.String(length=250), nullable=True),
        sa.Column("entered", sa.String(length=250), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", Json, nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_ticket_history")),
    )
    op.create_table(
        "permission_rule",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=250), nullable=False),
        sa.Column("allow", sa.Boolean(), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=True),
        sa.Column("situation", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["profile"], ["profile.key"], name=op.f("fk_permission_rule_profile")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_rule")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("teams", Json, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["profile"], ["profile.key"], name=op.f("fk_person_profile")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "process_head",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_process_head_version_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_head")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("protocol", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("place_process", sa.String(length=200), nullable=False),
        sa.Column("situation", sa.String(length=200), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("shown", Json, nullable=True),
        sa.Column("waiting_for", Json, nullable=True),
        sa.Column("awaits", Json, nullable=False),
        sa.Column("incomplete", Json, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("timer_due_at", UtcDateTime(), nullable=True),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("subsubject", sa.String(length=170), nullable=True),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("responsible", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("request_type", sa.String(length=80), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("fields", Json, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ticket_customer_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_ticket_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("protocol", name=op.f("uq_ticket_protocol")),
    )
    op.create_index(
        "ix_ticket_open",
        "ticket",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("standing = 'open'"),
        postgresql_where=sa.text("standing = 'open'"),
    )
    op.create_index(
        "ix_ticket_open_responsible",
        "ticket",
        ["responsible", "opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("standing = 'open'"),
        postgresql_where=sa.text("standing = 'open'"),
    )
    op.create_index(
        "ix_ticket_open_team",
        "ticket",
        ["team", "opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("standing = 'open'"),
        postgresql_where=sa.text("standing = 'open'"),
    )
    op.create_index("ix_ticket_opened", "ticket", ["opened_at", "id"], unique=False)
    op.create_index("ix_ticket_situation", "ticket", ["situation", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_timer",
        "ticket",
        ["timer_due_at"],
        unique=False,
        sqlite_where=sa.text("timer_due_at IS NOT NULL"),
        postgresql_where=sa.text("timer_due_at IS NOT NULL"),
    )
    op.create_table(
        "activity",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("finished_by", sa.String(length=80), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_activity_ticket_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_activity_version_id")),
        sa.PrimaryKeyConstraint("ticket_id", "id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_id", "activity", ["id"], unique=True)
    op.create_index(
        "ix_activity_open",
        "activity",
        ["ticket_id"],
        unique=False,
        sqlite_where=sa.text("status <> 'finished'"),
        postgresql_where=sa.text("status <> 'finished'"),
    )
    op.create_table(
        "field_value",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", Json, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_field_value_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "field", "revision", name=op.f("pk_field_value")),
    )
    op.create_table(
        "incident",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_incident_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "technical_assistance",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("opened_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_technical_assistance_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "opened_seq", name=op.f("pk_technical_assistance")),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"], unique=False)

    op.execute("INSERT INTO authority (id, number) VALUES (1, 1)")
    for statement in _TEXT_SEARCH[op.get_context().dialect.name]:
        op.execute(statement)


# The words of a ticket stand in a table of their own that triggers keep in step: an index on the ticket itself would be
# written anew with every move. SQLite: an FTS5 table with its own copy of the text, because the rows' own numbers may
# change when the file is vacuumed.
_TEXT_SEARCH = {
    "postgresql": [
        """CREATE TABLE ticket_text (id uuid PRIMARY KEY REFERENCES ticket (id), words tsvector NOT NULL)""",
        """CREATE INDEX ix_ticket_text ON ticket_text USING gin (words)""",
        """CREATE FUNCTION ticket_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO ticket_text (id, words) VALUES (new.id, to_tsvector('portuguese',
        new.protocol || ' ' || new.title || ' ' || new.description))
        ON CONFLICT (id) DO UPDATE SET words = excluded.words;
        RETURN NULL; END $$""",
        """CREATE TRIGGER ticket_text_insert AFTER INSERT ON ticket
        FOR EACH ROW EXECUTE FUNCTION ticket_text_keep()""",
        """CREATE TRIGGER ticket_text_update AFTER UPDATE OF title, description ON ticket
        FOR EACH ROW EXECUTE FUNCTION ticket_text_keep()""",
    ],
    "sqlite": [
        """CREATE VIRTUAL TABLE ticket_text USING fts5(
        id UNINDEXED, protocol, title, description, tokenize='unicode61 remove_diacritics 2')""",
        """CREATE TRIGGER ticket_text_insert AFTER INSERT ON ticket BEGIN
        INSERT INTO ticket_text(id, protocol, title, description)
        VALUES (new.id, new.protocol, new.title, new.description); END""",
        """CREATE TRIGGER ticket_text_update AFTER UPDATE OF title, description ON ticket BEGIN
        UPDATE ticket_text SET title = new.title, description = new.description WHERE id = new.id; END""",
    ],
}
