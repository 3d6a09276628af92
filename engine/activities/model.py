"""Activities: something for somebody to do; here those that diagrams ask for."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Uuid, text

from engine.db import UtcDateTime, metadata

_OPEN = text("status <> 'finished'")

activity = Table(
    "activity",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("token", LargeBinary, nullable=False),  # the diagram's token that waits for it
    Column("version_id", ForeignKey("process_version.id"), nullable=False),
    Column("process", String(200), nullable=False),
    Column("element", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # email, call, appointment, custom, social
    Column("team", String(80)),
    Column("status", String(20), nullable=False),  # queued, pending, finished
    Column("outcome", String(20)),  # done, archived
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("finished_by", String(80)),
    Column("cause", String(40)),  # why the engine archived it: interrupted, ticket_closed, relocated
    Index("ix_activity_id", "id", unique=True),
    Index("ix_activity_open", "ticket_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
)
