"""The profiles delivered: read from TOML, and strictly, so that a misspelt right is an error."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from permissions.actions import CATALOGUE, UnknownAction, parse
from permissions.decide import ANY, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


SCOPES: Final = ("own", "team", "all")
"""Whose tickets a profile's rights speak of: one's own, the teams' too, or everybody's."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A profile as delivered; `rules` name themselves by where they stand in the file.

    Attributes:
        scope: whose tickets its rights speak of; of `SCOPES`.
    """

    key: str
    label_pt: str
    label_en: str
    description: str
    scope: str
    rules: tuple[Rule, ...]


class PresetError(ValueError):
    """A preset's file says something that means nothing; the Portuguese message names file and key."""


def load() -> tuple[Preset, ...]:
    """Every preset delivered, by key."""
    folder = files("permissions") / "presets"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(read(name, (folder / name).read_text(encoding="utf-8")) for name in names)


def read(file: str, text: str) -> Preset:
    """One preset from its file's name (`<key>.toml`) and text.

    Raises:
        PresetError: with the file, the key and what is wrong with it.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PresetError(f"{file}: não é TOML válido: {error}") from error
    table = _Table(file, "", raw)
    table.only("key", "label_pt", "label_en", "description", "scope", "profile", "workflow")
    key = table.text("key")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise table.wrong("key", f"'{key}' só pode ter letras minúsculas, algarismos e '_'")
    if file != f"{key}.toml":
        raise table.wrong("key", f"'{key}' deve ser o nome do arquivo sem '.toml'")
    scope = table.text("scope")
    if scope not in SCOPES:
        raise table.wrong("scope", f"'{scope}': use {' ou '.join(SCOPES)}")
    return Preset(
        key=key,
        label_pt=table.text("label_pt"),
        label_en=table.text("label_en"),
        description=table.text("description"),
        scope=scope,
        rules=(*_profile_layer(key, table.table("profile")), *_workflow_layer(key, table.tables("workflow"))),
    )


def _profile_layer(key: str, table: _Table) -> Iterator[Rule]:
    table.only("allow", "deny")
    for action, allow in table.actions():
        yield Rule(f"{key}/{action}", key, action, allow)


def _workflow_layer(key: str, tables: list[_Table]) -> Iterator[Rule]:
    seen: set[tuple[str, str]] = set()
    for table in tables:
        table.only("process", "situation", "allow", "deny")
        place = table.name("process"), table.name("situation")
        if place in seen:
            raise table.wrong("situation", f"'{place[0]}:{place[1]}' aparece duas vezes")
        seen.add(place)
        for action, allow in table.actions():
            if not CATALOGUE[action.partition(":")[0]].by_situation:
                verb = "allow" if allow else "deny"
                raise table.wrong(verb, f"a ação '{action}' não é perguntada por situação: só cabe em 'profile'")
            yield Rule(f"{key}/{place[0]}/{place[1]}/{action}", key, action, allow, *place)


@dataclass(frozen=True)
class _Table:
    """A TOML table that knows its place, so that every complaint can name it."""

    file: str
    path: str
    raw: dict[str, Any]

    def wrong(self, key: str, what: str) -> PresetError:
        return PresetError(f"{self.file}: {self.path}{key}: {what}")

    def only(self, *known: str) -> None:
        for key in self.raw:
            if key not in known:
                raise self.wrong(key, f"chave desconhecida; as que existem: {', '.join(known)}")

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "falta um texto")
        return value

    def name(self, key: str) -> str:
        value = self.text(key)
        if value != ANY and not re.fullmatch(r"[\w.-]+", value):
            raise self.wrong(key, f"'{value}' não é um nome nem '{ANY}'")
        return value

    def table(self, key: str) -> _Table:
        value = self.raw.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "falta uma tabela")
        return _Table(self.file, f"{self.path}{key}.", value)

    def tables(self, key: str) -> list[_Table]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.wrong(key, f"escreva cada bloco como [[{key}]]")
        return [_Table(self.file, f"{self.path}{key}[{n}].", row) for n, row in enumerate(value, start=1)]

    def actions(self) -> Iterator[tuple[str, bool]]:
        """Each action listed, and whether it is allowed; never one twice."""
        seen: set[str] = set()
        for key, allow in (("allow", True), ("deny", False)):
            value = self.raw.get(key, [])
            if not isinstance(value, list) or not all(isinstance(action, str) for action in value):
                raise self.wrong(key, "deve ser uma lista de ações")
            for action in value:
                try:
                    parse(action)
                except UnknownAction as error:
                    raise self.wrong(key, str(error)) from error
                if action in seen:
                    raise self.wrong(key, f"a ação '{action}' aparece duas vezes")
                seen.add(action)
                yield action, allow
