"""0014 Indexes of limits that tell by themselves whom each concerns. Runs before the code that needs them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_TICKETS = (
    ("ix_ticket_limit", "limit_at"),
    ("ix_ticket_response_limit", "response_limit_at"),
    ("ix_ticket_resolution_limit", "resolution_limit_at"),
)


def upgrade() -> None:
    """Make those of tickets anew, and one of open activities: what is about to turn red is read from them."""
    for name, column in _TICKETS:
        op.drop_index(name, "ticket")
        _make(name, "ticket", [column, "id", "team", "responsible", "opened_by"], column)
    _make(
        "ix_activity_limit",
        "activity",
        ["limit_at", "id", "status", "team", "person_id", "created_by"],
        "status <> 'finished' AND limit_at",
    )


def _make(name: str, table: str, columns: list[str], where: str) -> None:
    some = sa.text(f"{where} IS NOT NULL")
    op.create_index(name, table, columns, unique=False, sqlite_where=some, postgresql_where=some)
