"""0003 Interactions, the next action, and what a ticket is about. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0003"
down_revision = "0002"

_TO_CONTACT = sa.text("next_action_at IS NOT NULL AND standing = 'open'")


def upgrade() -> None:
    """Add columns that code before this one need not know, and the tables of interactions and their demands."""
    for column in (
        sa.Column("development", sa.String(length=80), nullable=True),
        sa.Column("block", sa.String(length=170), nullable=True),
        sa.Column("unit", sa.String(length=250), nullable=True),
        sa.Column("contact_reason", sa.String(length=80), nullable=True),
        sa.Column("next_action_at", UtcDateTime(), nullable=True),
        sa.Column("portal_visible", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("cloned_from", sa.String(length=20), nullable=True),
    ):
        op.add_column("ticket", column)
    for name, first in (
        ("ix_ticket_next_action", []),
        ("ix_ticket_next_action_team", ["team"]),
        ("ix_ticket_next_action_responsible", ["responsible"]),
    ):
        op.create_index(
            name,
            "ticket",
            [*first, "next_action_at", "id"],
            unique=False,
            sqlite_where=_TO_CONTACT,
            postgresql_where=_TO_CONTACT,
        )
    op.add_column("ticket_history", sa.Column("revision", sa.Integer(), nullable=True))
    op.create_table(
        "interaction",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("copies", Json, nullable=False),
        sa.Column("standard_reply", sa.String(length=80), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_interaction_customer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_interaction_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_interaction")),
    )
    op.create_index(op.f("ix_interaction_customer_id_at"), "interaction", ["customer_id", "at"], unique=False)
    op.create_table(
        "interaction_demand",
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("situation", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("demands", Json, nullable=False),
        sa.PrimaryKeyConstraint("process", "situation", "channel", name=op.f("pk_interaction_demand")),
    )
