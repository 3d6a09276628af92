"""Profiles as a folder of text: written out, compared, and taken in again in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import Conflict, Invalid, Reason
from engine.people.model import Profile
from engine.permits.cells import Changed, insist_on_a_manager, write_cells
from engine.permits.checking import Ground, wrong_cell, wrong_shape
from engine.permits.profiles import people_with, rewrite_profile, write_profile
from engine.rights import insist
from permissions.actions import Action
from permissions.cells import Cell, differences, of_profiles, values_of
from permissions.text import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit
    from permissions.presets import Preset


@dataclass(frozen=True, kw_only=True)
class ImportProfiles:
    """Profiles that were read from files.

    Attributes:
        retire_missing: retire profiles that the folder does not have.
        shown: the plan that somebody agreed to; None: whatever it is.
    """

    profiles: Sequence[Preset]
    retire_missing: bool = False
    shown: ImportPlan | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileChange:
    """What becomes of one profile.

    Attributes:
        before: None: it is new.
        cells: that hold something else, or would from now on.
    """

    before: Profile | None
    after: Profile
    cells: Sequence[Changed]


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """Everything that changes, and what whoever imports should know."""

    profiles: Sequence[ProfileChange]
    unchanged: int
    notes: Sequence[str] = ()


def export_profiles(unit: Unit, _: None) -> dict[str, str]:
    """File name -> text, for every profile that is not retired."""
    known = unit.catalogue
    insist(unit, Action.PERMISSION_READ)
    return {
        f"{key}.toml": text_of(key, one.label, one.description or one.label, one.scope, of_profiles(known.rules, {key}))
        for key, one in sorted(known.profiles.items())
        if not one.retired
    }


def plan_profiles(unit: Unit, ask: ImportProfiles) -> ImportPlan:
    """What the import would change; refused as the import itself would be.

    Raises:
        NotPermitted, Invalid, Conflict: names everything that is wrong.
    """
    known = unit.catalogue
    insist(unit, Action.PERMISSION_MANAGE)
    ground = Ground(unit)
    wrong, notes, found = [], [], []
    for given in ask.profiles:
        before = known.profiles.get(given.key)
        after = Profile(key=given.key, label=given.label_pt, description=given.description, scope=given.scope)
        if before is not None and before.description == "" and given.description == before.label:
            after = replace(after, description="")
        old = {} if before is None else values_of(of_profiles(known.rules, {given.key}))
        apart = differences(old, values_of(given.rules))
        cells = [Changed(cell=cell, old=was, new=then) for cell, (was, then) in apart.items()]
        wrong += [told for cell, (_, then) in apart.items() if then is not None and (told := wrong_shape(cell))]
        if before is not None and not before.retired:
            notes += [
                told for c, (_, then) in apart.items() if not wrong_shape(c) and (told := wrong_cell(ground, c, then))
            ]
        if before != after or cells:
            found.append(ProfileChange(before=before, after=after, cells=cells))
    if ask.retire_missing:
        given_keys = {one.key for one in ask.profiles}
        found += [
            ProfileChange(before=one, after=replace(one, retired=True), cells=())
            for key, one in sorted(known.profiles.items())
            if key not in given_keys and not one.retired
        ]
    wrong += [_in_use(unit, one.after.key) for one in found if one.after.retired and people_with(unit, one.after.key)]
    if wrong:
        reasons = [Reason(code="entry_invalid", detail=told) for told in wrong]
        raise Invalid("Algo não serve; nada foi importado.", code="import_invalid", reasons=reasons)
    planned = ImportPlan(
        profiles=found, unchanged=len(ask.profiles) - sum(not c.after.retired for c in found), notes=notes
    )
    insist_on_a_manager(unit, changes_of(planned))
    return planned


def import_profiles(unit: Unit, ask: ImportProfiles) -> ImportPlan:
    """Make the profiles what the folder says, a history row for each cell; others stay, unless `retire_missing`.

    Raises:
        Conflict: it would change something else than was shown, or as in `plan_profiles`.
        Invalid: names everything that is wrong; nothing is changed.
    """
    unit.replay()
    found = plan_profiles(unit, ask)
    if ask.shown is not None and ask.shown != found:
        raise Conflict("As permissões mudaram desde que foram comparadas. Nada foi feito; compare de novo.")
    for one in found.profiles:
        if one.before is None:
            write_profile(unit, one.after)
            unit.new_authority()
        else:
            rewrite_profile(unit, one.before, one.after)
    write_cells(unit, changes_of(found))
    return found


def changes_of(plan: ImportPlan) -> Mapping[Cell, bool | None]:
    """The cells that the plan changes, and what they shall hold."""
    return {each.cell: each.new for one in plan.profiles for each in one.cells}


def _in_use(unit: Unit, key: str) -> str:
    told = ", ".join(one.name for one in people_with(unit, key)[:10])
    label = unit.catalogue.profiles[key].label
    return f"O perfil “{label}” ({key}) está em uso por {told}; dê-lhes outro antes de desativá-lo."
