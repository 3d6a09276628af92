"""Whether what the portal shall offer can be so: forms, classifications and forms of contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.builtin import CHANNELS
from engine.registry.intake import ALWAYS, MOST_FILES, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.registry.model import Registries

_MOST_FIELDS: Final = 50


def wrong_intake(known: Registries, registry: str, key: str, values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an entry of the portal's registries, each in a Portuguese sentence without full stop."""
    if registry == "intake_forms":
        yield from _wrong_form(values)
    elif registry in {"classifications", "subclassifications", "contact_forms"}:
        yield from _wrong_route(known, registry, key, values)
        yield from _wrong_fields(known, values.get("fields", ()))


def _wrong_form(values: Mapping[str, Any]) -> Iterator[str]:
    asks = values.get("asks", PARTS)
    optional = values.get("optional", ())
    if not _texts(asks) or not set(asks) <= set(PARTS):
        yield f"asks: use uma lista de {', '.join(PARTS)}"
        return
    if missing := [part for part in ALWAYS if part not in asks]:
        yield f"asks: falta {', '.join(missing)}, que todo formulário pede"
    if not _texts(optional) or not set(optional) <= set(asks) - set(ALWAYS):
        allowed = [part for part in PARTS if part in asks and part not in ALWAYS]
        yield f"optional: use uma lista de {', '.join(allowed) or 'nada'}"
    most = values.get("max_files", 1)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 <= most <= MOST_FILES:
        yield f"max_files: use um número inteiro de 0 a {MOST_FILES}"


def _wrong_route(known: Registries, registry: str, key: str, values: Mapping[str, Any]) -> Iterator[str]:
    for name, entries in (
        ("subject", known.subjects),
        ("subsubject", known.subsubjects),
        ("priority", known.priorities),
        ("form", known.intake_forms),
    ):
        value = values.get(name)
        if value is not None and not (isinstance(value, str) and value in entries):
            yield f"{name}: {value!r} não está cadastrado"
    subject = values.get("subject")
    if registry == "classifications" and not subject:
        yield "subject: diga de que assunto serão os atendimentos"
    if registry == "subclassifications":
        above = known.classifications.get(key.rpartition(".")[0])
        subject = above.subject if above else None
    finer = values.get("subsubject")
    if isinstance(finer, str) and finer in known.subsubjects and known.subsubjects[finer].subject != subject:
        yield f"subsubject: {finer!r} não é do assunto {subject!r}"
    channel = values.get("channel")
    if channel is not None and channel not in CHANNELS:
        yield f"channel: use um de {', '.join(CHANNELS)}"


def _wrong_fields(known: Registries, names: Any) -> Iterator[str]:
    if not _texts(names) or len(names) > _MOST_FIELDS:
        yield f"fields: use uma lista de até {_MOST_FIELDS} campos, cada um uma vez"
    elif unknown := [name for name in names if name not in known.fields or known.fields[name].retired]:
        yield f"fields: {', '.join(unknown)} não está cadastrado em fields"


def _texts(value: Any) -> bool:
    return (
        isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) and len(set(value)) == len(value)
    )
