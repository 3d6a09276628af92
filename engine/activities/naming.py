"""What activities are called where their history is told: that keeps ids and kinds, and no texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.activities.model import activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.runtime.process import Process
    from engine.unit import Unit

_KINDS: Final = {
    "email": "e-mail",
    "call": "ligação",
    "appointment": "compromisso",
    "custom": "tarefa",
    "social": "rede social",
}
_DEEDS: Final = ("activity_", "task_created", "announced")


def names_of(unit: Unit, rows: Iterable[Any]) -> dict[str, str]:
    """Id -> name of the activities made by hand that these rows of a history are about."""
    told = (row.detail or {} for row in rows if row.deed.startswith(_DEEDS))
    wanted = {UUID(one["activity"]) for one in told if "activity" in one and "element" not in one}
    if not wanted:
        return {}
    named = select(activity.c.id, activity.c.name).where(activity.c.id.in_(wanted), activity.c.name.is_not(None))
    return {str(row.id): row.name for row in unit.connection.execute(named)}


def called(detail: Mapping[str, Any], process: Process | None, names: Mapping[str, str]) -> str | None:
    """The activity of a row: as its element is called today, else as whoever made it calls it, else by its kind."""
    element = detail.get("element")
    if element is None:
        return names.get(detail.get("activity", "")) or _KINDS.get(detail.get("kind", ""))
    drawn = process.activities.items() if process else ()
    return next((one.label for place, one in drawn if place.element == element), element)
