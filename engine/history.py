"""The rows every command leaves behind: who, when, what, from where to where, and why."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata

# The ticket's id comes first in the key: a ticket's rows can be kept together on one node.
ticket_history = Table(
    "ticket_history",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),  # user:<id> or system:timer, system:message, …
    Column("deed", String(40), nullable=False),
    Column("cause", Json),  # what of the diagram did it: kind, process, element, due_at
    Column("version_id", Uuid),
    Column("revision", Integer),  # the ticket's, as the deed met it; 0: there was no ticket yet
    Column("left", String(250)),
    Column("entered", String(250)),
    Column("reason", Text),
    Column("detail", Json),
)

# Everything that is not a ticket: registries, people, rules, processes.
change_history = Table(
    "change_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(250), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("deed", String(40), nullable=False),
    Column("detail", Json),
    Index(None, "kind", "key", "at"),
)

# What is the same for every worker: one number that grows with each change of rules, people, registries
# and processes. It comes back in every unit's first row; what was cached under an older one is dropped.
authority = Table(
    "authority",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
