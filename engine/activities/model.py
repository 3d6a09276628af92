"""Activities: something for somebody to do, asked for by a diagram or made by hand."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, Uuid, text

from engine.db import UtcDateTime, metadata

_OPEN = text("status <> 'finished'")

activity = Table(
    "activity",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("token", LargeBinary),  # the diagram's token that waits for it; an activity made by hand has none
    Column("version_id", ForeignKey("process_version.id")),
    Column("process", String(200)),
    Column("element", String(200)),
    Column("kind", String(20), nullable=False),  # email, call, appointment, custom, social
    Column("team", String(80)),
    Column("status", String(20), nullable=False),  # queued, pending, finished
    Column("outcome", String(20)),  # done, archived
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("finished_by", String(80)),
    Column("cause", String(40)),  # why the engine archived it: interrupted, ticket_closed, relocated
    Column("name", Text),  # of one made by hand; a diagram's has its element's
    Column("description", Text),
    Column("person_id", Uuid),  # who has it
    Column("created_by", String(80)),
    Index("ix_activity_id", "id", unique=True),
    Index("ix_activity_open", "ticket_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
)
