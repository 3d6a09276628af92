"""Names of the messages that the engine itself sends; an installation declares its own in the settings."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# name -> members of the payload, seen by expressions as `message.<member>`
BUILT_IN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "customer_replied": frozenset({"channel"}),
        "message_failed": frozenset({"channel"}),
        "visit_done": frozenset(),
    }
)
