"""What every registry's table has: a key, a label, and when the entry was retired."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, String, Table

from engine.db import UtcDateTime, metadata

KEY: Final = String(80)


def registry_table(name: str, *own: Column[Any], key: int = 80) -> Table:
    """A registry's table, with columns of its own."""
    return Table(
        name,
        metadata,
        Column("key", String(key), primary_key=True),
        Column("label", String(200), nullable=False),
        *own,
        Column("retired_at", UtcDateTime),
    )
