"""What is wrong with the keys of registries that a ticket shall refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.registry.model import Registries

REGISTRY: Final[Mapping[str, str]] = {
    "subject": "subjects",
    "subsubject": "subsubjects",
    "development": "developments",
    "block": "blocks",
    "unit": "units",
    "team": "teams",
    "priority": "priorities",
    "request_type": "request_types",
    "contact_reason": "contact_reasons",
}
"""The registry that each of a ticket's columns refers to."""

BELONGS: Final[Mapping[str, tuple[str, ...]]] = {
    "subsubject": ("subject",),
    "block": ("development",),
    "unit": ("block", "development"),
}
"""A key that belongs to the first of these that is given: it begins with it, and a dot."""

# An installation that registers none of these uses whatever words it likes.
FREE_WHILE_EMPTY: Final = frozenset({"priority", "request_type", "contact_reason"})
_TOLD = 20


def wrong_keys(
    registries: Registries, new: Mapping[str, Any], present: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """Everything that is wrong, each with what would do.

    Args:
        new: column -> key that is given now. A key that stays is not asked again: retiring an entry breaks nothing.
        present: the keys that stay.
    """
    unknown = set()
    for name in REGISTRY:
        if new.get(name) is not None and (problem := _unknown(registries, name, new[name])):
            unknown.add(name)
            yield f"{name}: {problem}"
    whole = {**(present or {}), **new}
    for name, above in BELONGS.items():
        key = whole.get(name)
        if key is None or name in unknown or new.keys().isdisjoint((name, *above)):
            continue
        holder = next((one for one in above if whole.get(one) is not None), above[-1])
        if holder in new and new[holder] is None:
            yield f"{name}: {key!r} pede {' ou '.join(above)}; envie também a que pertence"
        elif key.rpartition(".")[0] != whole.get(holder):
            # What the ticket has already is not quoted: not everybody may see where its customer lives.
            told = repr(new[holder]) if holder in new else "do atendimento"
            yield f"{name}: {key!r} não pertence a {holder} {told}"


def label(registries: Registries, name: str, key: str | None) -> str | None:
    """What people call the entry a column refers to; the key itself where it is not registered."""
    if key is None:
        return None
    entry = getattr(registries, REGISTRY[name]).get(key)
    return entry.label if entry else key


def _unknown(registries: Registries, name: str, key: str) -> str | None:
    entries = getattr(registries, REGISTRY[name])
    if (not entries and name in FREE_WHILE_EMPTY) or (key in entries and not entries[key].retired):
        return None
    offered = [one for one, entry in sorted(entries.items()) if not entry.retired]
    told = ", ".join(offered[:_TOLD]) or "nenhum"
    more = f" e mais {len(offered) - _TOLD}" if len(offered) > _TOLD else ""
    return f"{key!r} não está cadastrado; existem {told}{more}"
