"""Steps of telling people of a limit, as diagrams and policies write them: `50%:team, -PT1H:responsible`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from engine.sla.durations import WALL, amount_of

TOLD: Final = ("responsible", "team", "manager")
WANTED: Final = "passos como 50%:responsible, -PT1H:team, +P1D:manager; avisa-se responsible, team ou manager"
_PERCENT: Final = re.compile(r"(\d{1,3})%", re.ASCII)


@lru_cache(maxsize=1_024)
def steps_of(text: str | None) -> tuple[str, ...]:
    """The steps without spaces, each once, in their order."""
    return tuple(dict.fromkeys(one.replace(" ", "") for one in (text or "").split(",") if one.strip()))


def are_steps(text: str) -> bool:
    """Whether every part is a step: when, relative to the limit, and who is told."""
    return all(_is_step(one.strip()) for one in text.split(","))


def _is_step(step: str) -> bool:
    when, _, whom = (one.strip() for one in step.partition(":"))
    if whom not in TOLD:
        return False
    if percent := _PERCENT.fullmatch(when):
        return 1 <= int(percent[1]) <= 100  # noqa: PLR2004 - per cent
    if when[:1] not in {"+", "-"} or when.endswith(WALL):
        return False
    try:
        amount_of(when[1:])
    except ValueError:
        return False
    return True
