"""Change an activity that somebody made by hand: what it says, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engine.activities.limits import set_at
from engine.errors import Invalid
from engine.queues.item import item_for, may, not_yours, own
from engine.tickets.briefing import DUE_KINDS, insist_on_ahead
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
        raise Invalid("Só se altera o que alguém criou à mão; o resto é do processo.", code="drawn")
    if not (own(item) or unit.actor.id == item.row["created_by"] or may(unit, Action.ACTIVITY_ASSIGN)):
        raise not_yours(item, Action.ACTIVITY_ASSIGN)
    if "name" in ask.changes and not (ask.changes["name"] or "").strip():
        raise Invalid("name: escreva em poucas palavras o que há para fazer.")
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
    if due_kind not in DUE_KINDS:
        raise Invalid(f"due_kind: use um de: {', '.join(DUE_KINDS)}.")
    if limit_at is None:
        if values.get("due_kind") is not None:
            raise Invalid(f"limit_at: diga quando, porque due_kind é {due_kind}.", code="limit_missing")
        due_kind = None
    if "limit_at" not in values:
        return {"due_kind": due_kind}
    insist_on_ahead(unit, limit_at)
    version = item.row["limit_version"]
    return {"due_kind": due_kind, **set_at(unit, unit.now, limit_at, team=item.team, version=version)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
