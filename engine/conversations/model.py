"""The rows of interactions: the only place where what was said about a ticket stands."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.db import Json, UtcDateTime, metadata

interaction = Table(
    "interaction",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # the history row that tells of it
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("kind", String(20), nullable=False),  # note, automatic_reply, manual_reply, record
    Column("channel", String(20), nullable=False),
    Column("title", Text),  # of the e-mail, beside the protocol number
    Column("text", Text, nullable=False),
    Column("shown", Boolean, nullable=False),  # to the customer, once the ticket is shown there too
    Column("mailed", Boolean, nullable=False),
    Column("marked", Boolean, nullable=False),  # for participants invited into the ticket
    Column("copies", Json, nullable=False),  # addresses of third parties
    Column("standard_reply", String(80)),
    Column("holds", Json),  # of a standard reply: the classes of personal data that its placeholders put into it
    Column("customer_id", ForeignKey("customer.id")),  # whom it is about: erasing them blanks it
    Index(None, "customer_id", "at"),
)
