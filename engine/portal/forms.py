"""The form that customers get: what it offers, and whether it can be used at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Conflict
from engine.portal.access import insist, member
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.registry.intake import Classification, ContactForm, IntakeForm, Subclassification
    from engine.registry.model import OwnField, Registries
    from engine.unit import Unit

LABELS: Final[Mapping[str, str]] = {
    "classification": "Classificação",
    "subclassification": "Sub-classificação",
    "contact_form": "Forma de contato",
    "contact_name": "Pessoa para contato",
    "contact_phone": "Telefone",
    "contact_email": "E-mail",
    "message": "Mensagem",
    "attachments": "Arquivos",
}
"""What the parts of a form are called."""

_REGISTRIES: Final[Mapping[str, str]] = {
    "intake_form": "o formulário em uso (parâmetro intake_form)",
    "classifications": "classificações (classifications)",
    "subclassifications": "sub-classificações (subclassifications)",
    "contact_forms": "formas de contato (contact_forms)",
}


class NotConfigured(Conflict):
    """The form cannot be used: `missing` names the registries that have nothing to offer."""

    code = "portal_not_configured"


@dataclass(frozen=True, kw_only=True)
class Offered:
    """The form, and what may be chosen in it.

    Attributes:
        finer: key of a classification -> what may be chosen under it.
    """

    form: IntakeForm
    classifications: Mapping[str, Classification]
    finer: Mapping[str, Mapping[str, Subclassification]]
    contact_forms: Mapping[str, ContactForm]


@dataclass(frozen=True)
class ReadForm:
    """The form in use."""


def read_form(unit: Unit, ask: ReadForm) -> Offered:
    """The form in use with everything that it offers.

    Raises:
        NotConfigured: names what is missing.
    """
    del ask
    member(unit)
    insist(unit, Action.PORTAL_TICKET_OPEN)
    return offered(unit)


def offered(unit: Unit) -> Offered:
    """What customers may choose now; what could not be completed is not offered.

    Raises:
        NotConfigured: names every registry that has nothing to offer.
    """
    known: Registries = unit.catalogue.registries
    form = known.intake_forms.get(unit.catalogue.intake_form or "")
    if form is None or form.retired:
        raise _missing(["intake_form"])
    finer_required = form.requires("subclassification")
    finer: dict[str, dict[str, Subclassification]] = {}
    if "subclassification" in form.asks:
        for one in _there(known.subclassifications.values()):
            if one.subsubject is None or not known.subsubjects[one.subsubject].retired:
                finer.setdefault(one.classification, {})[one.key] = one
    fitting = {
        one.key: one
        for one in _there(known.classifications.values())
        if one.form in (None, form.key) and not known.subjects[one.subject].retired
    }
    contact_forms = {one.key: one for one in _there(known.contact_forms.values())}
    classifications = {key: one for key, one in fitting.items() if not finer_required or finer.get(key)}
    missing = []
    if not fitting:
        missing.append("classifications")
    if finer_required and not classifications:
        missing.append("subclassifications")
    if form.requires("contact_form") and not contact_forms:
        missing.append("contact_forms")
    if missing:
        raise _missing(missing)
    return Offered(
        form=form,
        classifications=classifications,
        finer={key: finer.get(key, {}) for key in classifications},
        contact_forms=contact_forms if "contact_form" in form.asks else {},
    )


def own_fields(known: Registries, *chosen: Any) -> dict[str, OwnField]:
    """The own fields that what was chosen asks for, each once, without what was retired meanwhile."""
    names = dict.fromkeys(name for one in chosen if one is not None for name in one.fields)
    return {name: known.fields[name] for name in names if not known.fields[name].retired}


def chosen_of(known: Registries, contact: Any) -> tuple[Any, Any, Any]:
    """Classification, subclassification and form of contact, by the keys that answers or a row have, as of now."""
    return (
        known.classifications.get(contact.classification),
        known.subclassifications.get(contact.subclassification),
        known.contact_forms.get(contact.contact_form),
    )


def _there(entries: Iterable[Any]) -> list[Any]:
    return sorted((one for one in entries if not one.retired), key=lambda one: (one.position, one.key))


def _missing(names: Sequence[str]) -> NotConfigured:
    told = ", ".join(_REGISTRIES[name] for name in names)
    return NotConfigured(
        f"O portal ainda não pode receber contatos: falta cadastrar {told}. Avise quem mantém o portal.",
        missing=list(names),
    )
