"""What customers are asked in the portal: forms, classifications and forms of contact. All of it is data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Integer, String, Table

from engine.db import Json, metadata
from engine.registry.table import KEY, registry_table

PARTS: Final = (
    "classification",
    "subclassification",
    "contact_form",
    "contact_name",
    "contact_phone",
    "contact_email",
    "message",
    "attachments",
)
"""What a form may ask for, in the order in which it is asked."""
ALWAYS: Final = ("classification", "message")
"""What every form asks for and nobody may leave out: without them there is no subject and no matter."""
MOST_FILES: Final = 20

intake_form = registry_table(
    "intake_form",
    Column("asks", Json, nullable=False),  # of PARTS
    Column("optional", Json, nullable=False),  # of asks
    Column("max_files", Integer, nullable=False),
)
classification = registry_table(
    "classification",
    Column("subject", KEY, nullable=False),
    Column("subsubject", String(170)),
    Column("form", KEY),
    Column("team", KEY),
    Column("priority", String(40)),
    Column("position", Integer, nullable=False),
    Column("fields", Json, nullable=False),
)
subclassification = registry_table(
    "subclassification",
    Column("subsubject", String(170)),
    Column("team", KEY),
    Column("priority", String(40)),
    Column("position", Integer, nullable=False),
    Column("fields", Json, nullable=False),
    key=170,
)
contact_form = registry_table(
    "contact_form",
    Column("channel", String(20)),
    Column("position", Integer, nullable=False),
    Column("fields", Json, nullable=False),
)

# What an installation chose for its portal; a name without a row has not been chosen.
portal_parameter = Table(
    "portal_parameter",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", String(200), nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class IntakeForm:
    """What customers are asked when they open a contact.

    Attributes:
        asks: of `PARTS`; `optional`: what of it may stay empty.
        max_files: how many files may come with a contact or a complement.
    """

    key: str
    label: str
    asks: tuple[str, ...] = PARTS
    optional: tuple[str, ...] = ("attachments",)
    max_files: int = 1
    retired: bool = False

    def requires(self, part: str) -> bool:
        """Whether the part may not stay empty."""
        return part in self.asks and part not in self.optional


@dataclass(frozen=True, kw_only=True)
class Classification:
    """A subject as customers know it.

    Attributes:
        subject, subsubject: what the ticket will be about.
        form: the only form that offers it; None: every one does.
        team, priority: of its tickets; None: as the subject has it.
        position: the lowest comes first.
        fields: own fields that it asks for; the customer has to fill all of them.
    """

    key: str
    label: str
    subject: str
    subsubject: str | None = None
    form: str | None = None
    team: str | None = None
    priority: str | None = None
    position: int = 0
    fields: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Subclassification:
    """A finer one; its key is `<classification>.<own key>`."""

    key: str
    label: str
    subsubject: str | None = None
    team: str | None = None
    priority: str | None = None
    position: int = 0
    fields: tuple[str, ...] = ()
    retired: bool = False

    @property
    def classification(self) -> str:
        """Key of the classification it belongs to."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class ContactForm:
    """How the customer wants to be answered; may ask for own fields, such as the hour to call.

    Attributes:
        channel: one of `engine.builtin.CHANNELS`, if it is one of them.
    """

    key: str
    label: str
    channel: str | None = None
    position: int = 0
    fields: tuple[str, ...] = ()
    retired: bool = False
