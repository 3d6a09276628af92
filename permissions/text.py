"""A profile as text that people can read and compare: TOML in the form of the delivered presets."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from permissions.actions import CATALOGUE
from permissions.cells import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from permissions.decide import Rule

_ORDER = {name: n for n, name in enumerate(CATALOGUE)}
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def text_of(
    key: str, label: str, description: str, scope: str, rules: Iterable[Rule], *, label_en: str | None = None
) -> str:
    """The profile's file; the same profile always gives the same bytes."""
    layers: dict[tuple[str, str] | None, dict[str, bool]] = defaultdict(dict)
    for cell, allow in values_of(rules).items():
        place = None if cell.process is None or cell.situation is None else (cell.process, cell.situation)
        layers[place][cell.action] = allow
    head = {"key": key, "label_pt": label, "label_en": label_en or label, "description": description, "scope": scope}
    lines = [f"{name} = {_quoted(value)}" for name, value in head.items()]
    lines += ["", "[profile]", *_lists(layers.pop(None, {}))]
    for (process, situation), values in sorted((place, v) for place, v in layers.items() if place is not None):
        lines += ["", "[[workflow]]", f"process = {_quoted(process)}", f"situation = {_quoted(situation)}"]
        lines += _lists(values)
    return "\n".join(lines) + "\n"


def _lists(values: Mapping[str, bool]) -> list[str]:
    lines = []
    for name, wanted in (("allow", True), ("deny", False)):
        actions = sorted((one for one, allow in values.items() if allow is wanted), key=_place)
        if actions:
            lines += [f"{name} = [", *(f"  {_quoted(one)}," for one in actions), "]"]
    return lines


def _place(action: str) -> tuple[int, str]:
    return _ORDER.get(action.partition(":")[0], len(_ORDER)), action


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"\\u{ord(c):04x}") for c in text) + '"'
