"""0008 Hours of calendars, SLA policies, their versions, and a ticket's clocks. Runs before the code that needs it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime, new_id

revision = "0008"
down_revision = "0007"

_UNFINISHED = sa.text("finished_at IS NULL")
_RESPONSE = sa.text("response_limit_at IS NOT NULL")
_RESOLUTION = sa.text("resolution_limit_at IS NOT NULL")
_ALWAYS: dict[str, Any] = {"zone": None, "week": [], "holidays": None, "optional_holidays": [], "days": [], "known": []}


def upgrade() -> None:
    """Every calendar that is there was always worked until now: its first version says so."""
    for column in (
        sa.Column("zone", sa.String(length=80), nullable=True),
        sa.Column("week", Json, nullable=True),
        sa.Column("holidays", sa.String(length=80), nullable=True),
        sa.Column("optional_holidays", Json, nullable=True),
        sa.Column("days", Json, nullable=True),
        sa.Column("valid_from", sa.String(length=10), nullable=True),
    ):
        op.add_column("calendar", column)
    op.create_table(
        "sla_policy",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("subsubject", sa.String(length=170), nullable=True),
        sa.Column("priority", sa.String(length=40), nullable=True),
        sa.Column("customer_kind", sa.String(length=20), nullable=True),
        sa.Column("first_response", sa.String(length=20), nullable=True),
        sa.Column("next_response", sa.String(length=20), nullable=True),
        sa.Column("resolution", sa.String(length=20), nullable=True),
        sa.Column("calendar", sa.String(length=80), nullable=True),
        sa.Column("valid_from", sa.String(length=10), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sla_policy")),
    )
    _versions()
    _refreshes()
    op.add_column("ticket", sa.Column("response_limit_at", UtcDateTime(), nullable=True))
    op.add_column("ticket", sa.Column("resolution_limit_at", UtcDateTime(), nullable=True))
    op.add_column("ticket", sa.Column("clocks", Json, nullable=True))
    for name, where in (("response", _RESPONSE), ("resolution", _RESOLUTION)):
        op.create_index(
            f"ix_ticket_{name}_limit",
            "ticket",
            [f"{name}_limit_at", "id"],
            unique=False,
            sqlite_where=where,
            postgresql_where=where,
        )


def _versions() -> None:
    version = op.create_table(
        "rule_version",
        sa.Column("registry", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("registry", "key", "number", name=op.f("pk_rule_version")),
    )
    ever = datetime(1970, 1, 1, tzinfo=UTC)
    keys = [row.key for row in op.get_bind().execute(sa.text("SELECT key FROM calendar ORDER BY key"))]
    op.bulk_insert(
        version,
        [
            {
                "registry": "calendars",
                "key": key,
                "number": 1,
                "valid_from": None,
                "since": None,
                "made_at": ever,
                "made_by": "system:console",
                "content": _ALWAYS | {"known_years": [1, 0]},
            }
            for key in keys
        ],
    )


def _refreshes() -> None:
    """Tickets that are open already get the limits of their situations in the background."""
    refresh = op.create_table(
        "clock_refresh",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("because", sa.String(length=130), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_refresh")),
    )
    op.create_index(
        "ix_clock_refresh_unfinished",
        "clock_refresh",
        ["id"],
        unique=False,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM ticket WHERE standing = 'open' LIMIT 1")).first():
        began = {"asked_at": datetime(1970, 1, 1, tzinfo=UTC), "asked_by": "system:console", "seen": 0, "changed": 0}
        op.bulk_insert(refresh, [{"id": new_id(), "what": "tickets", "because": "release/0008", **began}])
