"""Read people: all of them, and oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from engine.people.model import Person
    from engine.unit import Unit


@dataclass(frozen=True)
class ListPeople:
    """Everybody who may act, or once could."""


def list_people(unit: Unit, _: ListPeople) -> list[Person]:
    """Everybody, by login."""
    people = unit.catalogue.people.values()
    insist(unit, Action.PEOPLE_READ)
    return sorted(people, key=lambda person: person.login)


@dataclass(frozen=True)
class Myself:
    """Who the actor is."""


def myself(unit: Unit, _: Myself) -> Person:
    """The actor, as known now; nobody needs a right to know it.

    Raises:
        NotFound: the actor is the engine itself.
    """
    found: Person | None = unit.catalogue.people.get(unit.actor.user_id)
    if found is None:
        raise NotFound("Quem pergunta não é uma pessoa cadastrada.")
    return found
