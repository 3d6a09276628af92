"""The portal's rows: who of a customer may sign in, and what came with each contact that they opened."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, Uuid, text

from engine.db import UtcDateTime, metadata

KIND: Final = "portal"
"""The kind of principal: no door of the staff takes it, and none of the portal takes another."""

MEMBER: Final = "cliente_portal"
ADMIN: Final = "responsavel_portal"
"""The profiles of accounts: whoever administers a company may invite, the others may not."""

_THERE = text("ended_at IS NULL")

# An e-mail address may have an account with several customers; the oldest is found by the address alone.
portal_account = Table(
    "portal_account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False),
    Column("email", String(254), nullable=False),
    Column("identity", String(254), nullable=False),  # what it is found by
    Column("name", String(200), nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("invited_by", String(80), nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "ix_portal_account_there",
        "customer_id",
        "identity",
        unique=True,
        sqlite_where=_THERE,
        postgresql_where=_THERE,
    ),
    Index(None, "identity"),
    info={"again": True},
)

# What the form asked beside the ticket's own columns; the message itself is an interaction.
portal_contact = Table(
    "portal_contact",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("account_id", ForeignKey("portal_account.id"), nullable=False),
    Column("form", String(80), nullable=False),
    Column("classification", String(80), nullable=False),
    Column("subclassification", String(170)),
    Column("contact_form", String(80)),
    Column("contact_name", Text),
    Column("contact_phone", String(40)),  # E.164
    Column("contact_email", String(254)),
    Column("follows", String(20)),  # protocol of the ticket that this one goes on from
)
