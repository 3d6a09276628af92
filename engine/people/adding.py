"""Add people and profiles, and set up the first administrator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.db import new_id
from engine.errors import Conflict, Invalid, NotAuthenticated
from engine.people.access import put_password
from engine.people.accounts import STAFF, Account
from engine.people.attempts import give_back
from engine.people.knowing import hash_of, new_token
from engine.people.model import permission_rule, person, profile, setup
from engine.people.tokens import write_token
from engine.rights import insist
from permissions import presets
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from engine.people.attempts import Try
    from engine.people.passwords import Hashed
    from engine.unit import Unit
    from permissions.presets import Preset

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,118}[a-z0-9]")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


@dataclass(frozen=True, kw_only=True)
class AddPerson:
    """Add somebody.

    Attributes:
        login: lower-case letters, digits, `.`, `_`, `-`; 3 to 120.
        profile: key of a profile.
        teams: keys of teams.
        email: where invitations are mailed to.
    """

    login: str
    name: str
    profile: str
    teams: Sequence[str] = ()
    email: str | None = None


def add_person(unit: Unit, ask: AddPerson) -> UUID:
    """Add a person; returns the new id."""
    unit.replay()
    insist(unit, Action.PEOPLE_MANAGE)
    return _add(unit, ask)


@dataclass(frozen=True, kw_only=True)
class AddPresets:
    """Add the delivered profiles that are not there yet."""

    presets: Sequence[Preset] = field(default_factory=presets.load)


def add_presets(unit: Unit, ask: AddPresets) -> list[str]:
    """Add delivered profiles with their rules; profiles that exist stay as they are. Returns what was added."""
    unit.replay()
    insist(unit, Action.PEOPLE_MANAGE)
    added = []
    for preset in ask.presets:
        if preset.key in unit.catalogue.profiles:
            continue
        about = f"profile:{preset.key}"
        told = {"label": preset.label_pt, "description": preset.description, "scope": preset.scope}
        unit.insert(about, profile, key=preset.key, **told)
        for rule in preset.rules:
            unit.insert(
                about,
                permission_rule,
                id=rule.id,
                profile=rule.profile,
                action=rule.action,
                allow=rule.allow,
                process=rule.process,
                situation=rule.situation,
                since_at=unit.now,
                since_by=unit.actor.id,
            )
        unit.record(about, "added", rules=len(preset.rules))
        added.append(preset.key)
    if added:
        unit.new_authority()
    return added


@dataclass(frozen=True)
class PrintSetup:
    """Make a one-time set-up token, if nobody has set the installation up yet."""


def print_setup(unit: Unit, _: PrintSetup) -> str | None:
    """A new set-up token (the one printed before stops working); None once it was used."""
    row = unit.connection.execute(select(setup)).one_or_none()
    if row is not None and row.used_at is not None:
        return None
    text = new_token().replace("tk_", "setup_", 1)
    if row is None:
        unit.insert("setup:first", setup, id="first", hash=hash_of(text), printed_at=unit.now)
    else:
        unit.update("setup:first", setup, {"id": "first"}, hash=hash_of(text), printed_at=unit.now)
    unit.record("setup:first", "printed")
    return text


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """Use the set-up token: the first administrator, a token to act with, and perhaps a password to sign in with."""

    setup_token: str
    login: str
    name: str
    profile: str = "administrador"
    password: Hashed | None = None
    tried: Try | None = None


def set_up(unit: Unit, ask: SetUp) -> str:
    """Add the first administrator and return a bearer token for them. Works once."""
    unit.replay()
    row = unit.connection.execute(select(setup).with_for_update()).one_or_none()
    if row is not None and row.used_at is not None:
        raise NotAuthenticated(
            "O token de instalação já foi usado: a instalação tem quem a administre. "
            "Emita outro token com `tramita token issue LOGIN`."
        )
    if row is None or bytes(row.hash) != hash_of(ask.setup_token):
        raise NotAuthenticated(
            "O token de instalação não é o mais novo: cada partida do servidor imprime outro, e só o último vale. "
            "Use esse, ou reinicie o servidor para imprimir um novo."
        )
    unit.update("setup:first", setup, {"id": "first"}, used_at=unit.now)
    unit.record("setup:first", "used")
    new = _add(unit, AddPerson(login=ask.login, name=ask.name, profile=ask.profile))
    if ask.password is not None:
        account = Account(id=new, login=ask.login, words=())
        put_password(unit, STAFF, account, ask.password, end_tokens=False)
    if ask.tried is not None:
        give_back(unit, ask.tried)
    return write_token(unit, new, "instalação")


def check_person(unit: Unit, ask: AddPerson, teams: Collection[str]) -> None:
    """Refuse a person who cannot be added as asked; `teams`: keys of the teams there are."""
    known = unit.catalogue
    wrong = []
    if not LOGIN.fullmatch(ask.login):
        wrong.append("login: use de 3 a 120 letras minúsculas, dígitos, ponto, hífen ou sublinhado")
    if not ask.name.strip():
        wrong.append("name: escreva o nome da pessoa")
    if (found := known.profiles.get(ask.profile)) is None or found.retired:
        wrong.append(f"profile: {ask.profile!r} não existe; existem {', '.join(sorted(known.profiles))}")
    if unknown := sorted(set(ask.teams) - set(teams)):
        wrong.append(f"teams: não existem {', '.join(unknown)}")
    if ask.email is not None and not EMAIL.fullmatch(ask.email):
        wrong.append("email: use um endereço como ana@empresa.com.br")
    if wrong:
        raise Invalid.of(wrong)
    if any(p.login == ask.login for p in known.people.values()):
        raise Conflict(f"Já existe uma pessoa com o login {ask.login!r}.")


def write_person(unit: Unit, ask: AddPerson) -> UUID:
    """Write a person who was checked; returns the new id."""
    new = new_id()
    unit.insert(
        f"person:{new}",
        person,
        id=new,
        login=ask.login,
        name=ask.name.strip(),
        profile=ask.profile,
        teams=sorted(set(ask.teams)),
        email=ask.email,
    )
    unit.record(f"person:{new}", "added", profile=ask.profile, teams=sorted(set(ask.teams)))
    unit.new_authority()
    return new


def _add(unit: Unit, ask: AddPerson) -> UUID:
    check_person(unit, ask, unit.catalogue.registries.teams)
    return write_person(unit, ask)
