"""What a reader sees of personal data: the one function through which every such value leaves the engine.

A value is shown whole, in part, or not at all, as the rights to its class say where the ticket stands. What is shown
whole is noted for the access row of the answer, so that nothing can be shown without being told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.disclosure import Subject, may, may_see
from engine.privacy.masks import masked
from permissions.actions import Action
from permissions.personal import ADDRESS, CLASSES, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from engine.unit import Unit
    from permissions.decide import Rules

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """The classes a profile sees in one place; `withheld`: those it does not see whole."""

    whole: frozenset[str]
    partly: frozenset[str]
    withheld: tuple[str, ...]


_EVERYTHING: Final = Sight(frozenset(CLASSES), frozenset(), ())


def sight_of(unit: Unit, place: Place | None) -> Sight:
    """What the unit's actor sees where a ticket stands; None: in the register of customers, where nothing stands.

    There the profile layer alone is asked.
    """
    if unit.actor.is_system:
        return _EVERYTHING
    rules, profile = unit.catalogue.rules, unit.actor.profile or ""
    known: dict[Any, Sight] = unit.catalogue.sights
    asked = (profile, place, rules.scopes)
    found = known.get(asked)
    if found is None:
        found = known[asked] = _sight(rules, profile, place)
    return found


def _sight(rules: Rules, profile: str, place: Place | None) -> Sight:
    process, situation = place or (None, None)
    whole = frozenset(kind for kind in CLASSES if may_see(rules, profile, kind, process, situation))
    partly = frozenset(
        kind
        for kind in CLASSES.keys() - whole
        if may(rules, profile, Action.TICKET_RECOGNISE_CUSTOMER, kind, process, situation)
    )
    return Sight(whole, partly, tuple(kind for kind in CLASSES if kind not in whole))


class View:
    """A reader before a ticket or a customer: `view(kind, value)` is what may leave of the value.

    Attributes:
        withheld: the classes that are not shown whole here, whether there are values or not.
    """

    __slots__ = ("_place", "_sight", "_subject", "_unit")

    def __init__(
        self,
        unit: Unit,
        place: Place | None,
        *,
        ticket: UUID | None,
        customer: UUID | None,
        sight: Sight | None = None,
    ) -> None:
        self._unit = unit
        self._place = place
        self._sight = sight or sight_of(unit, place)
        self._subject = Subject(ticket, customer)

    def __call__(self, kind: str, value: Any) -> Any:
        """The value whole, in part, or None; what is empty is the same for everybody."""
        if value is None or value in ("", []):
            return value
        if kind in self._sight.whole:
            if not self._unit.actor.is_system:
                self._unit.disclosed.note(kind, self._place, self._subject)
            return value
        return masked(kind, value) if kind in self._sight.partly else None

    @property
    def withheld(self) -> tuple[str, ...]:
        """The classes that are not shown whole here."""
        return self._sight.withheld

    def sees(self, kinds: Iterable[str]) -> bool:
        """Whether all of these classes are shown whole; nothing is noted."""
        return self._sight.whole.issuperset(kinds)

    def knows(self, name: str) -> bool:
        """Whether a member of a ticket is shown whole; nothing is noted."""
        kind = self._class_of(name)
        return kind is None or kind in self._sight.whole

    def about(self, customer: UUID | None) -> View:
        """The same reader in the same place, before another customer, such as a participant."""
        return View(self._unit, self._place, ticket=self._subject.ticket, customer=customer, sight=self._sight)

    def revealing(self, kinds: frozenset[str]) -> View:
        """The same reader in the same place, who sees these classes whole and nothing else."""
        sight = Sight(kinds, frozenset(), tuple(CLASSES.keys() - kinds))
        return View(self._unit, self._place, ticket=self._subject.ticket, customer=self._subject.customer, sight=sight)

    def fields(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values of own fields, those that are personal as their class says."""
        personal: Mapping[str, str] = self._unit.catalogue.registries.personal
        if personal.keys().isdisjoint(values):
            return values
        return {name: self(personal[name], value) if name in personal else value for name, value in values.items()}

    def member(self, name: str, value: Any) -> Any:
        """A member of a ticket under the name that expressions, requests and history know it by."""
        kind = self._class_of(name)
        return value if kind is None else self(kind, value)

    def _class_of(self, name: str) -> str | None:
        own: str | None = self._unit.catalogue.registries.personal.get(name.removeprefix("fields."))
        return _MEMBERS.get(name) or own


_MEMBERS: Final = {"description": TEXT, "block": ADDRESS, "unit": ADDRESS}


def sees_everywhere(unit: Unit, catalogue: Any, kind: str) -> bool:
    """Whether a profile sees this class whole wherever a ticket may stand: what may be searched by its words.

    Args:
        catalogue: the one to go by, where it may not be the present one.
    """
    if unit.actor.is_system:
        return True
    profile, rules = unit.actor.profile or "", catalogue.rules
    known = catalogue.sights.setdefault("everywhere", {})
    key = (profile, kind, rules.scopes)
    found: bool | None = known.get(key)
    if found is None:
        asked = (Action.TICKET_READ_CUSTOMER, f"{Action.TICKET_READ_CUSTOMER}:{kind}")
        denied = any(one.profile == profile and one.action in asked and not one.allow for one in rules.all)
        found = known[key] = not denied and may_see(rules, profile, kind, "-", "-")
    return found
