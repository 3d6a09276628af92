"""Values for fields: which may come with a move, and whether each fits its type."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.builtin import LABELS
from engine.errors import Invalid, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.registry.model import OwnField, Registries

# Of the ticket's own columns only this one may be filled along with a move; the others have their own commands.
FILLABLE = frozenset({"description"})
_MAX_TEXT = 10_000
_LARGEST = 1e15  # beyond it a JSON number loses its last digits in some readers


def sort_out(registries: Registries, proposed: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Split proposed values into those that can be kept and reasons against the others."""
    kept: dict[str, Any] = {}
    reasons = []
    for name, value in proposed.items():
        known = registries.fields.get(name)
        if name in FILLABLE:
            problem = _wrong_text(value)
        elif known is None or known.retired:
            problem = "não é um campo que se preenche aqui"
            reasons.append(
                Reason(
                    code="field_not_for_this_move",
                    detail=f"{name}: {problem}.",
                    fix="Assunto, equipe, responsável, prioridade e cliente têm o próprio comando (PATCH); "
                    "os demais são os campos próprios do cadastro.",
                    details={"fields": [name]},
                )
            )
            continue
        else:
            value, problem = _fit(known, value)  # noqa: PLW2901 - the value as it will be stored
        if problem:
            label = known.label if known else name
            reasons.append(
                Reason(
                    code="field_value",
                    detail=f"{name} ({label}): {problem}.",
                    fix=f"Em {name}, {problem}.",
                    details={"fields": [name]},
                )
            )
        else:
            kept[name] = value
    return kept, reasons


def insist(registries: Registries, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they will be stored.

    Raises:
        Invalid: lists every field that does not fit.
    """
    kept, reasons = sort_out(registries, proposed)
    if reasons:
        raise Invalid(" ".join(r.detail for r in reasons), code=reasons[0].code, reasons=reasons)
    return kept


def as_facts(registries: Registries, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under the names, and of the types, that expressions use."""
    facts = {}
    for name, value in values.items():
        known = registries.fields.get(name)
        if known and known.type == "date" and value:
            value = date.fromisoformat(value)  # noqa: PLW2901 - text as stored, a date as compared
        facts[name if name in FILLABLE else f"fields.{name}"] = value
    return facts


def missing_reason(registries: Registries, missing: Iterable[str]) -> Reason:
    """Everything that is empty, named at once, with the labels people know."""
    names = list(missing)
    labels = [registries.fields[n].label if n in registries.fields else LABELS.get(n, n) for n in names]
    own = [n for n in names if n in registries.fields or n in FILLABLE]
    others = [n for n in names if n not in own]
    fixes = []
    if own:
        fixes.append(f"envie {', '.join(own)} em `fields`")
    if others:
        told = ["next_action_at" if n == "next_action" else n for n in others]
        fixes.append(f"preencha {', '.join(told)} com uma alteração (PATCH do atendimento)")
    detail, fix = f"Falta preencher: {', '.join(labels)}", " e ".join(fixes)
    return Reason(
        code="fields_missing",
        detail=detail if detail.endswith("?") else f"{detail}.",
        fix=f"{fix[0].upper()}{fix[1:]}." if fix else "",
        details={"missing": names},
    )


def _fit(known: OwnField, value: Any) -> tuple[Any, str | None]:  # noqa: PLR0911 - one for each type
    if value is None:
        return None, None
    match known.type:
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            return value, None if fits and abs(value) < _LARGEST else "use um número"
        case "yes_no":
            return value, None if isinstance(value, bool) else "use true ou false"
        case "date":
            try:
                return date.fromisoformat(value).isoformat(), None
            except (TypeError, ValueError):
                return value, "use uma data AAAA-MM-DD"
        case "choice":
            return value, None if value in known.choices else f"use um de: {', '.join(known.choices)}"
        case _:
            return value, _wrong_text(value)


def _wrong_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return "use um texto"
    return None if len(value) <= _MAX_TEXT else f"use no máximo {_MAX_TEXT} caracteres"
