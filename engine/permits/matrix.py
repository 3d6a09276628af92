"""The matrix of a process: what each profile may do in each situation, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import Invalid, NotFound
from engine.permits.past import rules_at
from engine.permits.places import Shown, counts, places
from engine.rights import insist
from engine.runtime.movement import Place
from permissions.actions import CATALOGUE, Action, UnknownAction, parse
from permissions.cells import Cell, values_of
from permissions.decide import ANY, Rules, decide

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from engine.unit import Unit

BY_SITUATION: tuple[Action, ...] = tuple(entry.action for entry in CATALOGUE.values() if entry.by_situation)


@dataclass(frozen=True, kw_only=True)
class ReadMatrix:
    """Which part of it.

    Attributes:
        process: a key, or `*`: the rules of every process.
        profiles: keys; none: all that are not retired.
        actions: of the catalogue, perhaps narrowed; none: every action that is asked by situation.
        at: the rules as of this instant; None: now.
    """

    process: str
    profiles: Sequence[str] = ()
    actions: Sequence[str] = ()
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One cell.

    Attributes:
        value: what the workflow layer says there: allowed, denied, or None: no rule covers it.
        own: what the cell itself holds; the rule may be a broader one.
        rule: id of the strongest rule that covers it.
        answer: whether the profile may: both layers; in a row or process `*`: wherever no narrower rule says otherwise.
    """

    cell: Cell
    value: bool | None
    own: bool | None
    rule: str | None
    answer: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """A situation; `*`: all situations at once, which is a place for rules too."""

    situation: str
    shown: Shown | None
    cells: Sequence[Filled]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Rows are situations, columns profiles and actions.

    Attributes:
        columns: the actions shown.
        authority: to be sent back with a change, so that it is refused if rights have changed since.
    """

    process: str
    profiles: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]
    authority: int


def read_matrix(unit: Unit, ask: ReadMatrix) -> Matrix:
    """The matrix.

    Raises:
        NotPermitted, NotFound, Invalid: no such process; no such profile or action.
    """
    known = unit.catalogue
    insist(unit, Action.PERMISSION_READ)
    profiles = _profiles(unit, ask.profiles)
    columns = _actions(ask.actions)
    shown = {place: one for place, one in places(unit, counts(unit)).items() if place.process == ask.process}
    rules: Rules = known.rules.within(None)
    if ask.at is not None:
        rules, _ = rules_at(unit, ask.at, profiles)
    values = values_of(rules.all)
    named = {cell.situation for cell in values if cell.process == ask.process and cell.situation} - {ANY}
    if not shown and not named and ask.process != ANY:
        raise NotFound(f"O processo {ask.process!r} não está implantado, não tem atendimentos nem regras.")
    situations = [ANY, *_in_order(shown), *sorted(named - {place.element for place in shown})]
    rows = [
        Row(
            situation=one,
            shown=shown.get(Place(ask.process, one)),
            cells=[
                _filled(rules, values, Cell(profile, action, ask.process, one))
                for profile in profiles
                for action in columns
            ],
        )
        for one in situations
    ]
    return Matrix(process=ask.process, profiles=profiles, columns=columns, rows=rows, authority=known.number)


def _profiles(unit: Unit, asked: Sequence[str]) -> list[str]:
    known = unit.catalogue.profiles
    if strange := sorted(set(asked) - known.keys()):
        raise Invalid.of([f"profile: não existem {', '.join(strange)}; existem {', '.join(sorted(known))}"])
    return sorted(set(asked)) or sorted(key for key, one in known.items() if not one.retired)


def _actions(asked: Sequence[str]) -> list[str]:
    for one in asked:
        try:
            action, _ = parse(one)
        except UnknownAction as error:
            raise Invalid.of([f"action: {error}"], code="action_unknown") from error
        if not CATALOGUE[action].by_situation:
            raise Invalid.of([f"action: {one} não é perguntada por situação; veja o perfil"], code="action_unknown")
    return list(dict.fromkeys(asked)) or list(BY_SITUATION)


def _in_order(shown: Collection[Place]) -> list[str]:
    return [place.element for place in shown]


def _filled(rules: Rules, values: Mapping[Cell, bool], cell: Cell) -> Filled:
    assert cell.process is not None
    assert cell.situation is not None
    action, narrowed = parse(cell.action)
    # As if of a situation that has no rules of its own: no key of a diagram is empty.
    process, situation = ("" if one == ANY else one for one in (cell.process, cell.situation))
    decision = decide(rules, cell.profile, action, process=process, situation=situation, narrowed=narrowed)
    here = [rule for rule in decision.considered if rule.layer == "situation"]
    value = None if not here else all(rule.allow for rule in here)
    rule = here[0].id if here else None
    return Filled(cell=cell, value=value, own=values.get(cell), rule=rule, answer=bool(decision))
