"""What has to happen elsewhere: rows written with the command, handed on after it."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Uuid, text

from engine.db import Json, UtcDateTime, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("topic", String(60), nullable=False),
    Column("ticket_id", Uuid),
    Column("payload", Json, nullable=False),
    Column("sent_at", UtcDateTime),
    Index(
        "ix_outbox_unsent",
        "id",
        sqlite_where=text("sent_at IS NULL"),
        postgresql_where=text("sent_at IS NULL"),
    ),
)
