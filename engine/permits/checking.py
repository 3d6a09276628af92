"""What is wrong with a cell: an unknown action, a situation that no diagram has, a narrowing that names nothing."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Final

from engine.builtin import FIELDS
from engine.permits.places import counts, places
from engine.registry.model import KINDS
from permissions.actions import CATALOGUE, UnknownAction, parse
from permissions.decide import ANY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engine.permits.places import Shown
    from engine.runtime.movement import Place
    from engine.unit import Unit
    from permissions.cells import Cell

_NAME: Final = re.compile(r"[\w.-]{1,200}")


class Ground:
    """What cells can speak of today: looked up once for any number of them."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    @cached_property
    def shown(self) -> Mapping[Place, Shown]:
        """Every situation in force or with tickets in it."""
        return places(self.unit, counts(self.unit))

    def meant(self, process: str, situation: str) -> list[Shown]:
        """The situations that the two names, each of which may be `*`, mean."""
        return [
            one
            for place, one in self.shown.items()
            if process in (ANY, place.process) and situation in (ANY, place.element)
        ]


def wrong_cell(ground: Ground, cell: Cell, allow: bool | None) -> str | None:  # noqa: FBT001 - the cell's value
    """What is wrong with it, as a Portuguese sentence; emptying a cell is right wherever it is."""
    profiles = ground.unit.catalogue.profiles
    profile = profiles.get(cell.profile)
    if profile is None:
        return f"Não há perfil {cell.profile!r}{_near(cell.profile, profiles)}."
    if allow is None:
        return None
    if profile.retired:
        return f"O perfil {cell.profile!r} está desativado; reative-o antes."
    return wrong_shape(cell) or wrong_place(ground, cell)


def wrong_shape(cell: Cell) -> str | None:
    """What is wrong with it whatever is deployed."""
    try:
        action, _ = parse(cell.action)
    except UnknownAction as error:
        return f"{cell}: {error}."
    if (cell.process is None) != (cell.situation is None):
        return f"{cell.profile}, {cell.action}: process e situation andam juntos; os dois, ou nenhum."
    if cell.process is None or cell.situation is None:
        return None
    if not CATALOGUE[action].by_situation:
        return f"{cell}: a ação {action} não é perguntada por situação; só cabe no perfil."
    for said in (cell.process, cell.situation):
        if said != ANY and not _NAME.fullmatch(said):
            return f"{cell}: {said!r} não é um nome nem '*'."
    return None


def wrong_place(ground: Ground, cell: Cell) -> str | None:
    """What is wrong with where it stands, and with what it is narrowed to, as things are deployed and registered."""
    if cell.process is not None and cell.situation is not None and (cell.process, cell.situation) != (ANY, ANY):
        if not (around := ground.meant(cell.process, ANY)):
            return f"{cell}: o processo {cell.process!r} não está implantado nem tem atendimentos."
        if not ground.meant(cell.process, cell.situation):
            near = _near(cell.situation, {one.place.element for one in around})
            return f"{cell}: {cell.process!r} não tem a situação {cell.situation!r}{near}."
    action, narrowed = parse(cell.action)
    if narrowed is None:
        return None
    unit = ground.unit
    known: Collection[str]
    match CATALOGUE[action].narrows:
        case "move":
            known = {move for one in ground.meant(cell.process or ANY, cell.situation or ANY) for move in one.moves}
            what = "a opção"
        case "field":
            known, what = {*unit.catalogue.registries.fields, *FIELDS}, "o campo"
        case "registry":
            known, what = KINDS, "o cadastro"
        case "message":
            known, what = unit.engine.settings.messages, "a mensagem"
        case _:
            return None
    return None if narrowed in known else f"{cell}: não há {what} {narrowed!r} aí{_near(narrowed, known)}."


def _near(said: str, known: Collection[str]) -> str:
    near = get_close_matches(said, sorted(known), n=1)
    return f" (quis dizer {near[0]!r}?)" if near else ""
