"""Instants as whole microseconds since 1970, local days, and the stretches in which a zone keeps its offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_STEP: Final = 6 * 3600


def us(instant: datetime) -> int:
    """The instant as a number; it must be aware."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def instant(number: int) -> datetime:
    """The number as an instant, in UTC."""
    return _EPOCH + number * _MICROSECOND


def day_of(ordinal: int) -> date:
    """The date of a day counted from 1970-01-01."""
    return date.fromordinal(ordinal + _EPOCH_DAY)


def ordinal_of(day: date) -> int:
    """A date counted from 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=65_536)
def midnight(day: date, zone: ZoneInfo) -> int:
    """When the day begins there; where the clock skips midnight, the instant at which it does."""
    return us(datetime(day.year, day.month, day.day, tzinfo=zone))


@lru_cache(maxsize=4_096)
def stretches(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The year, counted in UTC, cut where the zone's offset changes: (from, until, offset), in microseconds."""
    begin = us(datetime(year, 1, 1, tzinfo=UTC)) // SECOND
    end = us(datetime(year + 1, 1, 1, tzinfo=UTC)) // SECOND
    place = zone_of(zone)
    found, since, offset = [], begin, _offset(place, begin)
    looked = begin
    while looked < end:
        ahead = min(looked + _STEP, end)
        changed = _offset(place, min(ahead, end - 1))
        if changed != offset:
            at = _change(place, looked, ahead, offset)
            found.append((since * SECOND, at * SECOND, offset * SECOND))
            since, offset = at, _offset(place, at)
            looked = at
            continue
        looked = ahead
    found.append((since * SECOND, end * SECOND, offset * SECOND))
    return tuple(found)


def _change(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The first second with another offset; `low` has `before`, `high` has not."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, second: int) -> int:
    found = datetime.fromtimestamp(second, tz=zone).utcoffset()
    assert found is not None
    return found.days * 86_400 + found.seconds
