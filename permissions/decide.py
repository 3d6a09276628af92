"""May this profile do this here: the answer, and every rule that had a say in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Self

from permissions.actions import CATALOGUE
from permissions.scopes import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ANY = "*"
"""Every process, or every situation, in a rule of the workflow layer."""

Layer = Literal["profile", "situation", "token"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a profile (no process), or one cell of a process's matrix.

    Attributes:
        id: names the rule in answers; empty: proposed, not stored.
        profile: whose right it is.
        action: of the catalogue, perhaps narrowed: `ticket.move:<flow id>`.
        allow: False is an explicit denial.
        process: a process's key or `*`; None: a rule of the profile layer.
        situation: a situation's id or `*`; None: as with `process`.
    """

    id: str
    profile: str
    action: str
    allow: bool
    process: str | None = None
    situation: str | None = None

    def __post_init__(self) -> None:
        assert (self.process is None) == (self.situation is None), "process and situation go together"

    def __str__(self) -> str:
        where = "" if self.process is None else f" in '{self.process}:{self.situation}'"
        return f"{'allow' if self.allow else 'deny'} {self.action} to '{self.profile}'{where}"

    @property
    def layer(self) -> Layer:
        """Which of the two layers the rule belongs to."""
        return "profile" if self.process is None else "situation"

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain JSON types."""
        return {
            "id": self.id,
            "profile": self.profile,
            "action": self.action,
            "allow": self.allow,
            "process": self.process,
            "situation": self.situation,
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change that would allow it: rules to add, denials to remove; empty when it is allowed."""

    add: tuple[Rule, ...] = ()
    remove: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)

    def __str__(self) -> str:
        changes = [
            *(f"add: {rule}" for rule in self.add),
            *(f"remove {rule.id!r}: {rule}" for rule in self.remove),
        ]
        return "; ".join(changes) or "nothing to change"

    def as_dict(self) -> dict[str, Any]:
        """The change as plain JSON types."""
        return {
            "add": [rule.as_dict() for rule in self.add],
            "remove": [rule.as_dict() for rule in self.remove],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer together with every rule that had a say, strongest first.

    Attributes:
        profile: who asked.
        action: for what.
        narrowed: the one move (message, field, registry) in question; None: the action as a whole.
        place: (process, situation), where the workflow layer was asked; else None.
        considered: every rule that covers the question: denials first, the profile layer before the
            workflow layer, narrowed before whole, named process and situation before `*`, then by id.
        lacking: the layers that do not allow it, the profile layer first, the scopes of the token last.
    """

    profile: str
    action: str
    narrowed: str | None
    place: tuple[str, str] | None
    considered: tuple[Rule, ...]
    lacking: tuple[Layer, ...]

    def __bool__(self) -> bool:
        return not self.lacking

    def __str__(self) -> str:
        where = f" in '{self.place[1]}'" if self.place else ""
        may = "may not" if self.lacking else "may"
        reasons = [self._why(layer) for layer in self.lacking] or [f"allowed by {_names(self.considered)}"]
        return f"profile '{self.profile}' {may} {self._asked}{where}: {' and '.join(reasons)}"

    @property
    def allowed(self) -> bool:
        """The answer itself."""
        return not self.lacking

    @property
    def lacks(self) -> Layer | None:
        """The first layer that does not allow it; None: it is allowed."""
        return self.lacking[0] if self.lacking else None

    @property
    def fix(self) -> Fix:
        """The smallest change of rules that would allow it: the narrowest ones to add, covering denials to remove.

        What a token's scopes lack, no rule can give.
        """
        granted = {rule.layer for rule in self.considered if rule.allow}
        return Fix(
            add=tuple(self._grant(layer) for layer in self.lacking if layer not in {*granted, "token"}),
            remove=tuple(rule for rule in self.considered if not rule.allow),
        )

    def as_dict(self) -> dict[str, Any]:
        """The decision as plain JSON types."""
        process, situation = self.place or (None, None)
        return {
            "allowed": self.allowed,
            "profile": self.profile,
            "action": self.action,
            "narrowed": self.narrowed,
            "process": process,
            "situation": situation,
            "lacks": self.lacks,
            "lacking": list(self.lacking),
            "considered": [rule.as_dict() for rule in self.considered],
            "fix": self.fix.as_dict(),
        }

    @property
    def _asked(self) -> str:
        return self.action if self.narrowed is None else f"{self.action}:{self.narrowed}"

    def _grant(self, layer: Layer) -> Rule:
        place = self.place if layer == "situation" and self.place else (None, None)
        return Rule("", self.profile, self._asked, True, *place)

    def _why(self, layer: Layer) -> str:
        if layer == "token":
            return "not among the scopes of the token"
        denials = [rule for rule in self.considered if rule.layer == layer and not rule.allow]
        return f"denied by {_names(denials)}" if denials else f"no rule for this {layer}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rules:
    """All rules of all profiles, indexed once and never changed: a change makes new `Rules`.

    Attributes:
        all: every rule.
        profiles: every profile that has a rule.
        scopes: of the token that asks: a third layer, which only ever takes away. None: it has no limit.
    """

    all: tuple[Rule, ...]
    profiles: frozenset[str]
    _about: dict[tuple[str, str], _About]
    scopes: frozenset[str] | None = None

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Self:
        """The rules, indexed; their order never matters."""
        ordered = tuple(sorted(rules, key=attrgetter("allow", "id")))
        index: dict[tuple[str, str], _About] = {}
        for rule in ordered:
            about = index.setdefault((rule.profile, rule.action), _About([], {}))
            if rule.process is None or rule.situation is None:
                about.profile_layer.append(rule)
            else:
                about.by_place.setdefault((rule.process, rule.situation), []).append(rule)
        return cls(ordered, frozenset(profile for profile, _ in index), index)

    def within(self, scopes: frozenset[str] | None) -> Rules:
        """The same rules for a token with these scopes; None: for questions about others, whatever token asks them."""
        return replace(self, scopes=scopes)

    def _asked(self, profile: str, action: str, narrowed: str | None) -> list[_About]:
        keys = [(profile, action)] if narrowed is None else [(profile, f"{action}:{narrowed}"), (profile, action)]
        return [self._about[key] for key in keys if key in self._about]


def decide(
    rules: Rules,
    profile: str,
    action: str,
    *,
    process: str | None = None,
    situation: str | None = None,
    narrowed: str | None = None,
) -> Decision:
    """Whether both layers allow it: `docs/permissions.md` in code.

    Args:
        rules: of all profiles.
        profile: who asks.
        action: of the catalogue, without a narrowing.
        process: key of the process whose file holds the situation; ignored, like `situation`, by actions
            that only the profile layer is asked for.
        situation: where the ticket stands, by its id.
        narrowed: the one move, message, field or registry in question. Without it the question is about the
            action as a whole, which narrowed rules do not cover.
    """
    entry = CATALOGUE.get(action)
    assert entry is not None, f"{action} is not in the catalogue"
    if not entry.by_situation:
        return decide_in_profile(rules, profile, action, narrowed=narrowed)
    assert process is not None, f"{action} is asked where a ticket stands"
    assert situation is not None, f"{action} is asked where a ticket stands"
    assert ANY not in (process, situation), "a question names one place"
    assert narrowed is None or entry.narrows, f"{action} cannot be narrowed"

    asked = rules._asked(profile, action, narrowed)  # noqa: SLF001 - one module, one index
    own = [rule for about in asked for rule in about.profile_layer]
    places = ((process, situation), (process, ANY), (ANY, situation), (ANY, ANY))
    here = [rule for about in asked for place in places for rule in about.by_place.get(place, ())]
    lacking: tuple[Layer, ...] = ()
    if not _permits(own):
        lacking = ("profile",)
    if not _permits(here):
        lacking = (*lacking, "situation")
    if not within(rules.scopes, action, narrowed):
        lacking = (*lacking, "token")
    return Decision(profile, action, narrowed, (process, situation), _strongest_first(own + here), lacking)


def decide_in_profile(rules: Rules, profile: str, action: str, *, narrowed: str | None = None) -> Decision:
    """What the profile layer alone says: the whole answer for most actions, the first half for the others.

    For menus, and for answering "this profile never may" before looking at where a ticket stands.
    """
    entry = CATALOGUE.get(action)
    assert entry is not None, f"{action} is not in the catalogue"
    assert narrowed is None or entry.narrows, f"{action} cannot be narrowed"
    asked = rules._asked(profile, action, narrowed)  # noqa: SLF001 - one module, one index
    own = [rule for about in asked for rule in about.profile_layer]
    lacking: tuple[Layer, ...] = () if _permits(own) else ("profile",)
    if not within(rules.scopes, action, narrowed):
        lacking = (*lacking, "token")
    return Decision(profile, action, narrowed, None, _strongest_first(own), lacking)


@dataclass(frozen=True, slots=True)
class _About:
    """What one profile's rules say about one action; every list has its denials first."""

    profile_layer: list[Rule]
    by_place: dict[tuple[str, str], list[Rule]]


def _permits(covering: Sequence[Rule]) -> bool:
    return bool(covering) and all(rule.allow for rule in covering)


def _strongest_first(covering: list[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(covering, key=attrgetter("allow")))  # stable: keeps layer, breadth and id in order


def _names(rules: Iterable[Rule]) -> str:
    return ", ".join(repr(rule.id) for rule in rules)
