"""0005. Runs before the code that needs it."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Filled by the capability that needs it."""
