"""0013 Hand-overs: which team had an item until when, so that its time counts by the hours of each; steps of policies.

Runs before the code that needs it. What open tickets and activities went through is read from their histories.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db import Json, UtcDateTime
from engine.sla.instants import us

revision = "0013"
down_revision = "0012"

_OPEN = sa.table("ticket", sa.column("id", sa.Uuid()), sa.column("standing"), sa.column("handed", Json))
_TOLD = sa.table(
    "ticket_history",
    sa.column("ticket_id", sa.Uuid()),
    sa.column("seq"),
    sa.column("at", UtcDateTime()),
    sa.column("detail", Json),
)


def upgrade() -> None:
    """Add the columns, and fill in the tickets' from what their histories tell."""
    for table in ("ticket", "activity"):
        op.add_column(table, sa.Column("handed", Json, nullable=True))
    op.add_column("sla_policy", sa.Column("escalate", sa.String(length=250), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_TOLD.c.ticket_id, _TOLD.c.at, _TOLD.c.detail)
        .join(_OPEN, _OPEN.c.id == _TOLD.c.ticket_id)
        .where(_OPEN.c.standing == "open", sa.cast(_TOLD.c.detail, sa.Text).like('%"changed"%"team"%'))
        .order_by(_TOLD.c.ticket_id, _TOLD.c.seq)
    )
    for ticket_id, handed in _handed(rows).items():
        connection.execute(sa.update(_OPEN).where(_OPEN.c.id == ticket_id).values(handed=handed))


def _handed(rows: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for ticket_id, at, detail in rows:
        changed = detail["changed"]
        if isinstance(changed, dict) and "team" in changed:
            assert isinstance(at, datetime)
            found[ticket_id].append([us(at), changed["team"][0]])
    return found
