"""People, their one profile, their tokens, and the rules that profiles stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

profile = Table(
    "profile",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("label", String(200), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("scope", String(10), nullable=False, server_default="all"),  # own, team, all
    Column("retired_at", UtcDateTime),
)

# process NULL: the profile layer; process '*' or situation '*': every one, in the workflow layer.
permission_rule = Table(
    "permission_rule",
    metadata,
    Column("id", String(800), primary_key=True),
    Column("profile", ForeignKey("profile.key"), nullable=False),
    Column("action", String(250), nullable=False),
    Column("allow", Boolean, nullable=False),
    Column("process", String(200)),
    Column("situation", String(200)),
    Column("since_at", UtcDateTime),  # NULL: from before this was kept
    Column("since_by", String(80)),
    Index(None, "profile", "action"),
)

# Rules that held once, so that rights can be asked as of an instant; rows are added and never changed.
permission_rule_past = Table(
    "permission_rule_past",
    metadata,
    Column("period", Uuid, primary_key=True),
    Column("id", String(800), nullable=False),
    Column("profile", ForeignKey("profile.key"), nullable=False),
    Column("action", String(250), nullable=False),
    Column("allow", Boolean, nullable=False),
    Column("process", String(200)),
    Column("situation", String(200)),
    Column("since_at", UtcDateTime),
    Column("since_by", String(80)),
    Column("until_at", UtcDateTime, nullable=False),
    Column("until_by", String(80), nullable=False),
    Index(None, "profile", "action"),
    Index(None, "until_at"),
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
    Column("email", String(254)),  # where links are mailed to; personal data: no history tells it
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
    Column("scopes", Json),  # actions, perhaps narrowed; NULL: everything that the profile allows
    Index(None, "person_id"),
)

# While somebody is away, a deputy stands in.
absence = Table(
    "absence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("deputy_id", ForeignKey("person.id"), nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
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
    """A named set of rights; a person has exactly one.

    Attributes:
        scope: whose tickets its rights speak of: `own`, `team` or `all`.
    """

    key: str
    label: str
    description: str = ""
    scope: str = "all"
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may act."""

    id: UUID
    login: str
    name: str
    profile: str
    teams: frozenset[str] = frozenset()
    ended: bool = False
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A time in which somebody is away, and who stands in.

    Attributes:
        until_at: the first instant at which the person is there again.
    """

    id: UUID
    person_id: UUID
    deputy_id: UUID
    from_at: datetime
    until_at: datetime

    def lasts(self, now: datetime) -> bool:
        """Whether the person is away now."""
        return self.from_at <= now < self.until_at
