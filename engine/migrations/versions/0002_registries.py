"""0002. Runs before the code that needs it."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Filled by the capability that needs it."""
