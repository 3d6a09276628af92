"""What a customer filled in, against the form: everything that does not fit, each under the name of its field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engine.attachments.drafts import own_drafts
from engine.conversations.saying import MAX_TEXT
from engine.errors import Invalid
from engine.portal.forms import LABELS, own_fields
from engine.portal.naming import RULE, is_name, says_nothing
from engine.registry import addresses
from engine.tickets import filling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.portal.forms import Offered
    from engine.registry.intake import Classification, ContactForm, Subclassification
    from engine.registry.model import Registries
    from engine.unit import Unit

_READ: Final[Mapping[str, Callable[[str], str]]] = {"contact_phone": addresses.phone, "contact_email": addresses.email}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was filled in; empty where nothing was.

    Attributes:
        fields: values of the own fields that were asked for.
        attachments: drafts that the account uploaded before.
    """

    classification: str | None = None
    subclassification: str | None = None
    contact_form: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    message: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A form that can be sent: what was chosen, and the values as they will be kept."""

    classification: Classification
    subclassification: Subclassification | None
    contact_form: ContactForm | None
    contact: Mapping[str, str | None]
    message: str
    fields: Mapping[str, Any]
    attachments: Sequence[str]


def fill(registries: Registries, offer: Offered, given: Answers, *, files: Sequence[str] = ()) -> Filled:
    """Weigh the answers.

    Args:
        files: what is wrong with the attachments; see `wrong_files`.

    Raises:
        Invalid: `errors` names every field that is empty or does not fit, and what would do.
    """
    errors: dict[str, list[str]] = {}
    contact: dict[str, str | None] = {}
    for part in LABELS:
        value = getattr(given, part)
        empty = says_nothing(value) if isinstance(value, str) else not value
        if part not in offer.form.asks:
            if not empty:
                errors[part] = ["este formulário não pede isto"]
        elif empty and offer.form.requires(part):
            errors[part] = [f"{LABELS[part]}: é obrigatório"]
        elif part.startswith("contact_") and part != "contact_form":
            contact[part] = None if empty else _contact(part, value, errors)
    chosen = _choices(offer, given, errors)
    if texts := wrong_message(given.message or ""):
        errors.setdefault("message", texts)
    if files and "attachments" not in errors:
        errors["attachments"] = list(files)
    values = _own(registries, given, chosen, errors)
    insist_on_none(registries, errors)
    return Filled(
        classification=chosen[0],
        subclassification=chosen[1],
        contact_form=chosen[2],
        contact=contact,
        message=given.message or "",
        fields=values,
        attachments=tuple(given.attachments),
    )


def insist_on_none(registries: Registries, errors: Mapping[str, Sequence[str]]) -> None:
    """Refuse if anything is wrong.

    Args:
        errors: what is wrong, by the name of its field.

    Raises:
        Invalid: names all of it.
    """
    if errors:
        told = "; ".join(_told(registries, name, text) for name, texts in errors.items() for text in texts)
        raise Invalid(f"Confira o formulário. {told}.", code="form", errors=errors)


def wrong_message(text: str) -> list[str]:
    """What is wrong with a message."""
    if says_nothing(text):
        return [f"{LABELS['message']}: é obrigatório"]
    return [f"use no máximo {MAX_TEXT} caracteres"] if len(text) > MAX_TEXT else []


def wrong_files(unit: Unit, given: Sequence[str], most: int) -> list[str]:
    """What is wrong with files that are named: too many, one twice, or none of the account's own that wait."""
    if not given:
        return []
    wrong = [f"no máximo {most}"] if len(given) > most else []
    wrong += ["diga cada arquivo uma vez"] if len(set(given)) < len(given) else []
    own = {row.id for row in own_drafts(unit, given)}
    unknown = (one for one in dict.fromkeys(given) if one not in own)
    return [*wrong, *(f"não há {one!r} entre os seus envios; envie o arquivo de novo" for one in unknown)]


def _told(registries: Registries, name: str, text: str) -> str:
    own = registries.fields.get(name.removeprefix("fields."))
    label = LABELS.get(name) or (own.label if own else name)
    text = text.removesuffix(".")
    return text if text.startswith(f"{label}:") else f"{label}: {text}"


def _contact(part: str, value: str, errors: dict[str, list[str]]) -> str | None:
    if part == "contact_name":
        if not is_name(value):
            errors[part] = [f"{LABELS[part]}: {RULE}"]
        return value.strip()
    try:
        return _READ[part](value.strip())
    except Invalid as refused:
        errors[part] = [refused.detail]
        return None


def _choices(offer: Offered, given: Answers, errors: dict[str, list[str]]) -> tuple[Any, Any, Any]:
    first = _one("classification", offer.classifications, given.classification, errors)
    finer = offer.finer.get(first.key, {}) if first is not None else None
    second = None
    if "subclassification" in offer.form.asks and finer is not None:
        second = _one("subclassification", finer, given.subclassification, errors)
    third = None
    if "contact_form" in offer.form.asks:
        third = _one("contact_form", offer.contact_forms, given.contact_form, errors)
    return first, second, third


def _one(part: str, entries: Mapping[str, Any], key: str | None, errors: dict[str, list[str]]) -> Any:
    if not key or part in errors:
        return None
    if key not in entries:
        errors[part] = [f"escolha uma destas: {', '.join(entries) or 'nenhuma está cadastrada'}"]
    return entries.get(key)


def _own(registries: Registries, given: Answers, chosen: Any, errors: dict[str, list[str]]) -> dict[str, Any]:
    asked = own_fields(registries, *chosen)
    for name in given.fields:
        if name not in asked and chosen[0] is not None:
            errors[f"fields.{name}"] = ["este formulário não pede isto"]
    kept, reasons = filling.sort_out(registries, {n: v for n, v in given.fields.items() if n in asked})
    for reason in reasons:
        (name,) = reason.details["fields"]
        errors[f"fields.{name}"] = [reason.detail]
    for name, entry in asked.items():
        if f"fields.{name}" not in errors and kept.get(name) in (None, ""):
            errors[f"fields.{name}"] = [f"{entry.label}: é obrigatório"]
    return kept
