"""0011 The customers' portal: what its forms offer, and what came with each contact. Runs before the code."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0011"
down_revision = "0010"

_THERE = sa.text("ended_at IS NULL")
_SHOWN = sa.text("portal_visible")


def upgrade() -> None:
    """Make the tables."""
    _registry(
        "intake_form",
        sa.Column("asks", Json, nullable=False),
        sa.Column("optional", Json, nullable=False),
        sa.Column("max_files", sa.Integer(), nullable=False),
    )
    _registry(
        "classification",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("subsubject", sa.String(length=170), nullable=True),
        sa.Column("form", sa.String(length=80), nullable=True),
        *_routed(),
    )
    _registry("subclassification", sa.Column("subsubject", sa.String(length=170), nullable=True), *_routed(), key=170)
    _registry(
        "contact_form",
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", Json, nullable=False),
    )
    op.create_table(
        "portal_parameter",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_portal_parameter")),
    )
    op.create_table(
        "portal_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("identity", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("invited_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_portal_account_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_account")),
    )
    op.create_index(
        "ix_portal_account_there",
        "portal_account",
        ["customer_id", "identity"],
        unique=True,
        sqlite_where=_THERE,
        postgresql_where=_THERE,
    )
    op.create_index(op.f("ix_portal_account_identity"), "portal_account", ["identity"], unique=False)
    op.create_table(
        "portal_contact",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=80), nullable=False),
        sa.Column("classification", sa.String(length=80), nullable=False),
        sa.Column("subclassification", sa.String(length=170), nullable=True),
        sa.Column("contact_form", sa.String(length=80), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("follows", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_portal_contact_ticket_id")),
        sa.ForeignKeyConstraint(["account_id"], ["portal_account.id"], name=op.f("fk_portal_contact_account_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_portal_contact")),
    )
    op.create_index(
        "ix_ticket_portal",
        "ticket",
        ["customer_id", "opened_at", "id"],
        unique=False,
        sqlite_where=_SHOWN,
        postgresql_where=_SHOWN,
    )


def _registry(name: str, *own: sa.Column[Any], key: int = 80) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.String(length=key), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        *own,
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{name}")),
    )


def _routed() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("priority", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", Json, nullable=False),
    )
