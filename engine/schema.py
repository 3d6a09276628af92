"""Every table of the product, in one place for migrations and their test."""

from __future__ import annotations

from engine.db import metadata

__all__ = ["metadata"]
