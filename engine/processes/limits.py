"""What the linter allows beside the limits of the diagram itself."""

from __future__ import annotations

from typing import Final

MAX_CALL_DEPTH: Final = 5
MAX_ID: Final = 200  # what the columns hold that name a place
