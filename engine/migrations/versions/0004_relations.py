"""0004 Links, participants, visits, and activities made by hand. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import UtcDateTime

revision = "0004"
down_revision = "0003"

_THERE = sa.text("removed_at IS NULL")
_AHEAD = sa.text("state IN ('proposed', 'scheduled')")


def upgrade() -> None:
    """Make the tables; an activity made by hand has no token, and no element of a diagram."""
    op.create_table(
        "ticket_link",
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("linked_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["low_id"], ["ticket.id"], name=op.f("fk_ticket_link_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["ticket.id"], name=op.f("fk_ticket_link_high_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_ticket_link")),
    )
    op.create_index(op.f("ix_ticket_link_high_id"), "ticket_link", ["high_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("sees", sa.String(length=20), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("invited_by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_participant_ticket_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_participant_customer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participant_person_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_participant")),
    )
    for column in ("customer", "person"):
        op.create_index(
            f"ix_participant_{column}",
            "participant",
            [f"{column}_id"],
            unique=False,
            sqlite_where=_THERE,
            postgresql_where=_THERE,
        )
    op.create_table(
        "visit",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id", "opened_seq"],
            ["technical_assistance.ticket_id", "technical_assistance.opened_seq"],
            name=op.f("fk_visit_ticket_id_opened_seq"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_person_id")),
        sa.PrimaryKeyConstraint("ticket_id", "number", name=op.f("pk_visit")),
    )
    op.create_index(
        "ix_visit_ahead", "visit", ["starts_at"], unique=False, sqlite_where=_AHEAD, postgresql_where=_AHEAD
    )
    op.add_column("technical_assistance", sa.Column("acceptance", sa.String(length=20), nullable=True))
    op.add_column("technical_assistance", sa.Column("acceptance_seq", sa.Integer(), nullable=True))
    with op.batch_alter_table("activity") as activity:
        activity.alter_column("token", existing_type=sa.LargeBinary(), nullable=True)
        activity.alter_column("version_id", existing_type=sa.Uuid(), nullable=True)
        activity.alter_column("process", existing_type=sa.String(length=200), nullable=True)
        activity.alter_column("element", existing_type=sa.String(length=200), nullable=True)
        activity.add_column(sa.Column("name", sa.Text(), nullable=True))
        activity.add_column(sa.Column("description", sa.Text(), nullable=True))
        activity.add_column(sa.Column("person_id", sa.Uuid(), nullable=True))
        activity.add_column(sa.Column("created_by", sa.String(length=80), nullable=True))
