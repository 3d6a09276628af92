"""What belongs to a customer: where they can be reached, and what they agreed to."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Uuid

from engine.db import UtcDateTime, metadata

# The same telephone may belong to several customers: a family, an office.
contact_point = Table(
    "contact_point",
    metadata,
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", String(20), nullable=False),  # phone, mobile, email, whatsapp, app
    Column("value", String(320), nullable=False),  # E.164, or the address as it was given
    Column("identity", String(320), nullable=False),  # what it is found by
    Column("verified", Boolean, nullable=False),
    Column("preferred", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index(None, "customer_id", "kind", "identity", unique=True),
    Index(None, "identity", "kind"),
    info={"again": True},
)

# Appended to, never changed: the newest row of a channel holds.
consent = Table(
    "consent",
    metadata,
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("channel", String(20), nullable=False),  # email, phone, sms, whatsapp, app
    Column("given", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("how", String(20), nullable=False),  # form, call, message, contract, in_person, import
    Column("told_at", UtcDateTime, nullable=False),  # when it was written down
)
