"""Registries: the lists that tickets refer to. A key never changes; retiring hides, nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata
from engine.registry import clocks, intake
from engine.registry.table import KEY as _KEY
from engine.registry.table import registry_table as _registry
from permissions.personal import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Mapping

team = _registry(
    "team",
    Column("calendar", _KEY),
    Column("yellow_from", Integer),  # per cent of the limit; NULL: yellow from the start, and nobody is told
    Column("tells", Json),  # who is told at a limit: responsible, team, manager
)
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
    Column("personal_class", String(20)),  # of personal data; NULL: none in particular
)

activity_type = _registry(
    "activity_type",
    Column("kind", String(20), nullable=False),
    Column("asks", Json),  # own fields
    Column("template", _KEY),  # a standard reply
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
    yellow_from: int | None = None
    tells: tuple[str, ...] = ()
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
    """A field that the installation added to its tickets.

    Attributes:
        personal_class: of `permissions.personal.OF_FIELDS`, for a personal field; None: just personal.
    """

    key: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    personal: bool = False
    personal_class: str | None = None
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
class ActivityType:
    """A type of activity that an installation names.

    Attributes:
        kind: email, call, appointment, custom or social.
        asks: own fields that are filled in when one is created.
        template: key of the standard reply that it starts from.
    """

    key: str
    label: str
    kind: str = "custom"
    asks: tuple[str, ...] = ()
    template: str | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Registries:
    """All registries that fit in memory; customers do not and are read when needed."""

    calendars: Mapping[str, clocks.WorkCalendar] = field(default_factory=dict)
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
    sla_policies: Mapping[str, clocks.SlaPolicy] = field(default_factory=dict)
    activity_types: Mapping[str, ActivityType] = field(default_factory=dict)
    intake_forms: Mapping[str, intake.IntakeForm] = field(default_factory=dict)
    classifications: Mapping[str, intake.Classification] = field(default_factory=dict)
    subclassifications: Mapping[str, intake.Subclassification] = field(default_factory=dict)
    contact_forms: Mapping[str, intake.ContactForm] = field(default_factory=dict)

    @cached_property
    def personal(self) -> Mapping[str, str]:
        """The class of data of each own field that is personal."""
        return {key: one.personal_class or PERSONAL for key, one in self.fields.items() if one.personal}


LISTS = ("choices", "fields", "asks", "optional", "tells", *clocks.LISTS)


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

    @property
    def lists(self) -> tuple[str, ...]:
        """Members that are lists of texts: JSON in the table, tuples in the value class."""
        return tuple(name for name in LISTS if name in self.table.c)


# By the attribute of `Registries` that each fills. What names another registry comes after it.
KINDS: Mapping[str, Kind] = {
    "calendars": Kind(table=clocks.calendar, make=clocks.WorkCalendar),
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
    "sla_policies": Kind(table=clocks.sla_policy, make=clocks.SlaPolicy),
    "activity_types": Kind(table=activity_type, make=ActivityType),
    "intake_forms": Kind(table=intake.intake_form, make=intake.IntakeForm),
    "classifications": Kind(table=intake.classification, make=intake.Classification),
    "subclassifications": Kind(
        table=intake.subclassification, make=intake.Subclassification, above=("classifications",)
    ),
    "contact_forms": Kind(table=intake.contact_form, make=intake.ContactForm),
}
