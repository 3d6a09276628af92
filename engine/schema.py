"""Every table of the product, in one place for migrations and their test."""

from __future__ import annotations

from engine.conversations import model as conversations  # noqa: F401 - its tables
from engine.db import metadata
from engine.registry import customer_model  # noqa: F401 - its tables
from engine.tickets import relations  # noqa: F401 - its tables

__all__ = ["metadata"]
