"""What an activity made by hand says: its type and what that asks for, its contact, its template, its limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.builtin import ACTIVITY_KINDS
from engine.errors import FieldsMissing, Invalid, NotFound, Reason
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
        fix = "Use um dos tipos de GET /registry/activity_types, ou deixe type de fora."
        raise Invalid.at("type", f"{type!r} não está cadastrado em activity_types.", fix, code="type_unknown")
    kind = kind or (known.kind if known else "custom")
    if kind not in ACTIVITY_KINDS:
        raise Invalid.at("kind", f"não há {kind!r}.", f"Use um de: {', '.join(ACTIVITY_KINDS)}.")
    if known and kind != known.kind:
        matter = f"o tipo {known.label} é de outra espécie, {known.kind}."
        raise Invalid.at("kind", matter, "Deixe kind de fora.", code="type_kind")
    if not name.strip():
        raise unnamed()
    template = template or (known.template if known else None)
    if template is not None and template not in unit.catalogue.registries.standard_replies:
        matter = f"{template!r} não está cadastrado em standard_replies."
        fix = "Use uma de GET /registry/standard_replies, ou deixe template de fora."
        raise Invalid.at("template", matter, fix, code="template_unknown")
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
        reason = Reason(
            code="customer_unknown",
            detail=f"customer: não há cliente {key!r}.",
            fix="Cadastre-o antes.",
            details={"member": "customer"},
        )
        raise NotFound.because(reason)
    return found


def insist_on_ahead(unit: Unit, limit_at: datetime | None) -> None:
    """Refuse a limit that is not ahead, or so far that it must be a slip.

    Raises:
        Invalid: with code `limit_past` or `limit_far`.
    """
    if limit_at is None:
        return
    if limit_at <= unit.now:
        raise Invalid.at("limit_at", "este instante já passou.", "Escolha um à frente.", code="limit_past")
    if limit_at > unit.now + FARTHEST:
        matter = f"são mais de {FARTHEST.days // 365} anos até lá."
        raise Invalid.at("limit_at", matter, "Confira o ano.", code="limit_far")


def insist_on_due(limit_at: datetime | None, due_kind: str) -> None:
    """Refuse a kind of limit that there is not, and one without an instant.

    Raises:
        Invalid: with code `limit_missing` where there is no instant.
    """
    if due_kind not in DUE_KINDS:
        raise Invalid.at("due_kind", f"não há {due_kind!r}.", f"Use um de: {', '.join(DUE_KINDS)}.")
    if limit_at is None:
        fix = "Diga o instante, ou deixe due_kind de fora."
        raise Invalid.at("limit_at", f"falta, e due_kind é {due_kind}.", fix, code="limit_missing")


def unnamed() -> Invalid:
    """It says nothing."""
    return Invalid.at("name", "está vazio.", "Escreva em poucas palavras o que há para fazer.")


def _due_kind(kind: str, limit_at: datetime | None, said: str | None) -> str | None:
    if said is not None:
        insist_on_due(limit_at, said)
    if limit_at is None:
        return None
    return said or ("appointment" if kind == "appointment" else "deadline")


def _asked(unit: Unit, asks: tuple[str, ...], fields: Mapping[str, Any]) -> dict[str, Any]:
    if strange := sorted(fields.keys() - set(asks)):
        matter = f"o tipo da atividade não pede {', '.join(strange)}."
        raise Invalid.at(
            "fields", matter, "Deixe esses campos de fora, ou diga o type que os pede.", code="field_not_asked"
        )
    values = {
        name: value for name, value in filling.insist(unit.catalogue.registries, fields).items() if value is not None
    }
    if missing := [name for name in asks if name not in values]:
        reason = filling.missing_reason(unit.catalogue.registries, missing)
        raise FieldsMissing(reason.detail, reasons=[reason], missing=missing)
    return values
