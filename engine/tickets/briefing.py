"""What an activity made by hand says: its type and what that asks for, its contact, its template, its limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.builtin import ACTIVITY_KINDS
from engine.errors import FieldsMissing, Invalid, NotFound
from engine.registry.model import customer
from engine.tickets import filling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.unit import Unit

DUE_KINDS: Final = ("deadline", "appointment")
FARTHEST: Final = timedelta(days=3650)


def briefed(
    unit: Unit,
    *,
    name: str,
    kind: str | None,
    type: str | None,  # noqa: A002 - the members of the ask
    description: str,
    fields: Mapping[str, Any],
    contact: str | None,
    template: str | None,
    limit_at: datetime | None,
    due_kind: str | None,
) -> dict[str, Any]:
    """Columns of the activity, but for who gets it.

    Raises:
        Invalid, FieldsMissing, NotFound: tells what does not fit.
    """
    known = unit.catalogue.registries.activity_types.get(type)
    if type is not None and (known is None or known.retired):
        raise Invalid(f"type: {type!r} não está cadastrado em activity_types.", code="type_unknown")
    kind = kind or (known.kind if known else "custom")
    if kind not in ACTIVITY_KINDS:
        raise Invalid(f"kind: use um de: {', '.join(ACTIVITY_KINDS)}.")
    if known and kind != known.kind:
        raise Invalid(f"kind: o tipo {type!r} é {known.kind!r}; deixe kind de fora.", code="type_kind")
    if not name.strip():
        raise Invalid("name: escreva em poucas palavras o que há para fazer.")
    template = template or (known.template if known else None)
    if template is not None and template not in unit.catalogue.registries.standard_replies:
        raise Invalid(f"template: {template!r} não está cadastrado em standard_replies.", code="template_unknown")
    return {
        "kind": kind,
        "type": type,
        "name": name.strip(),
        "description": description,
        "fields": _asked(unit, known.asks if known else (), fields) or None,
        "template": template,
        "customer_id": contact_id(unit, contact),
        "due_kind": _due_kind(kind, limit_at, due_kind),
    }


def contact_id(unit: Unit, key: str | None) -> Any:
    """The id of the contact with this key.

    Raises:
        NotFound: there is none.
    """
    if key is None:
        return None
    found = unit.connection.execute(select(customer.c.id).where(customer.c.key == key)).scalar()
    if found is None:
        raise NotFound(f"customer: não há cliente {key!r}; cadastre-o antes.", code="customer_unknown")
    return found


def insist_on_ahead(unit: Unit, limit_at: datetime | None) -> None:
    """Refuse a limit that is not ahead, or so far that it must be a slip.

    Raises:
        Invalid: with code `limit_past` or `limit_far`.
    """
    if limit_at is None:
        return
    if limit_at <= unit.now:
        raise Invalid("limit_at: este instante já passou; escolha um à frente.", code="limit_past")
    if limit_at > unit.now + FARTHEST:
        raise Invalid(f"limit_at: são mais de {FARTHEST.days // 365} anos; confira o ano.", code="limit_far")


def _due_kind(kind: str, limit_at: datetime | None, said: str | None) -> str | None:
    if said is not None and said not in DUE_KINDS:
        raise Invalid(f"due_kind: use um de: {', '.join(DUE_KINDS)}.")
    if limit_at is None:
        if said is not None:
            raise Invalid(f"limit_at: diga quando, porque due_kind é {said}.", code="limit_missing")
        return None
    return said or ("appointment" if kind == "appointment" else "deadline")


def _asked(unit: Unit, asks: tuple[str, ...], fields: Mapping[str, Any]) -> dict[str, Any]:
    if strange := sorted(fields.keys() - set(asks)):
        raise Invalid(f"fields: o tipo da atividade não pede {', '.join(strange)}.", code="field_not_asked")
    values = {
        name: value for name, value in filling.insist(unit.catalogue.registries, fields).items() if value is not None
    }
    if missing := [name for name in asks if name not in values]:
        reason = filling.missing_reason(unit.catalogue.registries, missing)
        raise FieldsMissing(reason.detail, reasons=[reason], missing=missing)
    return values
