"""Registries: the lists that tickets refer to. A key never changes; retiring hides, nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = String(80)

team = Table(
    "team",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("label", String(200), nullable=False),
    Column("calendar", _KEY),
    Column("retired_at", UtcDateTime),
)

calendar = Table(
    "calendar",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("label", String(200), nullable=False),
    Column("retired_at", UtcDateTime),
)

subject = Table(
    "subject",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("label", String(200), nullable=False),
    Column("process", String(200)),
    Column("technical_assistance", Boolean, nullable=False),
    Column("team", _KEY),
    Column("retired_at", UtcDateTime),
)

subsubject = Table(
    "subsubject",
    metadata,
    Column("key", String(170), primary_key=True),  # <subject>.<own key>: belongs to one subject for ever
    Column("label", String(200), nullable=False),
    Column("team", _KEY),
    Column("retired_at", UtcDateTime),
)

own_field = Table(
    "own_field",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("label", String(200), nullable=False),
    Column("type", String(20), nullable=False),  # text, number, date, choice, yes_no
    Column("choices", Json),
    Column("personal", Boolean, nullable=False),
    Column("retired_at", UtcDateTime),
)

customer = Table(
    "customer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", _KEY, unique=True),  # the caller's own number for the customer, if it has one
    Column("kind", String(20), nullable=False),  # person, company
    Column("name", Text, nullable=False),
    Column("retired_at", UtcDateTime),
    info={"again": True},
)


@dataclass(frozen=True, kw_only=True)
class Team:
    """A group with a queue."""

    key: str
    label: str
    calendar: str | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A named calendar; its hours and holidays come with the clocks."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a ticket is about; says which process it follows."""

    key: str
    label: str
    process: str | None = None
    technical_assistance: bool = False
    team: str | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Subsubject:
    """A finer subject; its key is `<subject>.<own key>`."""

    key: str
    label: str
    team: str | None = None
    retired: bool = False

    @property
    def subject(self) -> str:
        """Key of the subject it belongs to."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class OwnField:
    """A field that the installation added to its tickets."""

    key: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    personal: bool = False
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Registries:
    """All registries that fit in memory; customers do not and are read when needed."""

    teams: Mapping[str, Team] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    subsubjects: Mapping[str, Subsubject] = field(default_factory=dict)
    fields: Mapping[str, OwnField] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One registry: its table, its value class, and the attribute of `Registries` it fills."""

    name: str
    table: Table
    make: type[Any]


KINDS: Mapping[str, Kind] = {
    "teams": Kind("teams", team, Team),
    "calendars": Kind("calendars", calendar, Calendar),
    "subjects": Kind("subjects", subject, Subject),
    "subsubjects": Kind("subsubjects", subsubject, Subsubject),
    "fields": Kind("fields", own_field, OwnField),
}
