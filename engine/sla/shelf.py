"""All calendars of an installation, and which one counts where several could."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.sla.calendars import EVER, Calendar, Version, always
from engine.sla.splicing import Spliced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

Had = tuple[int, str | None]  # since when, and the key of a team's calendar


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

    def along(self, keys: Sequence[str | None], teams: Sequence[Had]) -> Calendar:
        """The calendar of the first key that is one, else that of each team for the time it had the matter.

        Args:
            keys: what a policy or a diagram says, from the nearest.
            teams: one after the other; the last one has it.
        """
        own = next((found for key in keys if key is not None and (found := self._get(key)) is not None), None)
        if own is not None:
            return own
        parts: list[tuple[int, Calendar]] = []
        for since, key in teams:
            calendar = self.of(key)
            while len(parts) > 1 and parts[-1][0] >= since:  # a team that had it for no time
                parts.pop()
            if not parts or parts[-1][1] is not calendar:
                parts.append((since, calendar))
        return parts[0][1] if len(parts) == 1 else Spliced(parts)

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


def had(handed: Iterable[Any] | None, team: str | None, calendar_of: Callable[[str | None], str | None]) -> list[Had]:
    """Since when the calendar of which team counts.

    Args:
        handed: teams that had something before the present one: until when (a number), and the team's key.
        calendar_of: a team's calendar.
    """
    found, since = [], EVER
    for until, key in handed or ():
        found.append((since, calendar_of(key)))
        since = until
    return [*found, (since, calendar_of(team))]
