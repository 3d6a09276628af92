"""Every table of the product, in one place for migrations and their test."""

from __future__ import annotations

from engine.activities import model as activities  # noqa: F401 - its tables, as of all below
from engine.attachments import model as attachments  # noqa: F401
from engine.bulk import model as bulk  # noqa: F401
from engine.conversations import model as conversations  # noqa: F401
from engine.db import metadata
from engine.disclosure import access  # noqa: F401
from engine.people import credentials  # noqa: F401
from engine.people import model as people  # noqa: F401
from engine.portal import model as portal  # noqa: F401
from engine.processes import model as processes  # noqa: F401
from engine.registry import clocks, customer_model, demands, intake  # noqa: F401
from engine.registry import model as registry  # noqa: F401
from engine.tickets import model as tickets  # noqa: F401
from engine.tickets import relations  # noqa: F401
from engine.unit import answers  # noqa: F401

__all__ = ["metadata"]
