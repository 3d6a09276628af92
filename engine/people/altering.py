"""Alter a person: name, login, e-mail, teams and the one profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.errors import Conflict, Invalid
from engine.people.adding import EMAIL, LOGIN
from engine.people.leaving import insist_on_an_administrator
from engine.people.model import person as people
from engine.people.tokens import person_called
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.people.model import Person
    from engine.unit import Unit

COLUMNS = ("login", "name", "email", "profile", "teams")
# History says that these changed, not what they are: it outlives the person's data.
_UNTOLD = frozenset({"login", "name", "email"})
_SHAPED: Mapping[str, Callable[[Any], Any]] = {"name": str.strip, "teams": lambda keys: sorted(set(keys))}


@dataclass(frozen=True, kw_only=True)
class AlterPerson:
    """What shall be different.

    Attributes:
        login: as it is now.
        changes: column -> new value, of `COLUMNS`.
    """

    login: str
    changes: Mapping[str, Any]


def alter_person(unit: Unit, ask: AlterPerson) -> Person:
    """Alter the person; rights follow the profile from the next request on.

    Whoever may do this can give anybody, themselves too, any profile: it is an administrator's right
    (docs/permissions.md). What there always is, is somebody who has it.

    Raises:
        NotPermitted, NotFound, Invalid, Conflict: nothing is changed.
    """
    unit.replay()
    insist(unit, Action.PEOPLE_MANAGE)
    found = person_called(unit, ask.login)
    told = {name: _SHAPED.get(name, lambda one: one)(value) for name, value in ask.changes.items()}
    before: dict[str, Any] = {name: getattr(found, name) for name in COLUMNS} | {"teams": sorted(found.teams)}
    changed = {name: value for name, value in told.items() if value != before[name]}
    if wrong := list(_wrong(unit, changed, before)):
        raise Invalid.of(wrong)
    if any(one.login == changed.get("login") for one in unit.catalogue.people.values()):
        raise Conflict(f"Já existe uma pessoa com o login {changed['login']!r}.")
    if "profile" in changed:
        insist_on_an_administrator(unit, but=found, profile=changed["profile"])
    if changed:
        about = f"person:{found.id}"
        unit.update(about, people, {"id": found.id}, **changed)
        history = {n: None if n in _UNTOLD else [before[n], value] for n, value in changed.items()}
        unit.record(about, "changed", **history)
        unit.new_authority()
    values: dict[str, Any] = changed | ({"teams": frozenset(changed["teams"])} if "teams" in changed else {})
    return replace(found, **values)


def _wrong(unit: Unit, changed: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    known = unit.catalogue
    if "login" in changed and not LOGIN.fullmatch(changed["login"]):
        yield "login: use de 3 a 120 letras minúsculas, dígitos, ponto, hífen ou sublinhado"
    if "name" in changed and not changed["name"]:
        yield "name: escreva o nome da pessoa"
    if changed.get("email") is not None and not EMAIL.fullmatch(changed["email"]):
        yield "email: use um endereço como ana@empresa.com.br"
    offered = sorted(key for key, one in known.profiles.items() if not one.retired)
    if "profile" in changed and changed["profile"] not in offered:
        yield f"profile: {changed['profile']!r} não existe; existem {', '.join(offered)}"
    if unknown := sorted(set(changed.get("teams", ())) - set(before["teams"]) - known.registries.teams.keys()):
        yield f"teams: não existem {', '.join(unknown)}"
