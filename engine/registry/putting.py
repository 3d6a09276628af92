"""Put an entry into a registry: new or changed, with its history; entries are retired, never deleted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.registry.checking import entry_of
from engine.registry.model import KINDS
from engine.registry.rule_plans import insist_on_no_ties, insist_on_plans, parted
from engine.registry.rule_versions import VERSIONED, as_it_stands, ask_refresh, write_version
from engine.registry.uses import used_by
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Put:
    """One entry as it shall be.

    Attributes:
        registry: one of `KINDS`.
        key: the entry's key; for subsubjects, blocks and units what it belongs to comes first: `<subject>.<key>`.
        values: the members of the registry's value class, without `key`; what is left out gets its default. Of
            calendars and policies also `replaces_later`: versions that begin later are ended.
    """

    registry: str
    key: str
    values: Mapping[str, Any]


def put(unit: Unit, ask: Put) -> dict[str, Any]:
    """Write the entry; returns it whole, with `used_by`. An entry that is so already is left alone.

    Retiring hides an entry from new tickets; whatever refers to it keeps it.
    """
    unit.replay()
    if ask.registry not in KINDS:
        raise NotFound(f"Não há cadastro {ask.registry!r}; existem {', '.join(KINDS)}.")
    insist(unit, Action.REGISTRY_MANAGE, narrowed=ask.registry)
    values, replaces_later = parted(ask.registry, ask.values)
    asked = entry_of(unit.catalogue.registries, unit.catalogue.processes, ask.registry, ask.key, values)
    before = getattr(unit.catalogue.registries, ask.registry).get(ask.key)
    entry = as_it_stands(ask.registry, before, asked)
    insist_on_plans(unit, ask.registry, before, entry, replaces_later=replaces_later)
    if ask.registry == "sla_policies":
        insist_on_no_ties(unit, before, entry)
    write_entry(unit, ask.registry, before, entry)
    return asdict(entry) | {"used_by": used_by(unit, ask.registry, ask.key)}


def write_entry(unit: Unit, registry: str, before: Any, after: Any) -> None:
    """Write an entry that was checked, and its history; nothing when it is so already."""
    if before == after:
        return
    table = KINDS[registry].table
    about = f"{table.name}:{after.key}"
    values = {name: value for name, value in asdict(after).items() if name not in {"key", "retired"}}
    values |= {name: list(values[name]) for name in KINDS[registry].lists}
    if before is None or before.retired != after.retired:
        values["retired_at"] = unit.now if after.retired else None
    if before is None:
        unit.insert(about, table, key=after.key, **values)
        unit.record(about, "added", **values | {"retired_at": None})
    else:
        unit.update(about, table, {"key": after.key}, **values)
        unit.record(about, "changed", **changed(before, after))
    if registry in VERSIONED:
        write_version(unit, registry, about, before, after)
    elif registry == "teams" and before is not None and before.calendar != after.calendar:
        ask_refresh(unit, about, f"{registry}/{after.key}", activities=True)
    unit.new_authority()


def changed(before: Any, after: Any) -> dict[str, list[Any]]:
    """What is different: member -> [old, new]."""
    old, new = asdict(before), asdict(after)
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}
