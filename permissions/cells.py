"""A cell: the place of one rule. The matrix shows cells, a change says what a cell shall hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from permissions.decide import Rule, Rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a rule stands: a profile's line (no process), or a place in a process's matrix.

    Attributes:
        action: of the catalogue, perhaps narrowed.
        process, situation: keys or `*`; None: the profile layer.
    """

    profile: str
    action: str
    process: str | None = None
    situation: str | None = None

    def __str__(self) -> str:
        where = "" if self.process is None else f"{self.process}/{self.situation}/"
        return f"{self.profile}/{where}{self.action}"

    def rule(self, *, allow: bool, name: str | None = None) -> Rule:
        """The rule that allows or denies here."""
        return Rule(str(self) if name is None else name, self.profile, self.action, allow, self.process, self.situation)

    def as_dict(self) -> dict[str, Any]:
        """The cell as plain JSON types."""
        return {
            "profile": self.profile,
            "action": self.action,
            "process": self.process,
            "situation": self.situation,
        }


def cell_of(rule: Rule) -> Cell:
    """Where the rule stands."""
    return Cell(rule.profile, rule.action, rule.process, rule.situation)


def values_of(rules: Iterable[Rule]) -> dict[Cell, bool]:
    """What each cell holds: a denial, wherever there is one."""
    found: dict[Cell, bool] = {}
    for rule in rules:
        cell = cell_of(rule)
        found[cell] = rule.allow and found.get(cell, True)
    return found


def of_profiles(rules: Rules, profiles: Collection[str]) -> tuple[Rule, ...]:
    """The rules of some profiles."""
    return tuple(rule for rule in rules.all if rule.profile in profiles)


def changed(rules: Iterable[Rule], changes: Mapping[Cell, bool | None]) -> Rules:
    """The rules once each of these cells allows (True), denies (False) or is empty (None)."""
    kept = [rule for rule in rules if cell_of(rule) not in changes]
    return Rules.of([*kept, *(cell.rule(allow=allow) for cell, allow in changes.items() if allow is not None)])


def differences(before: Mapping[Cell, bool], after: Mapping[Cell, bool]) -> dict[Cell, tuple[bool | None, bool | None]]:
    """Cells that do not hold the same: what they held, and what they hold then."""
    cells = sorted(before.keys() | after.keys(), key=str)
    return {cell: (before.get(cell), after.get(cell)) for cell in cells if before.get(cell) != after.get(cell)}


def nearly_alike(
    rules: Iterable[Rule], scopes: Mapping[str, str], among: Collection[str]
) -> list[tuple[str, str, Cell | None]]:
    """Pairs of profiles of the same scope that differ in one cell at most.

    Args:
        scopes: of the profiles to compare.
        among: one of a pair must be one of these.

    Returns:
        The two, and the cell as the first one's; None: they differ in nothing.
    """
    lines: dict[str, dict[tuple[str, str | None, str | None], bool]] = defaultdict(dict)
    for cell, allow in values_of(rules).items():
        lines[cell.profile][cell.action, cell.process, cell.situation] = allow
    found = []
    for one, other in combinations(sorted(scopes), 2):
        mine, theirs = lines[one], lines[other]
        if scopes[one] != scopes[other] or abs(len(mine) - len(theirs)) > 1 or not {one, other} & set(among):
            continue
        apart = {place for place, _ in mine.items() ^ theirs.items()}
        if len(apart) <= 1:
            found.append((one, other, Cell(one, *next(iter(apart))) if apart else None))
    return found
