"""Set cells: what a profile may do at all, and what it may do where a ticket stands. Every change is history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.db import new_id
from engine.errors import Conflict, Invalid, Reason
from engine.people.model import permission_rule, permission_rule_past
from engine.permits.checking import Ground, wrong_cell
from engine.rights import insist
from permissions.actions import Action
from permissions.cells import Cell, cell_of, changed, of_profiles, values_of
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit
    from permissions.decide import Rule, Rules

STATES = {True: "allowed", False: "denied", None: "absent"}
"""What a cell holds, as a word."""


@dataclass(frozen=True, kw_only=True)
class SetCells:
    """What cells shall hold.

    Attributes:
        changes: True allows, False denies, None empties the cell.
        seen: the authority number under which the caller looked, if it said so: refused when rights have changed since.
    """

    changes: Mapping[Cell, bool | None]
    seen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A cell that does not hold what it held before."""

    cell: Cell
    old: bool | None
    new: bool | None


def set_cells(unit: Unit, ask: SetCells) -> list[Changed]:
    """Set the cells, all or none; what is so already stays as it is. Returns what changed.

    Raises:
        NotPermitted, Invalid, Conflict: nothing is changed.
    """
    unit.replay()
    insist(unit, Action.PERMISSION_MANAGE)
    insist_on_seen(unit, ask.seen)
    insist_on_cells(unit, ask.changes)
    insist_on_a_manager(unit, ask.changes)
    return write_cells(unit, ask.changes)


def insist_on_seen(unit: Unit, seen: int | None) -> None:
    """Refuse if people, rules, registries or processes have changed since the caller looked.

    Raises:
        Conflict: says to look again.
    """
    if seen is not None and seen != unit.catalogue.number:
        raise Conflict(
            "As permissões, pessoas ou processos mudaram desde que foram lidos. Nada foi feito; veja de novo o efeito.",
            code="authority_changed",
            authority=unit.catalogue.number,
        )


def insist_on_cells(unit: Unit, changes: Mapping[Cell, bool | None]) -> None:
    """Refuse cells that mean nothing here.

    Raises:
        Invalid: names all of them.
    """
    ground = Ground(unit)
    wrong = [told for cell, allow in changes.items() if (told := wrong_cell(ground, cell, allow))]
    if wrong:
        reasons = [Reason(code="cell_invalid", detail=told) for told in wrong]
        raise Invalid(" ".join(wrong), code="cell_invalid", reasons=reasons)


def insist_on_a_manager(unit: Unit, changes: Mapping[Cell, bool | None]) -> None:
    """Refuse what would leave nobody who may change permissions.

    Raises:
        Conflict: says so.
    """
    about = {cell.profile for cell in changes if cell.action == Action.PERMISSION_MANAGE}
    if not about:
        return
    rules: Rules = unit.catalogue.rules.within(None)
    after = changed(of_profiles(rules, about), changes)
    profiles = {one.profile for one in unit.catalogue.people.values() if not one.ended}
    before = any(decide(rules, key, Action.PERMISSION_MANAGE) for key in profiles)
    if before and not any(decide(after if key in about else rules, key, Action.PERMISSION_MANAGE) for key in profiles):
        raise Conflict(
            "Depois disso ninguém poderia mais manter permissões. Dê antes permission.manage a outro perfil em uso.",
            code="nobody_manages",
        )


def write_cells(unit: Unit, changes: Mapping[Cell, bool | None]) -> list[Changed]:
    """Write down cells that were checked, a history row for each that changes."""
    found = []
    touched = {cell.profile for cell in changes}
    rules: dict[Cell, list[Rule]] = {}
    for rule in of_profiles(unit.catalogue.rules, touched):
        rules.setdefault(cell_of(rule), []).append(rule)
    for cell, allow in sorted(changes.items(), key=lambda one: str(one[0])):
        there = rules.get(cell, [])
        old = values_of(there).get(cell)
        if old == allow:
            continue
        _write(unit, cell, there, allow)
        told: dict[str, Any] = {"action": cell.action, "process": cell.process, "situation": cell.situation}
        unit.record(_about(cell), "rule_changed", **told, old=STATES[old], new=STATES[allow])
        found.append(Changed(cell=cell, old=old, new=allow))
    if found:
        unit.new_authority()
    return found


def _write(unit: Unit, cell: Cell, there: Sequence[Rule], allow: bool | None) -> None:  # noqa: FBT001 - the cell's value
    about = _about(cell)
    stamp = {"since_at": unit.now, "since_by": unit.actor.id}
    rows = {row.id: row for row in _rows(unit, [rule.id for rule in there])}
    for n, rule in enumerate(there):
        row = rows[rule.id]
        kept = {name: getattr(row, name) for name in _KEPT}
        unit.insert(
            about,
            permission_rule_past,
            period=new_id(),
            **kept,
            until_at=unit.now,
            until_by=unit.actor.id,
        )
        if n or allow is None:
            unit.delete(about, permission_rule, id=rule.id)
        else:
            unit.update(about, permission_rule, {"id": rule.id, "allow": row.allow}, allow=allow, **stamp)
    if not there and allow is not None:
        unit.insert(about, permission_rule, id=str(cell), **cell.as_dict(), allow=allow, **stamp)


_KEPT = ("id", "profile", "action", "allow", "process", "situation", "since_at", "since_by")


def _rows(unit: Unit, ids: Sequence[str]) -> Sequence[Any]:
    if not ids:
        return []
    return unit.connection.execute(permission_rule.select().where(permission_rule.c.id.in_(ids))).all()


def _about(cell: Cell) -> str:
    return f"profile:{cell.profile}"
