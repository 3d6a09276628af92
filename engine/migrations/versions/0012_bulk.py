"""0012 Bulk: what was ordered, what became of each ticket; indexes for lists. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0012"
down_revision = "0011"

_CLOSED = sa.text("standing <> 'open'")
_AT_WORK = sa.text("state IN ('selecting', 'weighing', 'applying')")


def upgrade() -> None:
    """Make the two tables, and the indexes that lists by change, subject and end lacked."""
    op.create_table(
        "bulk_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("deed", sa.String(length=20), nullable=False),
        sa.Column("what", Json, nullable=False),
        sa.Column("filter", Json, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("regardless", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(length=400), nullable=True),
        sa.Column("phase_at", UtcDateTime(), nullable=False),
        sa.Column("phase_size", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("stopped", Json, nullable=True),
        sa.Column("worker", sa.String(length=40), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bulk_job_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_job")),
    )
    op.create_index(op.f("ix_bulk_job_person_id_id"), "bulk_job", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_bulk_job_at_work",
        "bulk_job",
        ["lease_until"],
        unique=False,
        sqlite_where=_AT_WORK,
        postgresql_where=_AT_WORK,
    )
    op.create_table(
        "bulk_item",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("protocol", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=250), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("reasons", Json, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_job.id"], name=op.f("fk_bulk_item_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_bulk_item")),
    )
    op.create_index(
        op.f("ix_bulk_item_job_id_state_outcome_number"),
        "bulk_item",
        ["job_id", "state", "outcome", "number"],
        unique=False,
    )
    op.create_index("ix_ticket_changed", "ticket", ["changed_at", "id"], unique=False)
    op.create_index("ix_ticket_subject", "ticket", ["subject", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_closed",
        "ticket",
        ["standing", "opened_at", "id"],
        unique=False,
        sqlite_where=_CLOSED,
        postgresql_where=_CLOSED,
    )
