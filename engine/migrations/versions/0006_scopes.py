"""0006 Scopes of profiles, and what rules were before. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Give profiles a scope (all, as it was), rules a beginning, and lists within a scope their indexes."""
    op.add_column("profile", sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column("profile", sa.Column("scope", sa.String(length=10), nullable=False, server_default="all"))
    op.add_column("profile", sa.Column("retired_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("permission_rule") as rule:
        rule.alter_column("id", existing_type=sa.String(length=80), type_=sa.String(length=800))
        rule.add_column(sa.Column("since_at", UtcDateTime(), nullable=True))
        rule.add_column(sa.Column("since_by", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_permission_rule_profile_action"), "permission_rule", ["profile", "action"], unique=False)
    op.create_table(
        "permission_rule_past",
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("id", sa.String(length=800), nullable=False),
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=250), nullable=False),
        sa.Column("allow", sa.Boolean(), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=True),
        sa.Column("situation", sa.String(length=200), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=True),
        sa.Column("since_by", sa.String(length=80), nullable=True),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("until_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profile.key"], name=op.f("fk_permission_rule_past_profile")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_permission_rule_past")),
    )
    op.create_index(
        op.f("ix_permission_rule_past_profile_action"), "permission_rule_past", ["profile", "action"], unique=False
    )
    op.create_index(op.f("ix_permission_rule_past_until_at"), "permission_rule_past", ["until_at"], unique=False)
    for column in ("team", "responsible", "opened_by"):
        op.create_index(f"ix_ticket_{column}", "ticket", [column, "opened_at", "id"], unique=False)
