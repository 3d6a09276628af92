"""Profiles, cells, matrices and suppositions as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.people.knowing import name_of
from engine.permits.cells import STATES
from permissions.actions import CATALOGUE, TABS
from permissions.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from engine.permits.cells import Changed
    from engine.permits.explaining import Explained
    from engine.permits.matrix import Matrix, Row
    from engine.permits.profiles import Held
    from engine.permits.reviewing import Reviewed
    from engine.permits.supposing import Effect, Supposed
    from engine.unit import Unit
    from permissions.decide import Rule

_VALUES: Final = {"allowed": True, "denied": False, "absent": None}


def cells_of(asked: Iterable[Mapping[str, Any]]) -> dict[Cell, bool | None]:
    """Cells as they are asked for; of a cell named twice the last word counts."""
    return {
        Cell(one["profile"], one["action"], one["process"], one["situation"]): _VALUES[one["value"]] for one in asked
    }


def catalogue_body() -> dict[str, Any]:
    """The catalogue, by tab."""
    return {
        "tabs": [
            {
                "tab": tab,
                "label": label,
                "label_en": english,
                "actions": [
                    {
                        "action": entry.action,
                        "label": entry.label_pt,
                        "label_en": entry.label_en,
                        "sentence": entry.sentence_pt,
                        "by_situation": entry.by_situation,
                        "narrows": entry.narrows,
                    }
                    for entry in CATALOGUE.values()
                    if entry.tab == tab
                ],
            }
            for tab, (label, english) in TABS.items()
        ]
    }


def profile_body(held: Held) -> dict[str, Any]:
    """A profile, without its rules."""
    one = held.profile
    return {
        "key": one.key,
        "label": one.label,
        "description": one.description,
        "scope": one.scope,
        "retired": one.retired,
        "people": held.people,
    }


def whole_profile_body(held: Held) -> dict[str, Any]:
    """A profile with its rules."""
    return profile_body(held) | {"rules": [rule.as_dict() for rule in held.rules]}


def changed_body(done: Sequence[Changed]) -> dict[str, Any]:
    """What has changed."""
    told = [one.cell.as_dict() | {"old": STATES[one.old], "new": STATES[one.new]} for one in done]
    return {"changed": told}


def matrix_body(found: Matrix, as_of: datetime | None) -> dict[str, Any]:
    """A matrix."""
    return {
        "process": found.process,
        "as_of": as_of,
        "profiles": found.profiles,
        "actions": found.columns,
        "authority": found.authority,
        "rows": [_row(one) for one in found.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    one = row.shown
    return {
        "situation": row.situation,
        "label": one.label if one else "Todas as situações" if row.situation == "*" else row.situation,
        "in_force": bool(one and one.in_force),
        "versions": [f"{key}:{number}" for key, number in one.versions] if one else [],
        "tickets": one.tickets if one else 0,
        "moves": one.moves if one else {},
        "cells": [
            {
                "profile": each.cell.profile,
                "action": each.cell.action,
                "value": STATES[each.value],
                "own": STATES[each.own],
                "rule": each.rule,
                "answer": each.answer,
            }
            for each in row.cells
        ],
    }


def supposed_body(found: Supposed) -> dict[str, Any]:
    """What a change would do."""
    return {
        "running": found.running,
        "effects": [_effect(found, one) for one in found.effects],
        "untouched": found.untouched,
        "stranded": [
            {
                "process": one.place.process,
                "situation": one.place.element,
                "situation_label": found.shown[one.place].label,
                "standing": found.shown[one.place].standing,
                "tickets": one.tickets,
                "before": one.before,
            }
            for one in found.stranded
        ],
    }


def _effect(found: Supposed, one: Effect) -> dict[str, Any]:
    here = found.shown.get(one.place) if one.place else None
    move = here.moves.get(one.narrowed) if here and one.narrowed else None
    return {
        "profile": one.profile,
        "action": f"{one.action}:{one.narrowed}" if one.narrowed else one.action,
        "label": move or CATALOGUE[one.action].label_pt,
        "process": one.place.process if one.place else None,
        "situation": one.place.element if one.place else None,
        "situation_label": here.label if here else None,
        "standing": here.standing if here else None,
        "gained": one.gained,
        "people": one.people,
        "tickets": one.tickets,
    }


def alike_body(pairs: Sequence[tuple[str, str, Cell | None]]) -> list[dict[str, Any]]:
    """Profiles that are all but the same."""
    return [{"profiles": [one, other], "cell": cell.as_dict() if cell else None} for one, other, cell in pairs]


def review_body(found: Reviewed) -> dict[str, Any]:
    """What there is to tidy up."""
    return {
        "since": found.since,
        "unused": [one.as_dict() for one in found.unused],
        "orphans": [
            one.rule.as_dict() | {"gone": one.gone, "label": one.label, "renamed_to": one.renamed_to}
            for one in found.orphans
        ],
        "alike": alike_body(found.alike),
    }


def explained_body(unit: Unit, found: Explained) -> dict[str, Any]:
    """An explanation."""
    named = found.named
    return {
        "ticket": found.ticket.protocol,
        "process": found.place.process,
        "situation": found.place.element,
        "as_of": found.at,
        "actor": found.person.login if found.person else None,
        "profile": found.profile.key,
        "scope": found.profile.scope,
        "reached": found.reached,
        "action": found.action,
        "move": found.narrowed,
        "allowed": found.allowed,
        "reasons": [reason.as_dict() for reason in found.reasons],
        "decisions": [
            one.as_dict() | {"considered": [_had_say(unit, found, rule) for rule in one.considered]}
            for one in found.decisions
        ],
        "gone": [_gone(unit, row, named=named) for row in found.gone],
        "change": [cell.as_dict() | {"value": STATES[allow]} for cell, allow in found.change.items()],
    }


def _had_say(unit: Unit, found: Explained, rule: Rule) -> dict[str, Any]:
    return rule.as_dict() | found.stamps[rule.id].as_dict(unit, names=found.named)


def _gone(unit: Unit, row: Any, *, named: bool) -> dict[str, Any]:
    members = ("id", "profile", "action", "allow", "process", "situation", "since_at", "until_at")
    told = {name: getattr(row, name) for name in members}
    return told | {"until_by": name_of(unit, row.until_by) if named else None}
