"""A folder of TOML files that describes an organisation: its registries, and perhaps customers and people."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from engine import sheets
from engine.registry import toml
from engine.registry.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from engine.registry.demands import Demand
    from engine.registry.model import Registries

EXTRA: Final = ("customers", "people", "interaction_demands")
ORDER: Final = tuple(KINDS)  # what names another registry comes after it
_UNITS: Final = "units.csv"
_DEMANDS: Final = "interaction_demands.toml"
MEMBERS: Final = "team_members"
_PORTAL: Final = "portal"
_COLUMNS: Final = ("key", "label", "retired")
_YES_NO: Final = {"": False, "false": False, "true": True}


class FolderError(ValueError):
    """The folder cannot be used; the text names every file and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What the files say: registry name -> key -> values; customers and people as lists of tables.

    Attributes:
        intake_form: the form that the portal shall use; None: nothing is said of it.
        demands: what interactions demand; None: nothing is said of it.
        members: team -> logins, of the teams of which something is said.
    """

    registries: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    customers: tuple[Mapping[str, Any], ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()
    intake_form: Any = None
    demands: tuple[Mapping[str, Any], ...] | None = None
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def keys(self, registry: str) -> frozenset[str]:
        """The keys that a registry of the folder defines."""
        return frozenset(self.registries.get(registry, {}))


def read_folder(folder: Path | Traversable) -> Folder:
    """Read every `.toml` file of the folder, each of which may hold any of the tables, and `units.csv`.

    The shape is `[teams.<key>] label = "…"`, likewise for every registry; keys with dots are quoted:
    `[subsubjects."<subject>.<key>"]`; `[[customers]]` and `[[people]]` are lists;
    `[portal] intake_form = "…"` says which form customers get, `[team_members.<key>] members = ["…"]` who is in a team.

    Raises:
        FolderError: no such folder, a file that cannot be read, a table that means nothing, or a key told twice.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder}: não é uma pasta")
    told = _Told()
    files = [f for f in folder.iterdir() if f.name.endswith(".toml") or f.name == _UNITS]
    for file in sorted(files, key=lambda f: f.name):
        try:
            text = file.read_text(encoding="utf-8-sig")
            content = {"units": _read_units(text)} if file.name == _UNITS else tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, FolderError, csv.Error) as error:
            told.wrong.append(f"{file.name}: {error}")
            continue
        if file.name.removesuffix(".toml") in KINDS:
            told.registries.setdefault(file.name.removesuffix(".toml"), {})  # an empty file says that there are none
        told.demanding |= file.name == _DEMANDS
        for name, value in content.items():
            told.take(file.name, name, value)
    if told.wrong:
        raise FolderError("; ".join(told.wrong))
    return Folder(
        registries=told.registries,
        customers=tuple(told.lists["customers"]),
        people=tuple(told.lists["people"]),
        intake_form=told.intake_form,
        demands=tuple(told.lists["interaction_demands"]) if told.demanding else None,
        members={team: one["members"] for team, one in told.members.items()},
    )


@dataclass
class _Told:
    """What the files said so far."""

    registries: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    lists: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: {name: [] for name in EXTRA})
    members: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    intake_form: Any = None
    demanding: bool = False
    wrong: list[str] = field(default_factory=list)

    def take(self, file: str, name: str, value: Any) -> None:
        """Take one table of a file."""
        if name == _PORTAL and isinstance(value, dict) and value.keys() == {"intake_form"}:
            self.intake_form = value["intake_form"]
        elif name in self.lists and isinstance(value, list) and all(isinstance(v, dict) for v in value):
            self.lists[name] += value
            self.demanding |= name == "interaction_demands"
        elif name == MEMBERS and _is_members(value):
            self._add(file, name, self.members, value)
        elif name in KINDS and isinstance(value, dict) and all(isinstance(v, dict) for v in value.values()):
            self._add(file, name, self.registries.setdefault(name, {}), value)
        else:
            tables = "|".join((*KINDS, MEMBERS))
            self.wrong.append(f"{file}: {name!r} não serve; use [{tables}.<chave>] ou [[{'|'.join(EXTRA)}]]")

    def _add(self, file: str, name: str, known: dict[str, Mapping[str, Any]], value: Mapping[str, Any]) -> None:
        self.wrong += (f"{file}: {name}/{key} já está em outro arquivo" for key in value.keys() & known.keys())
        known |= value


def _is_members(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(told, dict)
        and told.keys() == {"members"}
        and isinstance(told["members"], list)
        and all(isinstance(login, str) for login in told["members"])
        for told in value.values()
    )


def files_of(
    registries: Registries,
    *,
    demands: Iterable[Demand] = (),
    members: Mapping[str, Sequence[str]] | None = None,
    intake_form: str | None = None,
    units_csv: bool = False,
) -> dict[str, str]:
    """The registries as files: name -> text, one for each registry, the same text for the same entries.

    Args:
        members: team -> logins.
        intake_form: the form that customers get; None: nobody chose one.
        units_csv: units as a table for spreadsheets instead of TOML.
    """
    found = {}
    for name in KINDS:
        entries: Mapping[str, Any] = getattr(registries, name)
        if name == "units" and units_csv:
            found[_UNITS] = _written_units(entries)
        else:
            found[f"{name}.toml"] = toml.dump(name, {key: values_of(entry) for key, entry in entries.items()})
    rows = [values_of(one) | {"demands": one.demands} for one in sorted(demands, key=lambda one: one.place)]
    found[_DEMANDS] = toml.dump_list("interaction_demands", rows)
    found[f"{MEMBERS}.toml"] = toml.dump(MEMBERS, {team: {"members": one} for team, one in (members or {}).items()})
    found[f"{_PORTAL}.toml"] = toml.dump_table(_PORTAL, {"intake_form": intake_form} if intake_form else {})
    return found


def values_of(entry: Any) -> dict[str, Any]:
    """The members of an entry that are not as they are when nothing is said."""
    return {
        one.name: getattr(entry, one.name)
        for one in fields(entry)
        if one.name != "key" and (one.default is MISSING or getattr(entry, one.name) != one.default)
    }


def _read_units(text: str) -> dict[str, dict[str, Any]]:
    rows = sheets.read(text)
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise FolderError(f"a primeira linha deve ser {','.join(_COLUMNS)}")
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(_COLUMNS) or row[2] not in _YES_NO:
            raise FolderError(f"linha {number}: use chave, nome e true ou nada")
        if row[0] in found:
            raise FolderError(f"linha {number}: {row[0]!r} aparece duas vezes")
        found[row[0]] = {"label": row[1]} | ({"retired": True} if _YES_NO[row[2]] else {})
    return found


def _written_units(entries: Mapping[str, Any]) -> str:
    rows = [(key, entries[key].label, "true" if entries[key].retired else "") for key in sorted(entries)]
    return "".join(sheets.lines([_COLUMNS, *rows]))
