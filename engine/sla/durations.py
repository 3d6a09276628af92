"""How long something may take, as diagrams and policies write it: `PT8H`, `P2D`, `P2D/24x7`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

WALL: Final = "/24x7"
WANTED: Final = "uma duração como PT8H (tempo útil), P2D (dias úteis) ou P2D/24x7 (tempo corrido)"
_DAYS: Final = re.compile(r"P(\d{1,4})D", re.ASCII)
_TIME: Final = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?", re.ASCII)
_MIXED: Final = re.compile(r"P\d+DT\d.*", re.ASCII)
_MINUTE_US: Final = 60_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A length: either days or time, one of them zero.

    Attributes:
        days: working days.
        time_us: working time, in microseconds.
        wall: by the clock on the wall: every instant is working time.
    """

    days: int = 0
    time_us: int = 0
    wall: bool = False


@lru_cache(maxsize=4_096)
def amount_of(text: str) -> Amount:
    """The length that the text writes.

    Raises:
        ValueError: it writes none; the message says in Portuguese what would do.
    """
    plain = text.removesuffix(WALL)
    wall = plain != text
    if days := _DAYS.fullmatch(plain):
        found = Amount(days=int(days[1]), wall=wall)
    elif time := _TIME.fullmatch(plain):
        minutes = 60 * int(time[1] or 0) + int(time[2] or 0)
        found = Amount(time_us=minutes * _MINUTE_US, wall=wall)
    elif _MIXED.fullmatch(plain):
        raise ValueError("dias (P2D) ou horas (PT8H), nunca os dois juntos")
    else:
        raise ValueError(WANTED)
    if not found.days and not found.time_us:
        raise ValueError(WANTED)
    return found
