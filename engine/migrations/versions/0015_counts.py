"""0015 Indexes of queues that suffice for counting. Runs before the code that needs them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_OPEN = sa.text("status <> 'finished'")
_QUEUED = sa.text("standing = 'open' AND responsible IS NULL")
_INDEXES = (
    ("ix_activity_open_team", "activity", ["team", "status", "limit_at", "id", "person_id", "yellow_at"], _OPEN),
    ("ix_activity_open_person", "activity", ["person_id", "status", "limit_at", "id", "yellow_at"], _OPEN),
    ("ix_ticket_queue_team", "ticket", ["team", "limit_at", "id", "yellow_at"], _QUEUED),
)


def upgrade() -> None:
    """Make them anew, with the columns that the board's counts look at."""
    for name, table, columns, where in _INDEXES:
        op.drop_index(name, table)
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
