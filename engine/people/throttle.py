"""How often something may be tried: a bucket that holds a few tries at once and empties steadily. Pure.

It is kept as one instant, that at which the bucket will be empty: nothing has to be counted down, and a row whose
instant is over says nothing and can go. Whoever waits gets a try: nobody is locked out for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """What may be tried so often.

    Attributes:
        holds: tries at once.
        every: how long one try takes to leave.
    """

    name: str
    holds: int
    every: timedelta

    def with_one_more(self, empty_at: datetime | None, now: datetime) -> tuple[datetime, timedelta]:
        """When it will be empty with one try more, and how long there is no room for that one (zero: there is)."""
        after = max(now, empty_at or now) + self.every
        return after, max(after - now - self.holds * self.every, timedelta())

    def with_one_less(self, empty_at: datetime) -> datetime:
        """When it will be empty without a try that turned out to be nobody's guess."""
        return empty_at - self.every


# A person who mistypes gets five tries at once. Guesses at one login from many places share the second one, which is
# not asked of an address that this login has signed in from: others cannot shut its owner out.
TOGETHER: Final = Bucket(name="together", holds=5, every=timedelta(seconds=30))
LOGIN: Final = Bucket(name="login", holds=20, every=timedelta(minutes=1))
ADDRESS: Final = Bucket(name="address", holds=60, every=timedelta(seconds=10))
# Invitations, resets and the set-up have no login: 256 random bits are not guessed, but looking them up costs.
SECRET: Final = Bucket(name="secret", holds=20, every=timedelta(seconds=30))
KNOWN_FOR: Final = timedelta(days=60)
