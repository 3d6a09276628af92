"""Registries: the lists that tickets refer to. A key never changes; retiring hides, nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = String(80)


def _registry(name: str, *own: Column[Any], key: int = 80) -> Table:
    return Table(
        name,
        metadata,
        Column("key", String(key), primary_key=True),
        Column("label", String(200), nullable=False),
        *own,
        Column("retired_at", UtcDateTime),
    )


team = _registry("team", Column("calendar", _KEY))
calendar = _registry("calendar")
subject = _registry(
    "subject",
    Column("process", String(200)),
    Column("technical_assistance", Boolean, nullable=False),
    Column("team", _KEY),
)
subsubject = _registry("subsubject", Column("team", _KEY), key=170)
development = _registry("development")
block = _registry("block", key=170)
unit = _registry("unit", key=250)
request_type = _registry("request_type")
priority = _registry("priority", Column("position", Integer, nullable=False), key=40)
contact_reason = _registry("contact_reason")
standard_reply = _registry("standard_reply", Column("text", Text, nullable=False))
own_field = _registry(
    "own_field",
    Column("type", String(20), nullable=False),  # text, number, date, choice, yes_no
    Column("choices", Json),
    Column("personal", Boolean, nullable=False),
)

customer = Table(
    "customer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", _KEY, unique=True),  # the caller's own number for the customer, if it has one
    Column("kind", String(20), nullable=False),  # person, company
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, server_default=""),  # the name without accents and case
    Column("retired_at", UtcDateTime),
    Index(None, "folded", "id"),
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
class Development:
    """What was built: a condominium, an allotment."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """A building of a development; its key is `<development>.<own key>`."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class PropertyUnit:
    """What a customer owns; its key is `<development>.<block>.<own key>`, or `<development>.<own key>`."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestType:
    """What is wanted: a request, a complaint, a question."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Priority:
    """How urgent; the lowest position comes first."""

    key: str
    label: str
    position: int = 0
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactReason:
    """Why somebody got in touch."""

    key: str
    label: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class StandardReply:
    """A registered text with placeholders; see `engine.registry.replies`."""

    key: str
    label: str
    text: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Registries:
    """All registries that fit in memory; customers do not and are read when needed."""

    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    subsubjects: Mapping[str, Subsubject] = field(default_factory=dict)
    developments: Mapping[str, Development] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    units: Mapping[str, PropertyUnit] = field(default_factory=dict)
    request_types: Mapping[str, RequestType] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    contact_reasons: Mapping[str, ContactReason] = field(default_factory=dict)
    standard_replies: Mapping[str, StandardReply] = field(default_factory=dict)
    fields: Mapping[str, OwnField] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One registry: its table, its value class, and what its keys are made of.

    Attributes:
        above: registries one of which must hold what stands before the key's last dot; none: a key has no dot.
        digits: an own key may begin with a digit, as block and unit numbers do.
    """

    table: Table
    make: type[Any]
    above: tuple[str, ...] = ()
    digits: bool = False


# By the attribute of `Registries` that each fills. What names another registry comes after it.
KINDS: Mapping[str, Kind] = {
    "calendars": Kind(table=calendar, make=Calendar),
    "teams": Kind(table=team, make=Team),
    "subjects": Kind(table=subject, make=Subject),
    "subsubjects": Kind(table=subsubject, make=Subsubject, above=("subjects",)),
    "developments": Kind(table=development, make=Development),
    "blocks": Kind(table=block, make=Block, above=("developments",), digits=True),
    "units": Kind(table=unit, make=PropertyUnit, above=("blocks", "developments"), digits=True),
    "request_types": Kind(table=request_type, make=RequestType),
    "priorities": Kind(table=priority, make=Priority),
    "contact_reasons": Kind(table=contact_reason, make=ContactReason),
    "standard_replies": Kind(table=standard_reply, make=StandardReply),
    "fields": Kind(table=own_field, make=OwnField),
}
