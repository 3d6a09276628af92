"""A folder of TOML files that describes an organisation: teams, subjects, fields, customers, people."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.registry.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

EXTRA = ("customers", "people")
# Teams name calendars, subjects name teams, subsubjects name subjects: this order always works.
ORDER = ("calendars", "teams", "subjects", "subsubjects", "fields")


class FolderError(ValueError):
    """The folder cannot be used; the text names every file and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What the files say: registry name -> key -> values; customers and people as lists of tables."""

    registries: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    customers: tuple[Mapping[str, Any], ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()

    def keys(self, registry: str) -> frozenset[str]:
        """The keys that a registry of the folder defines."""
        return frozenset(self.registries.get(registry, {}))


def read_folder(folder: Path | Traversable) -> Folder:
    """Read every `.toml` file of the folder; each may hold any of the tables.

    The shape is `[teams.<key>] label = "…"`, likewise `calendars`, `subjects`, `fields`;
    `[subsubjects."<subject>.<key>"]`; `[[customers]]` and `[[people]]` lists.

    Raises:
        FolderError: no such folder, a file that is no TOML, or a table that means nothing.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder}: não é uma pasta")
    registries: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in KINDS}
    lists: dict[str, list[Mapping[str, Any]]] = {name: [] for name in EXTRA}
    wrong = []
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            wrong.append(f"{file.name}: {error}")
            continue
        for name, value in content.items():
            if name in lists and isinstance(value, list) and all(isinstance(v, dict) for v in value):
                lists[name] += value
            elif name in registries and isinstance(value, dict) and all(isinstance(v, dict) for v in value.values()):
                registries[name] |= value
            else:
                wrong.append(
                    f"{file.name}: {name!r} não serve; use [{'|'.join(KINDS)}.<chave>] ou [[{'|'.join(EXTRA)}]]"
                )
    if wrong:
        raise FolderError("; ".join(wrong))
    return Folder(registries=registries, customers=tuple(lists["customers"]), people=tuple(lists["people"]))
