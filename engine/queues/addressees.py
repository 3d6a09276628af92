"""Whom an announcement reaches: who has the item, the team, or those of the team who hand work out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from engine.activities.arming import whom
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from uuid import UUID

    from engine.people.model import Person
    from engine.unit import Unit


class Addressees:
    """Finds people for announcements; made once for a batch, as of the command."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._members: dict[str | None, list[str]] = {}
        self._of_team: dict[str | None, list[str]] = {}
        self._known: dict[tuple[tuple[str, ...], str | None, UUID | None], list[str]] = {}

    def of(self, threshold: str, team: str | None, person_id: UUID | None) -> list[str]:
        """Ids of the people to be told, in the order of their logins; nobody twice.

        Args:
            threshold: of the item's limit; the step of a diagram says whom, else the team does.
            team: the item's; its managers are its members who may assign. Where it has none: all who may.
            person_id: who has the item; where nobody has, the team stands in.
        """
        asked = whom(threshold, self._unit.catalogue.registries.teams.get(team))
        key = (asked, team, person_id)
        if key not in self._known:
            self._known[key] = self._found(*key)
        return self._known[key]

    def _found(self, asked: tuple[str, ...], team: str | None, person_id: UUID | None) -> list[str]:
        found: dict[str, None] = {}
        for one in asked:
            if one == "manager":
                found |= dict.fromkeys(self._managers_of(team))
            elif one == "responsible" and person_id is not None and self._acts(person_id):
                found[str(person_id)] = None
            else:
                found |= dict.fromkeys(self._members_of(team))
        return list(found)

    def _members_of(self, team: str | None) -> list[str]:
        if team not in self._members:
            self._members[team] = [str(one.id) for one in self._people if team in one.teams]
        return self._members[team]

    def _managers_of(self, team: str | None) -> list[str]:
        if team not in self._of_team:
            own = [str(one.id) for one in self._managers if team in one.teams]
            self._of_team[team] = own or [str(one.id) for one in self._managers]
        return self._of_team[team]

    def _acts(self, person_id: UUID) -> bool:
        person: Person | None = self._unit.catalogue.people.get(person_id)
        return person is not None and not person.ended

    @cached_property
    def _people(self) -> list[Person]:
        people = self._unit.catalogue.people.values()
        return sorted((one for one in people if not one.ended), key=lambda one: one.login)

    @cached_property
    def _managers(self) -> list[Person]:
        rules = self._unit.catalogue.rules
        return [one for one in self._people if decide(rules, one.profile, Action.ACTIVITY_ASSIGN)]
