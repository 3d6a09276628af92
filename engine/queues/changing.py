"""Change an activity that somebody made by hand: what it says, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engine.activities.limits import line_of, set_at
from engine.errors import Invalid, Reason
from engine.queues import refusing
from engine.queues.item import item_for, may, own
from engine.tickets.briefing import insist_on_ahead, insist_on_due, unnamed
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from engine.queues.item import Item
    from engine.unit import Unit

CHANGED: Final = ("name", "description", "limit_at", "due_kind")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What shall be different.

    Attributes:
        changes: of `CHANGED`. Another `limit_at` is a new deadline: what was told of the old one counts no more, and
            the new one is announced anew. None: it has no limit any more.
    """

    item: UUID
    changes: Mapping[str, Any] = field(default_factory=dict)


def change(unit: Unit, ask: Change) -> Item:
    """Change it; whoever made it or has it may, and who may assign.

    Raises:
        NotPermitted, Conflict, Invalid: nothing is changed.
    """
    item = item_for(unit, Action.ACTIVITY_CREATE, ask.item)
    item.insist_on_unfinished()
    if item.row is None or item.row["element"] is not None:
        reason = Reason(
            code="drawn",
            detail="Só se altera o que alguém criou à mão; o resto é do processo.",
            fix="Transfira ou finalize esta, e crie outra à mão se precisar.",
            details={"kind": item.kind, "element": item.row["element"] if item.row else None},
        )
        raise Invalid.because(reason)
    if not (own(item) or unit.actor.id == item.row["created_by"] or may(unit, Action.ACTIVITY_ASSIGN)):
        raise refusing.not_yours(item, Action.ACTIVITY_ASSIGN)
    if "name" in ask.changes and not (ask.changes["name"] or "").strip():
        raise unnamed()
    values = {name: value for name, value in ask.changes.items() if item.row[name] != value}
    if not values:
        return item
    told: dict[str, Any] = {"changed": sorted(values)}
    if "limit_at" in values:
        told["limit_at"] = [_text(item.row["limit_at"]), _text(values["limit_at"])]
    if not values.keys().isdisjoint({"limit_at", "due_kind"}):
        values |= _limited(unit, item, values)
    item.put(**values)
    item.record("changed", **told)
    return item


def _limited(unit: Unit, item: Item, values: Mapping[str, Any]) -> dict[str, Any]:
    assert item.row is not None
    limit_at = values.get("limit_at", item.row["limit_at"])
    due_kind = values.get("due_kind", item.row["due_kind"]) or "deadline"
    if limit_at is None and values.get("due_kind") is None:
        due_kind = None
    else:
        insist_on_due(limit_at, due_kind)
    if "limit_at" not in values:
        return {"due_kind": due_kind}
    insist_on_ahead(unit, limit_at)
    line, version = line_of(unit, None, item.team), item.row["limit_version"]
    return {"due_kind": due_kind, **set_at(unit, unit.now, limit_at, line=line, team=item.team, version=version)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
