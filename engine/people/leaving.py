"""Deactivate a person, whose every way in ends with that, and let them come back; never the last administrator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import Conflict, NotFound
from engine.people.access import end_access, stored_hash
from engine.people.accounts import STAFF
from engine.people.credentials import password
from engine.people.model import person as people
from engine.rights import insist
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from engine.people.model import Person
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Deactivate:
    """Somebody leaves."""

    login: str


def deactivate(unit: Unit, ask: Deactivate) -> Person:
    """End the person's password, sessions, tokens and links; what they had to do goes back to queues afterwards.

    Somebody who has left already stays as they are: whoever asks again goes on with the queues.

    Raises:
        NotPermitted, NotFound, Conflict: nothing is changed.
    """
    unit.replay()
    insist(unit, Action.PEOPLE_MANAGE)
    found = _called(unit, ask.login)
    if found.ended:
        return found
    insist_on_an_administrator(unit, but=found, profile=None)
    about = f"person:{found.id}"
    account = STAFF.account(unit, found.id)
    if stored_hash(unit, STAFF, account, lock=True) is not None:
        unit.delete(about, password, account_kind=STAFF.kind, account_id=found.id)
    end_access(unit, STAFF, found.id, tokens=True)
    unit.update(about, people, {"id": found.id}, ended_at=unit.now)
    unit.record(about, "deactivated")
    unit.new_authority()
    return replace(found, ended=True)


@dataclass(frozen=True, kw_only=True)
class Reactivate:
    """Somebody comes back."""

    login: str


def reactivate(unit: Unit, ask: Reactivate) -> Person:
    """Let them act again, with the profile and teams they had; an invitation or a token lets them in.

    Raises:
        NotPermitted, NotFound, Conflict: nothing is changed.
    """
    unit.replay()
    insist(unit, Action.PEOPLE_MANAGE)
    found = _called(unit, ask.login)
    if not found.ended:
        raise Conflict(f"{ask.login!r} já está ativo.", code="active_already")
    about = f"person:{found.id}"
    unit.update(about, people, {"id": found.id}, ended_at=None)
    unit.record(about, "reactivated")
    unit.new_authority()
    return replace(found, ended=False)


def insist_on_an_administrator(unit: Unit, *, but: Person, profile: str | None) -> None:
    """Refuse to leave nobody who may manage people.

    Two such changes at once meet at the authority number: the second one is looked at again.

    Args:
        but: who will have another profile, `profile`, or (None) will not act any more.
    """
    rules = unit.catalogue.rules.within(None)

    def manages(key: str) -> bool:
        return bool(decide(rules, key, Action.PEOPLE_MANAGE))

    if not manages(but.profile) or (profile is not None and manages(profile)):
        return
    others = (one for one in unit.catalogue.people.values() if one.id != but.id and not one.ended)
    if not any(manages(one.profile) for one in others):
        raise Conflict(
            f"{but.name} é a última pessoa que pode manter usuários. Dê antes esse direito a outra.",
            code="last_administrator",
        )


def _called(unit: Unit, login: str) -> Person:
    """The person with that login, who may have left."""
    found: Person | None = next((one for one in unit.catalogue.people.values() if one.login == login), None)
    if found is None:
        raise NotFound(f"Não há pessoa com o login {login!r}.")
    return found
