"""The rows of attachments: what lies on disk, what waits to be attached, and what is attached to a ticket."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from engine.db import UtcDateTime, metadata

_THERE = text("removed_at IS NULL")

# One row for each content, however often it is attached. The file comes first, this row second; when no draft and no
# attachment needs it any more the row goes first, the file second: a row always has its file.
stored_file = Table(
    "stored_file",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256, in hexadecimal
    Column("size", BigInteger, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),  # the last time it came in
    Column("state", String(20), nullable=False),  # pending, clean, refused
    Column("scanner", String(40), nullable=False),
    Column("finding", String(200)),
    Column("scanned_at", UtcDateTime),
    Index(
        "ix_stored_file_pending",
        "stored_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    info={"again": True},
)

draft = Table(
    "draft",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("author", String(80), nullable=False),
    Column("digest", ForeignKey("stored_file.digest"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("kind", String(20), nullable=False),  # file, recording
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "author"),
    Index(None, "expires_at"),
    Index(None, "digest"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("seq", Integer, nullable=False),  # the history row that tells of it; an interaction's, if it came with one
    Column(
        "place", Integer, nullable=False
    ),  # among the attachments of that row, in the order in which they were named
    Column("digest", ForeignKey("stored_file.digest")),  # none: removed, and no longer needed
    Column("name", String(200), nullable=False),  # empty once it is removed
    Column("media_type", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("shown", Boolean, nullable=False),  # to the customer, as the interaction it came with
    Column("marked", Boolean, nullable=False),  # for participants, likewise
    Column("consent", Boolean),  # of a recording: whether those who are heard agreed
    Column("uploaded_by", String(80), nullable=False),
    Column("attached_at", UtcDateTime, nullable=False),
    Column("attached_by", String(80), nullable=False),
    Column("removed_at", UtcDateTime),
    Column("removed_by", String(80)),
    Column("removed_seq", Integer),
    Index(None, "digest", sqlite_where=_THERE, postgresql_where=_THERE),
)
