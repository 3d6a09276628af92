"""What can go wrong with a replay.

* ReplayError       what was given cannot be replayed; nothing was changed
  x ReplayStopped   an event was refused midway; what was told before stays told, and a second run goes on from there
"""

from __future__ import annotations


class ReplayError(ValueError):
    """What was given cannot be replayed; the text names file and line and says what would do."""


class ReplayStopped(ReplayError):  # noqa: N818 - it stopped; what was done before is no error
    """An event was refused midway; what was told before stays told."""
