"""0007 Masking: access rows, classes of own fields, what stored answers and texts hold. Runs before the code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of accesses; answers stored already do not say what they hold, for as long as they are kept."""
    op.create_table(
        "access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("door", sa.String(length=200), nullable=False),
        sa.Column("classes", Json, nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
    )
    for name in ("customer", "ticket"):
        op.create_index(f"ix_access_{name}", "access", [f"{name}_id", "id"], unique=False)
    op.create_index("ix_access_actor", "access", ["actor", "id"], unique=False)
    op.add_column("idempotency", sa.Column("disclosed", Json, nullable=True))
    op.add_column("own_field", sa.Column("personal_class", sa.String(length=20), nullable=True))
    op.add_column("interaction", sa.Column("holds", Json, nullable=True))
