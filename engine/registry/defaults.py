"""The settings that clocks are measured by: what they were last, so that a start with others is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.history import change_history
from engine.registry.rule_versions import ask_refresh

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from engine.unit import Unit

KIND: Final = "setting"
NAMES: Final = ("calendar", "zone")
_NOTED: Final = change_history.c


@dataclass(frozen=True)
class NoteSettings:
    """What this process was started with."""


def note_settings(unit: Unit, ask: NoteSettings) -> dict[str, str]:
    """Keep the settings that clocks are measured by, and have limits computed anew where one is another one now.

    However many processes start at once, one of them notes it: the authority number stands behind it. What was noted
    last counts for all of them, also for those that were started before.

    Returns:
        Of the settings that are not as they were noted last: name -> `changed`, or `added` for the first time.
    """
    del ask
    unit.replay()
    numbers, before = _noted(unit.connection)
    now = {name: getattr(unit.engine.settings, name) or None for name in NAMES}
    told = {name: "changed" if name in before else "added" for name in NAMES}
    found = {name: deed for name, deed in told.items() if deed == "added" or before[name] != now[name]}
    for name, deed in found.items():
        value = [before.get(name), now[name]]
        unit.record(f"{KIND}:{name}", deed, number=numbers.get(name, 0) + 1, value=value)
        if unit.catalogue.processes:  # else there is no ticket yet
            ask_refresh(unit, f"{KIND}:{name}", because_of(name), activities=True)
    if found:
        unit.new_authority()
    return found


def because_of(name: str) -> str:
    """The setting as operators write it: why limits are computed anew."""
    return f"TRAMITA_{name.upper()}"


def noted(connection: Connection) -> dict[str, str | None]:
    """What was noted last, by name; a name without a value has not been noted yet."""
    _, found = _noted(connection)
    return found


def _noted(connection: Connection) -> tuple[dict[str, int], dict[str, str | None]]:
    """Numbers and values; by number, for the clocks of two machines may differ."""
    rows = connection.execute(select(_NOTED.key, _NOTED.detail).where(_NOTED.kind == KIND)).all()
    told = sorted((row.detail["number"], row.key, row.detail["value"][1]) for row in rows)
    return {key: number for number, key, _ in told}, {key: value for _, key, value in told}


def then(unit: Unit, name: str, at: datetime, present: Any) -> Any:
    """What a setting was at an instant; before anything was noted, what was noted first.

    Args:
        present: what it is now.
    """
    later = select(_NOTED.deed, _NOTED.detail).where(_NOTED.kind == KIND, _NOTED.key == name, _NOTED.at > at)
    found = unit.connection.execute(later.order_by(_NOTED.at, _NOTED.id).limit(1)).one_or_none()
    return present if found is None else found.detail["value"][found.deed == "added"]
