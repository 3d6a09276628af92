"""Who belongs to a team: read and set from the team's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import Invalid, NotFound
from engine.people.model import person
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.people.model import Person
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ReadMembers:
    """The members of a team."""

    team: str


def read_members(unit: Unit, ask: ReadMembers) -> list[Person]:
    """Who belongs to the team and may still act, by login."""
    known = unit.catalogue
    insist(unit, Action.REGISTRY_READ)
    _insist_on(known, ask.team)
    return _members(known, ask.team)


@dataclass(frozen=True, kw_only=True)
class SetMembers:
    """The members a team shall have: those and nobody else.

    Attributes:
        logins: of people who may act.
    """

    team: str
    logins: Sequence[str]


def set_members(unit: Unit, ask: SetMembers) -> list[Person]:
    """Set the team's members; returns them by login. What they are responsible for stays theirs."""
    unit.replay()
    insist(unit, Action.REGISTRY_MANAGE, narrowed="teams")
    known = unit.catalogue
    _insist_on(known, ask.team)
    people = {p.login: p for p in known.people.values() if not p.ended}
    if unknown := sorted(set(ask.logins) - people.keys()):
        raise Invalid(f"members: não há pessoas com estes logins: {', '.join(unknown)}.", code="person_unknown")
    wanted = [people[login] for login in sorted(set(ask.logins))]
    before = _members(known, ask.team)
    joined = [p for p in wanted if p not in before]
    left = [p for p in before if p not in wanted]
    for one in (*joined, *left):
        teams = one.teams | {ask.team} if one in joined else one.teams - {ask.team}
        about = f"person:{one.id}"
        unit.update(about, person, {"id": one.id}, teams=sorted(teams))
        unit.record(about, "changed", teams=[sorted(one.teams), sorted(teams)])
    if joined or left:
        unit.record(f"team:{ask.team}", "members_changed", joined=_ids(joined), left=_ids(left))
        unit.new_authority()
    return wanted


def _members(known: Any, team: str) -> list[Person]:
    return sorted((p for p in known.people.values() if team in p.teams and not p.ended), key=lambda p: p.login)


def _ids(people: Sequence[Person]) -> list[str]:
    return [str(one.id) for one in people]


def _insist_on(known: Any, team: str) -> None:
    if team not in known.registries.teams:
        raise NotFound(f"Não há teams/{team}.")
