"""Profiles as things people own: created, copied, renamed, limited to a scope, retired and taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Conflict, Invalid, NotFound
from engine.people.model import Profile, profile
from engine.permits.cells import insist_on_seen, write_cells
from engine.rights import insist
from permissions.actions import Action
from permissions.cells import Cell, cell_of, of_profiles, values_of
from permissions.presets import SCOPES, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.people.model import Person
    from engine.unit import Unit
    from permissions.decide import Rule

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,78}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class CreateProfile:
    """A new profile.

    Attributes:
        key: small letters, digits, `_`; it stays.
        copy_of: a profile, or a delivered preset, whose rules it begins with; None: it may do nothing yet.
        description, scope: default: those of what it copies; else none, and `own`.
    """

    key: str
    label: str
    description: str | None = None
    scope: str | None = None
    copy_of: str | None = None


def create_profile(unit: Unit, ask: CreateProfile) -> Profile:
    """Create the profile.

    Raises:
        NotPermitted, Invalid, Conflict: nothing is stored.
    """
    unit.replay()
    insist(unit, Action.PERMISSION_MANAGE)
    if not _KEY.fullmatch(ask.key):
        raise Invalid.of(["key: use de 2 a 80 letras minúsculas, algarismos e '_', começando por letra"])
    if ask.key in unit.catalogue.profiles:
        raise Conflict(f"Já existe um perfil com a chave {ask.key!r}.", code="profile_exists")
    source, rules = _source(unit, ask.copy_of)
    made = Profile(
        key=ask.key,
        label=_label(ask.label),
        description=(source.description if ask.description is None else ask.description).strip(),
        scope=_scope(source.scope if ask.scope is None else ask.scope),
    )
    write_profile(unit, made, copy_of=ask.copy_of)
    write_cells(unit, {Cell(ask.key, c.action, c.process, c.situation): allow for c, allow in values_of(rules).items()})
    unit.new_authority()
    return made


def write_profile(unit: Unit, made: Profile, *, copy_of: str | None = None) -> None:
    """Write a new profile that was checked."""
    about = f"profile:{made.key}"
    told = {"label": made.label, "description": made.description, "scope": made.scope}
    unit.insert(about, profile, key=made.key, **told)
    unit.record(about, "added", scope=made.scope, **({"copy_of": copy_of} if copy_of else {}))


@dataclass(frozen=True, kw_only=True)
class AlterProfile:
    """What shall be different; None: as it is.

    Attributes:
        retired: a retired profile is nobody's and cannot be given to anybody; False takes it back.
        seen: the authority number under which the caller looked, if it said so.
    """

    key: str
    label: str | None = None
    description: str | None = None
    scope: str | None = None
    retired: bool | None = None
    seen: int | None = None


def alter_profile(unit: Unit, ask: AlterProfile) -> Profile:
    """Change the profile itself; its rules are cells of their own.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is changed.
        Conflict: it is to be retired and somebody has it.
    """
    unit.replay()
    insist(unit, Action.PERMISSION_MANAGE)
    before = profile_called(unit, ask.key)
    insist_on_seen(unit, ask.seen)
    after = Profile(
        key=before.key,
        label=before.label if ask.label is None else _label(ask.label),
        description=before.description if ask.description is None else ask.description.strip(),
        scope=before.scope if ask.scope is None else _scope(ask.scope),
        retired=before.retired if ask.retired is None else ask.retired,
    )
    if after.retired and not before.retired and (using := people_with(unit, ask.key)):
        told = ", ".join(one.name for one in using[:10]) + (" e outros" if using[10:] else "")
        raise Conflict(
            f"O perfil “{before.label}” está em uso por {told}. Dê-lhes outro perfil antes de desativá-lo.",
            code="profile_in_use",
            people=[one.login for one in using],
        )
    rewrite_profile(unit, before, after)
    return after


def rewrite_profile(unit: Unit, before: Profile, after: Profile) -> bool:
    """Write what has changed of a profile, with its history; False: nothing has."""
    told: dict[str, Any] = {
        name: [getattr(before, name), getattr(after, name)]
        for name in ("label", "description", "scope", "retired")
        if getattr(before, name) != getattr(after, name)
    }
    if not told:
        return False
    about = f"profile:{after.key}"
    values = {name: new for name, (_, new) in told.items() if name != "retired"}
    if "retired" in told:
        values["retired_at"] = unit.now if after.retired else None
    unit.update(about, profile, {"key": after.key}, **values)
    unit.record(about, "changed", **told)
    unit.new_authority()
    return True


@dataclass(frozen=True, kw_only=True)
class ListProfiles:
    """Every profile; `retired`: those too that were retired."""

    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class Held:
    """A profile, how many people have it, and the rules it holds."""

    profile: Profile
    people: int
    rules: Sequence[Rule]


def list_profiles(unit: Unit, ask: ListProfiles) -> list[Held]:
    """Every profile, by key."""
    known = unit.catalogue
    insist(unit, Action.PERMISSION_READ)
    return [_held(unit, one) for _, one in sorted(known.profiles.items()) if ask.retired or not one.retired]


@dataclass(frozen=True, kw_only=True)
class ReadProfile:
    """One profile, with its rules."""

    key: str


def read_profile(unit: Unit, ask: ReadProfile) -> Held:
    """The profile.

    Raises:
        NotPermitted, NotFound: in this order.
    """
    insist(unit, Action.PERMISSION_READ)
    return _held(unit, profile_called(unit, ask.key))


def profile_called(unit: Unit, key: str) -> Profile:
    """The profile of that key.

    Raises:
        NotFound: names those there are.
    """
    found: Profile | None = unit.catalogue.profiles.get(key)
    if found is None:
        raise NotFound(f"Não há perfil {key!r}; existem {', '.join(sorted(unit.catalogue.profiles))}.")
    return found


def people_with(unit: Unit, *keys: str) -> list[Person]:
    """Who has one of the profiles and may still act, by login."""
    found = (one for one in unit.catalogue.people.values() if one.profile in keys and not one.ended)
    return sorted(found, key=lambda one: one.login)


def _held(unit: Unit, one: Profile) -> Held:
    rules = sorted(of_profiles(unit.catalogue.rules, {one.key}), key=lambda rule: (str(cell_of(rule)), rule.id))
    return Held(profile=one, people=len(people_with(unit, one.key)), rules=rules)


def _source(unit: Unit, key: str | None) -> tuple[Profile, Sequence[Rule]]:
    if key is None:
        return Profile(key="", label="", scope="own"), ()
    if (found := unit.catalogue.profiles.get(key)) is not None:
        return found, of_profiles(unit.catalogue.rules, {key})
    for one in load():
        if one.key == key:
            return Profile(key=key, label=one.label_pt, description=one.description, scope=one.scope), one.rules
    raise Invalid.of([f"copy_of: não há perfil nem modelo {key!r}"], code="profile_unknown")


def _label(said: str) -> str:
    if not said.strip():
        raise Invalid.of(["label: escreva o nome do perfil"])
    return said.strip()


def _scope(said: str) -> str:
    if said not in SCOPES:
        raise Invalid.of([f"scope: use um de: {', '.join(SCOPES)}"])
    return said
