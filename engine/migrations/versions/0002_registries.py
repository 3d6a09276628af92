"""0002 Registries and what belongs to a customer. Runs before the code that needs it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db import UtcDateTime
from engine.registry.folding import folded

revision = "0002"
down_revision = "0001"

_PLAIN = {"development": 80, "block": 170, "unit": 250, "request_type": 80, "contact_reason": 80}


def upgrade() -> None:
    """Make the tables, and fold the names of the customers that are there."""
    for name, length in _PLAIN.items():
        _registry(name, length)
    _registry("priority", 40, sa.Column("position", sa.Integer(), nullable=False))
    _registry("standard_reply", 80, sa.Column("text", sa.Text(), nullable=False))
    op.create_table(
        "contact_point",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("identity", sa.String(length=320), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contact_point_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_contact_point")),
    )
    columns = ["customer_id", "kind", "identity"]
    op.create_index(op.f("ix_contact_point_customer_id_kind_identity"), "contact_point", columns, unique=True)
    op.create_index(op.f("ix_contact_point_identity_kind"), "contact_point", ["identity", "kind"], unique=False)
    op.create_table(
        "consent",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_consent_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_consent")),
    )
    op.add_column("customer", sa.Column("folded", sa.Text(), server_default="", nullable=False))
    customer = sa.table("customer", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("folded"))
    here = op.get_bind()
    for row in here.execute(sa.select(customer.c.id, customer.c.name)).all():
        here.execute(sa.update(customer).where(customer.c.id == row.id).values(folded=folded(row.name)[:300]))
    op.create_index(op.f("ix_customer_folded_id"), "customer", ["folded", "id"], unique=False)


def _registry(name: str, length: int, *own: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.String(length=length), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        *own,
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{name}")),
    )
