"""Choose the form that customers get in the portal: the installation's one intake parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Invalid
from engine.registry.intake import portal_parameter
from engine.registry.queries import changes
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.registry.intake import IntakeForm
    from engine.unit import Unit

_NAME: Final = "intake_form"
_ABOUT: Final = f"portal_parameter:{_NAME}"


@dataclass(frozen=True, kw_only=True)
class ChooseForm:
    """The form that customers shall get; a key of `intake_forms`."""

    form: str


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The form in use (None: nobody chose one), all there are, and who chose what, the newest first."""

    form: str | None
    forms: Sequence[IntakeForm]
    history: Sequence[Mapping[str, Any]]


def choose_form(unit: Unit, ask: ChooseForm) -> str:
    """Choose the form; tickets that were opened with another one stay as they are."""
    unit.replay()
    insist(unit, Action.PORTAL_MANAGE)
    insist_on_form(unit.catalogue.registries.intake_forms, ask.form)
    write_choice(unit, unit.catalogue.intake_form, ask.form)
    return ask.form


def insist_on_form(known: Mapping[str, IntakeForm], form: Any, member: str = "form") -> None:
    """Refuse a form that is not registered.

    Args:
        member: where it was said.

    Raises:
        Invalid: names those that are.
    """
    if not isinstance(form, str) or form not in known or known[form].retired:
        offered = ", ".join(sorted(key for key, one in known.items() if not one.retired)) or "nenhum"
        told = f"{member}: {form!r} não está em intake_forms; cadastrados: {offered}"
        raise Invalid.of([told], code="form_unknown")


def write_choice(unit: Unit, before: str | None, after: str) -> None:
    """Write a choice that was checked, and its history; nothing when it is so already."""
    if before == after:
        return
    if before is None:
        unit.insert(_ABOUT, portal_parameter, name=_NAME, value=after)
    else:
        unit.update(_ABOUT, portal_parameter, {"name": _NAME}, value=after)
    unit.record(_ABOUT, "changed", value=[before, after])
    unit.new_authority()


@dataclass(frozen=True)
class ReadChoice:
    """Which form is in use."""


def read_choice(unit: Unit, ask: ReadChoice) -> Chosen:
    """The form in use, with its history."""
    del ask
    known = unit.catalogue
    insist(unit, Action.PORTAL_MANAGE)
    forms = sorted(known.registries.intake_forms.values(), key=lambda form: form.key)
    kind, _, key = _ABOUT.partition(":")
    return Chosen(
        form=known.intake_form,
        forms=[form for form in forms if not form.retired],
        history=changes(unit, kind, key),
    )
