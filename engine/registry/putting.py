"""Put an entry into a registry: new or changed, with its history; entries are retired, never deleted."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from engine.builtin import FIELDS
from engine.db import new_id
from engine.errors import Invalid, NotFound
from engine.registry.model import KINDS, customer
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.unit import Unit

_KEY = re.compile(r"[a-z][a-z0-9_]{0,78}")
_TYPES = ("text", "number", "date", "choice", "yes_no")


@dataclass(frozen=True, kw_only=True)
class Put:
    """One entry as it shall be.

    Attributes:
        registry: `teams`, `calendars`, `subjects`, `subsubjects` or `fields`.
        key: the entry's key; for subsubjects `<subject>.<key>`.
        values: the members of the registry's value class, without `key`; what is left out gets its default.
    """

    registry: str
    key: str
    values: Mapping[str, Any]


def put(unit: Unit, ask: Put) -> dict[str, Any]:
    """Write the entry; returns it whole. An entry that is so already is left alone."""
    unit.replay()
    kind = KINDS.get(ask.registry)
    if kind is None:
        raise NotFound(f"Não há cadastro {ask.registry!r}; existem {', '.join(KINDS)}.")
    insist(unit, Action.REGISTRY_MANAGE)
    entry = _entry(unit, ask)
    known = getattr(unit.catalogue.registries, ask.registry).get(ask.key)
    if known == entry:
        return asdict(entry)
    about = f"{kind.table.name}:{ask.key}"
    values = {k: v for k, v in asdict(entry).items() if k not in {"key", "retired"}}
    if "choices" in values:
        values["choices"] = list(values["choices"])
    values["retired_at"] = unit.now if entry.retired else None
    if known is None:
        unit.insert(about, kind.table, key=ask.key, **values)
        unit.record(about, "added", **values | {"retired_at": None})
    else:
        unit.update(about, kind.table, {"key": ask.key}, **values)
        before, after = asdict(known), asdict(entry)
        changed = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
        unit.record(about, "changed", **changed)
    unit.new_authority()
    return asdict(entry)


def _entry(unit: Unit, ask: Put) -> Any:
    kind = KINDS[ask.registry]
    names = {f.name for f in fields(kind.make)} - {"key"}
    values = {k: v for k, v in ask.values.items() if k in names}
    wrong = [*_wrong_key(unit, ask), *_wrong_values(unit, values)]
    if strange := sorted(ask.values.keys() - names):
        wrong.append(f"{', '.join(strange)}: não existe em {ask.registry}; existem {', '.join(sorted(names))}")
    if ask.registry == "fields":
        wrong += _wrong_field(values)
    if wrong:
        raise Invalid(f"O cadastro {ask.registry}/{ask.key} não serve: " + "; ".join(wrong) + ".")
    if "choices" in values:
        values["choices"] = tuple(values["choices"])
    return kind.make(key=ask.key, **values)


def _wrong_key(unit: Unit, ask: Put) -> Iterator[str]:
    subject, dot, own = ask.key.partition(".")
    parts = [subject, own] if ask.registry == "subsubjects" else [ask.key]
    if not all(_KEY.fullmatch(part) for part in parts):
        yield "key: use letras minúsculas, dígitos e sublinhado, começando por letra"
    if ask.registry == "subsubjects" and not (dot and subject in unit.catalogue.registries.subjects):
        yield "key: use <assunto>.<chave>, com um assunto cadastrado"
    if ask.registry == "fields" and ask.key in FIELDS:
        yield f"key: {ask.key!r} é um nome do próprio atendimento"


def _wrong_values(unit: Unit, values: Mapping[str, Any]) -> Iterator[str]:
    known = unit.catalogue.registries
    if not isinstance(values.get("label"), str) or not values["label"].strip():
        yield "label: escreva o nome que as pessoas veem"
    for name in ("technical_assistance", "personal", "retired"):
        if name in values and not isinstance(values[name], bool):
            yield f"{name}: use true ou false"
    for name, entries in (("team", known.teams), ("calendar", known.calendars)):
        if values.get(name) is not None and values[name] not in entries:
            yield f"{name}: {values[name]!r} não está cadastrado"
    if values.get("process") is not None and values["process"] not in unit.catalogue.processes:
        yield f"process: {values['process']!r} não está implantado"


def _wrong_field(values: Mapping[str, Any]) -> list[str]:
    wrong = []
    if values.get("type", "text") not in _TYPES:
        wrong.append(f"type: use um de {', '.join(_TYPES)}")
    choices = values.get("choices", ())
    if not isinstance(choices, list | tuple) or not all(isinstance(c, str) and c for c in choices):
        wrong.append("choices: use uma lista de textos")
    elif (values.get("type") == "choice") != bool(choices):
        wrong.append("choices: obrigatório para type = choice, e só para ele")
    return wrong


@dataclass(frozen=True, kw_only=True)
class PutCustomer:
    """A customer as it shall be.

    Attributes:
        key: the caller's own number for the customer: the same key is the same customer for ever.
        kind: `person` or `company`.
    """

    key: str
    name: str
    kind: str = "person"


def put_customer(unit: Unit, ask: PutCustomer) -> UUID:
    """Add the customer, or change the one with that key; returns its id."""
    unit.replay()
    insist(unit, Action.CUSTOMER_MANAGE)
    if ask.kind not in {"person", "company"}:
        raise Invalid("kind: use person ou company.")
    if not ask.name.strip() or not ask.key.strip():
        raise Invalid("name e key: escreva os dois.")
    row = unit.connection.execute(select(customer).where(customer.c.key == ask.key)).one_or_none()
    if row is not None and (row.kind, row.name) == (ask.kind, ask.name.strip()):
        return UUID(str(row.id))
    new = row.id if row else new_id()
    about = f"customer:{new}"
    if row is None:
        unit.insert(about, customer, id=new, key=ask.key, kind=ask.kind, name=ask.name.strip())
    else:
        unit.update(about, customer, {"id": new}, kind=ask.kind, name=ask.name.strip())
    unit.record(about, "changed" if row else "added", kind=ask.kind)
    return UUID(str(new))
