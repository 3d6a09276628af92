"""What ties a ticket to others: links between tickets, invited participants, visits of an assistance."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from engine.db import UtcDateTime, metadata

_THERE = text("removed_at IS NULL")

# One row for a pair, the lower id first: a link has no direction.
ticket_link = Table(
    "ticket_link",
    metadata,
    Column("low_id", ForeignKey("ticket.id"), primary_key=True),
    Column("high_id", ForeignKey("ticket.id"), primary_key=True),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("linked_by", String(80), nullable=False),
    Index(None, "high_id"),
)

participant = Table(
    "participant",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),  # agency, broker
    Column("customer_id", ForeignKey("customer.id")),  # who it is: a registered company or person,
    Column("person_id", ForeignKey("person.id")),  # somebody with a login,
    Column("name", Text),  # or just a name
    Column(
        "sees", String(20), nullable=False
    ),  # marked: what is marked for participants; shown: also what customers see
    Column("invited_at", UtcDateTime, nullable=False),
    Column("invited_by", String(80), nullable=False),
    Column("removed_at", UtcDateTime),
    Column("removed_by", String(80)),
    Index("ix_participant_customer", "customer_id", sqlite_where=_THERE, postgresql_where=_THERE),
    Index("ix_participant_person", "person_id", sqlite_where=_THERE, postgresql_where=_THERE),
)

visit = Table(
    "visit",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # counts the ticket's visits from 1
    Column("opened_seq", Integer, nullable=False),  # of the assistance it belongs to
    Column("state", String(20), nullable=False),  # proposed, scheduled, done, missed, cancelled
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("team", String(80)),
    Column("person_id", ForeignKey("person.id")),
    Column("note", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["ticket_id", "opened_seq"], ["technical_assistance.ticket_id", "technical_assistance.opened_seq"]
    ),
    Index(
        "ix_visit_ahead",
        "starts_at",
        sqlite_where=text("state IN ('proposed', 'scheduled')"),
        postgresql_where=text("state IN ('proposed', 'scheduled')"),
    ),
)
