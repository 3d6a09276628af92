"""What people of every kind sign in with: passwords, sessions, single-use links, and how often they tried.

Everything secret is stored as a hash: passwords as argon2id, the rest, 32 random bytes each, as SHA-256.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, Uuid

from engine.db import UtcDateTime, metadata

password = Table(
    "password",
    metadata,
    Column("account_kind", String(20), primary_key=True),
    Column("account_id", Uuid, primary_key=True),
    Column("hash", String(300), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    info={"again": True},
)

session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account_kind", String(20), nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("program", String(200), nullable=False),  # what the browser calls itself
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # at most one write a minute
    Column("idle_at", UtcDateTime, nullable=False),  # ends here unless it is seen again
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "account_kind", "account_id"),
)

access_link = Table(
    "access_link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("purpose", String(20), nullable=False),  # invitation, reset
    Column("account_kind", String(20), nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "account_kind", "account_id"),
)

# One row for each bucket that is not empty: of a login, of an address, of the two together.
attempt = Table(
    "attempt",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # SHA-256 of what it counts
    Column("empty_at", UtcDateTime, nullable=False),
    Column("known_until", UtcDateTime),  # of a login and an address that went together
    info={"again": True},
)

# When a token was used last; apart from its row, which the hot path reads.
token_use = Table(
    "token_use",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("used_at", UtcDateTime, nullable=False),
    info={"again": True},
)
