"""Carry rules from one situation to another: for a situation that got another id in a new version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import Invalid
from engine.permits.cells import insist_on_a_manager, insist_on_cells, insist_on_seen, write_cells
from engine.permits.checking import Ground, wrong_place
from engine.rights import insist
from permissions.actions import Action
from permissions.cells import Cell, values_of

if TYPE_CHECKING:
    from engine.permits.cells import Changed
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Carry:
    """From which situation to which, of one process."""

    process: str
    situation: str
    to: str
    seen: int | None = None


def carry(unit: Unit, ask: Carry) -> list[Changed]:
    """Give the new situation every cell of the old one that it does not have of its own.

    Rules for single moves come along if the new situation has the move. The old cells are emptied if the old
    situation is nowhere any more; while tickets still stand there they keep their rules.

    Raises:
        NotPermitted, Invalid, Conflict: nothing is changed.
    """
    unit.replay()
    insist(unit, Action.PERMISSION_MANAGE)
    insist_on_seen(unit, ask.seen)
    values = values_of(unit.catalogue.rules.all)
    old = {c: allow for c, allow in values.items() if (c.process, c.situation) == (ask.process, ask.situation)}
    if not old:
        raise Invalid(f"Não há regras em {ask.process}:{ask.situation}.", code="nothing_to_carry")
    ground = Ground(unit)
    changes: dict[Cell, bool | None] = {}
    for cell, allow in old.items():
        there = Cell(cell.profile, cell.action, ask.process, ask.to)
        if there not in values and (":" not in cell.action or wrong_place(ground, there) is None):
            changes[there] = allow
    insist_on_cells(unit, changes)
    if not ground.meant(ask.process, ask.situation):
        changes |= dict.fromkeys(old)
    insist_on_a_manager(unit, changes)
    return write_cells(unit, changes)
