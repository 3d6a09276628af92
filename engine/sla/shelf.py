"""All calendars of an installation, and which one counts where several could."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.sla.calendars import Calendar, Version, always

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Calendars:
    """The calendars by key.

    Attributes:
        zone: the installation's, in which the calendar that is always worked has its days.
        default: key of the calendar that counts where nothing names one; without it every instant is worked.
    """

    versions: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    zone: str = "UTC"
    default: str | None = None
    _made: dict[str, Calendar] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, *keys: str | None) -> Calendar:
        """The calendar of the first key that is one, else the installation's.

        Hand them over from the nearest: a diagram's own, then the team's.
        """
        for key in (*keys, self.default):
            if key is not None and (found := self._get(key)) is not None:
                return found
        return always(self.zone)

    def known_at(self, at: datetime) -> Calendars:
        """The calendars with the versions that had been put down by then; one that had none was always worked."""
        known = {
            key: [one for one in versions if one.made_at is None or one.made_at <= at]
            for key, versions in self.versions.items()
        }
        return Calendars(versions=known, zone=self.zone, default=self.default)

    def _get(self, key: str) -> Calendar | None:
        if key not in self.versions:
            return None
        if key not in self._made:
            versions = self.versions[key]
            self._made[key] = Calendar(key, versions) if versions else Calendar(key, always(self.zone).versions)
        return self._made[key]
