"""Deployed processes: every version for ever, with the exact versions it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, Uuid

from engine.db import Json, UtcDateTime, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

# `digest` covers what a version means; names, labels, colours and layout are not part of it, so that a
# cosmetic change replaces `raw` of the version it belongs to and counts `looks` up.
process_version = Table(
    "process_version",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("file", String(250), nullable=False),
    Column("label", String(250), nullable=False),
    Column("looks", Integer, nullable=False),
    Column("calls", Json, nullable=False),  # key -> version id, the whole closure
    Column("deployed_at", UtcDateTime, nullable=False),
    Column("deployed_by", String(80), nullable=False),
    UniqueConstraint("key", "number"),
    info={"again": True},
)

decision_version = Table(
    "decision_version",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("file", String(250), nullable=False),
    Column("deployed_at", UtcDateTime, nullable=False),
    Column("deployed_by", String(80), nullable=False),
    UniqueConstraint("key", "number"),
    info={"again": True},
)

# What runs now: the newest version of each key. One row to lock when two people deploy at once.
process_head = Table(
    "process_head",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("version_id", ForeignKey("process_version.id"), nullable=False),
    info={"again": True},
)
Index("ix_process_version_key", process_version.c.key, process_version.c.number.desc())


@dataclass(frozen=True, kw_only=True)
class Version:
    """A process version as the catalogue knows it, without its text.

    Attributes:
        looks: counts cosmetic changes: together with `id` it names one compiled process.
        calls: version ids of everything it calls, directly or not.
    """

    id: UUID
    key: str
    number: int
    label: str
    looks: int
    calls: Mapping[str, UUID]
