"""Time that counts by one calendar after the other: what was handed from team to team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sla.calendars import EVER, NEVER, Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spliced(Calendar):
    """One calendar after the other, each from an instant on; the first one before its instant, too.

    It has the last one's key; `at` tells whose hours are in force. The parts do the arithmetic: tables of its own
    would serve one ticket alone.
    """

    def __init__(self, parts: Sequence[tuple[int, Calendar]]) -> None:
        super().__init__(parts[-1][1].key, parts[-1][1].versions)
        begins = [EVER, *(since for since, _ in parts[1:])]
        calendars = [calendar for _, calendar in parts]
        self._parts = list(zip(begins, [*begins[1:], NEVER], calendars, strict=True))
        in_force = [
            (max(begin, since), version)
            for since, until, part in self._parts
            for begin, end, version in part.line()
            if max(begin, since) < min(end, until)
        ]
        self._since = [since for since, _ in in_force]
        self._in_force = [version for _, version in in_force]

    def worked(self, a: int, b: int) -> int:
        """The time worked from `a` until `b`."""
        if b < a:
            return -self.worked(b, a)
        return sum(
            part.worked(max(a, begins), min(b, ends))
            for begins, ends, part in self._parts
            if max(a, begins) < min(b, ends)
        )

    def later(self, start: int, amount: int) -> int | None:
        """The first instant by which that much was worked."""
        if amount <= 0:
            return start
        for begins, ends, part in self._parts:
            since = max(start, begins)
            if since >= ends:
                continue
            found = part.worked(since, ends) if ends < NEVER else amount
            if found >= amount:
                return part.later(since, amount)
            amount -= found
        return None

    def _is_open(self, at: int) -> bool:
        return next(part for _, ends, part in self._parts if at < ends)._is_open(at)  # noqa: SLF001 - of our own kind
