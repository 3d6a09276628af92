"""Read the registries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.registry.model import KINDS
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ReadRegistry:
    """One registry by name; None: all of them."""

    registry: str | None = None


def read_registry(unit: Unit, ask: ReadRegistry) -> Mapping[str, Sequence[Any]]:
    """Entries by registry, in the order of their keys; retired ones too, marked as such."""
    known = unit.catalogue.registries
    insist(unit, Action.REGISTRY_READ)
    if ask.registry is not None and ask.registry not in KINDS:
        raise NotFound(f"Não há cadastro {ask.registry!r}; existem {', '.join(KINDS)}.")
    names = KINDS if ask.registry is None else (ask.registry,)
    return {name: [entry for _, entry in sorted(getattr(known, name).items())] for name in names}
