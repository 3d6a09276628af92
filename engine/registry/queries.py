"""Read the registries: lists, and one entry with its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.errors import NotFound
from engine.history import change_history
from engine.registry.model import KINDS
from engine.registry.rule_plans import versions
from engine.registry.rule_versions import VERSIONED
from engine.registry.uses import used_by
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit

_LATEST = 200


@dataclass(frozen=True, kw_only=True)
class ReadRegistry:
    """One registry by name; None: all of them.

    Attributes:
        retired: show what was retired, too.
    """

    registry: str | None = None
    retired: bool = False


def read_registry(unit: Unit, ask: ReadRegistry) -> Mapping[str, Sequence[Any]]:
    """Entries by registry, in the order of their keys; priorities in the order of their positions."""
    known = unit.catalogue.registries
    insist(unit, Action.REGISTRY_READ)
    if ask.registry is not None:
        _insist_on(ask.registry)
    names = KINDS if ask.registry is None else (ask.registry,)
    return {
        name: sorted(
            (entry for entry in getattr(known, name).values() if ask.retired or not entry.retired),
            key=lambda entry: (getattr(entry, "position", 0), entry.key),
        )
        for name in names
    }


@dataclass(frozen=True, kw_only=True)
class ReadEntry:
    """One entry of a registry."""

    registry: str
    key: str


@dataclass(frozen=True, kw_only=True)
class EntryRead:
    """The entry, who refers to it, and what was done to it, the newest first.

    Attributes:
        versions: of a calendar or policy: see `engine.registry.rule_plans.versions`; None: there are none of others.
    """

    entry: Any
    used_by: Sequence[Mapping[str, Any]]
    history: Sequence[Mapping[str, Any]]
    versions: Sequence[Mapping[str, Any]] | None = None


def read_entry(unit: Unit, ask: ReadEntry) -> EntryRead:
    """The entry with its uses and its history; retired ones too."""
    known = unit.catalogue.registries
    insist(unit, Action.REGISTRY_READ)
    _insist_on(ask.registry)
    entry = getattr(known, ask.registry).get(ask.key)
    if entry is None:
        raise NotFound(f"Não há {ask.registry}/{ask.key}.")
    return EntryRead(
        entry=entry,
        used_by=used_by(unit, ask.registry, ask.key),
        history=changes(unit, KINDS[ask.registry].table.name, ask.key),
        versions=versions(unit, ask.registry, ask.key) if ask.registry in VERSIONED else None,
    )


def changes(unit: Unit, kind: str, key: str) -> list[dict[str, Any]]:
    """What was done to anything but a ticket, the newest first, at most two hundred."""
    rows = unit.connection.execute(
        select(change_history)
        .where(change_history.c.kind == kind, change_history.c.key == key)
        .order_by(change_history.c.at.desc(), change_history.c.id.desc())
        .limit(_LATEST)
    )
    names = {f"user:{person.id}": person.name for person in unit.catalogue.people.values()}
    return [
        {
            "at": row.at,
            "actor": row.actor,
            "actor_name": names.get(row.actor),
            "deed": row.deed,
            "detail": row.detail or {},
        }
        for row in rows
    ]


def _insist_on(registry: str) -> None:
    if registry not in KINDS:
        raise NotFound(f"Não há cadastro {registry!r}; existem {', '.join(KINDS)}.")
