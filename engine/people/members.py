"""Who belongs to a team: read and set from the team's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import Invalid, NotFound
from engine.people.model import person
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

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
    return members_of(known, ask.team)


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
        told = f"members: não há pessoas com estes logins: {', '.join(unknown)}"
        raise Invalid.of([told], code="person_unknown")
    wanted = [people[login] for login in sorted(set(ask.logins))]
    write_members(unit, {ask.team: wanted})
    return wanted


def write_members(unit: Unit, wanted: Mapping[str, Sequence[Person]]) -> None:
    """Write the members that teams shall have, and the history of each team and person that this changes."""
    known = unit.catalogue
    teams: dict[UUID, set[str]] = {}
    changed = False
    for team, people in wanted.items():
        before = members_of(known, team)
        joined = [p for p in people if p not in before]
        left = [p for p in before if p not in people]
        for one in joined:
            teams.setdefault(one.id, set(one.teams)).add(team)
        for one in left:
            teams.setdefault(one.id, set(one.teams)).discard(team)
        if joined or left:
            changed = True
            unit.record(f"team:{team}", "members_changed", joined=_ids(joined), left=_ids(left))
    for person_id, after in teams.items():
        about = f"person:{person_id}"
        unit.update(about, person, {"id": person_id}, teams=sorted(after))
        unit.record(about, "changed", teams=[sorted(known.people[person_id].teams), sorted(after)])
    if changed:
        unit.new_authority()


def members_of(known: Any, team: str) -> list[Person]:
    """Who belongs to the team and may still act, by login."""
    return sorted((p for p in known.people.values() if team in p.teams and not p.ended), key=lambda p: p.login)


def _ids(people: Sequence[Person]) -> list[str]:
    return [str(one.id) for one in people]


def _insist_on(known: Any, team: str) -> None:
    if team not in known.registries.teams:
        raise NotFound(f"Não há teams/{team}.")
