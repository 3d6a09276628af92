"""People, their one profile, their tokens, and the rules that profiles stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Uuid

from engine.db import Json, UtcDateTime, metadata

if TYPE_CHECKING:
    from uuid import UUID

profile = Table(
    "profile",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("label", String(200), nullable=False),
)

# process NULL: the profile layer; process '*' or situation '*': every one, in the workflow layer.
permission_rule = Table(
    "permission_rule",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("profile", ForeignKey("profile.key"), nullable=False),
    Column("action", String(250), nullable=False),
    Column("allow", Boolean, nullable=False),
    Column("process", String(200)),
    Column("situation", String(200)),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("profile", ForeignKey("profile.key"), nullable=False),
    Column("teams", Json, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Only the SHA-256 of a token is kept: 32 random bytes need no slow hash.
token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("label", String(200), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index(None, "person_id"),
)

# One row while the installation waits for its first administrator.
setup = Table(
    "setup",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("printed_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A named set of rights; a person has exactly one."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may act."""

    id: UUID
    login: str
    name: str
    profile: str
    teams: frozenset[str] = frozenset()
    ended: bool = False
