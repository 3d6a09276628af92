"""Whether an entry of a registry can be as it is asked for, against the registries that it refers to."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String

from engine.builtin import FIELDS
from engine.errors import Invalid
from engine.registry.duties import wrong_duties
from engine.registry.model import KINDS, Registries
from engine.registry.offering import wrong_intake
from engine.registry.replies import wrong_placeholders
from engine.registry.rule_checking import wrong_rule
from permissions.personal import OF_FIELDS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from engine.registry.model import Kind

MAX_TEXT: Final = 10_000
LAST: Final = 1_000_000
TYPES: Final = ("text", "number", "date", "choice", "yes_no")
_LETTER_FIRST: Final = re.compile(r"[a-z][a-z0-9_]{0,78}")
_DIGIT_FIRST: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,78}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_CONTROL_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BELONGS: Final = {
    "subsubjects": "<assunto>.<chave>, com um assunto cadastrado",
    "blocks": "<empreendimento>.<chave>, com um empreendimento cadastrado",
    "subclassifications": "<classificação>.<chave>, com uma classificação cadastrada",
    "units": "<empreendimento>.<bloco>.<chave> ou <empreendimento>.<chave>, com um bloco ou empreendimento cadastrado",
}


def entry_of(known: Registries, processes: Container[str], registry: str, key: str, values: Mapping[str, Any]) -> Any:
    """The entry; what is left out of `values` gets its default.

    Args:
        known: the registries it may refer to.
        processes: keys of deployed processes.

    Raises:
        Invalid: tells everything that is wrong with it.
    """
    kind = KINDS[registry]
    names = {f.name: f for f in fields(kind.make) if f.name != "key"}
    given = {name: value for name, value in values.items() if name in names}
    wrong = [*_wrong_key(known, registry, kind, key), *_wrong_values(known, processes, kind, given)]
    strange = sorted(values.keys() - names.keys())
    wrong += (f"{name}: não existe em {registry}; existem {', '.join(sorted(names))}" for name in strange)
    if registry == "fields":
        wrong += _wrong_field(getattr(known, registry).get(key), given)
    wrong += wrong_intake(known, registry, key, given)
    wrong += wrong_duties(known, registry, given)
    wrong += wrong_rule(known, registry, key, given)
    if registry == "standard_replies" and isinstance(given.get("text"), str):
        wrong += wrong_placeholders(given["text"])
    if wrong:
        raise Invalid.of(wrong, opening=f"O cadastro {registry}/{key} não serve: ")
    given |= {name: tuple(given[name]) for name in kind.lists if name in given}
    return kind.make(key=key, **given)


def _wrong_key(known: Registries, registry: str, kind: Kind, key: str) -> Iterator[str]:
    above, dot, own = key.rpartition(".")
    if kind.above:
        if not (dot and any(above in getattr(known, name) for name in kind.above)):
            yield f"key: use {_BELONGS[registry]}"
    else:
        own = key
    if not (_DIGIT_FIRST if kind.digits else _LETTER_FIRST).fullmatch(own):
        first = "letra ou dígito" if kind.digits else "letra"
        yield f"key: use letras minúsculas, dígitos e sublinhado, começando por {first}"
    if len(key) > (longest := _length(kind, "key") or 0):
        yield f"key: use no máximo {longest} caracteres"
    if registry == "fields" and key in FIELDS:
        yield f"key: {key!r} é um nome do próprio atendimento"


def _wrong_values(known: Registries, processes: Container[str], kind: Kind, values: Mapping[str, Any]) -> Iterator[str]:
    for name in ("label", "text"):
        value = values.get(name)
        wanted = name in {f.name for f in fields(kind.make)}
        if wanted and (not isinstance(value, str) or not value.strip()):
            yield "label: escreva o nome que as pessoas veem" if name == "label" else "text: escreva o texto"
    for name in ("technical_assistance", "personal", "retired"):
        if name in values and not isinstance(values[name], bool):
            yield f"{name}: use true ou false"
    position = values.get("position", 0)
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position <= LAST:
        yield f"position: use um número inteiro de 0 a {LAST}"
    for name, entries, absent in (
        ("team", known.teams, "cadastrado"),
        ("calendar", known.calendars, "cadastrado"),
        ("process", processes, "implantado"),
    ):
        value = values.get(name)
        if value is not None and not (isinstance(value, str) and value in entries):
            yield f"{name}: {value!r} não está {absent}"
    for name, value in values.items():
        if isinstance(value, str):
            yield from _wrong_text(kind, name, value)


def _wrong_text(kind: Kind, name: str, value: str) -> Iterator[str]:
    longest = _length(kind, name) or MAX_TEXT
    if len(value) > longest:
        yield f"{name}: use no máximo {longest} caracteres"
    if (_CONTROL_IN_TEXT if name == "text" else _CONTROL).search(value):
        yield f"{name}: contém um caractere de controle"


def _wrong_field(before: Any, values: Mapping[str, Any]) -> Iterator[str]:
    wanted = values.get("type", "text")
    if wanted not in TYPES:
        yield f"type: use um de {', '.join(TYPES)}"
    elif before is not None and before.type != wanted:
        yield f"type: não muda, porque há valores guardados; é {before.type!r}. Retire este campo e crie outro"
    kind = values.get("personal_class")
    if kind is not None and kind not in OF_FIELDS:
        yield f"personal_class: use um de {', '.join(OF_FIELDS)}"
    elif kind is not None and not values.get("personal", False):
        yield "personal_class: só para um campo com personal = true"
    choices = values.get("choices", ())
    if not isinstance(choices, list | tuple) or not all(isinstance(c, str) and c for c in choices):
        yield "choices: use uma lista de textos"
    elif (wanted == "choice") != bool(choices):
        yield "choices: obrigatório para type = choice, e só para ele"
    elif any(_CONTROL.search(c) or len(c) > 200 for c in choices):  # noqa: PLR2004 - a label's length
        yield "choices: use textos de até 200 caracteres, sem caracteres de controle"
    elif len(set(choices)) != len(choices):
        yield "choices: cada uma só uma vez"


def _length(kind: Kind, name: str) -> int | None:
    column = kind.table.c.get(name)
    return column.type.length if column is not None and isinstance(column.type, String) else None
