"""What an imported folder says of customers, of people, and of who is in which team: weighed, and then written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from engine.db import new_id
from engine.errors import Invalid
from engine.people.adding import AddPerson, check_person, write_person
from engine.people.members import members_of, write_members
from engine.registry.asking import ask_of
from engine.registry.contacts import value_and_identity
from engine.registry.customers import PutCustomer, as_asked, changed_customer, row_of, write_customer, wrong_customer
from engine.registry.reaching import AddContactPoint, knows, write_contact_point

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from engine.unit import Unit


@dataclass(frozen=True)
class Weighed:
    """What becomes of one customer, person or team; `write` does it."""

    what: Literal["added", "changed"]
    key: str
    members: Mapping[str, list[Any]]
    write: Callable[[], object]


def weigh_customer(unit: Unit, told: Mapping[str, Any]) -> Weighed | None:
    """A customer with contact points, which are only added; None: nothing changes.

    Raises:
        Invalid: tells what is wrong.
    """
    ask = ask_of(PutCustomer, {name: value for name, value in told.items() if name != "contact_points"})
    if wrong := wrong_customer(ask):
        raise Invalid.of(wrong)
    row = row_of(unit, ask.key)
    points = list(_points(unit, row, ask, told.get("contact_points", ())))
    members = changed_customer(row, ask)
    if points:
        members["contact_points"] = [None, [point.kind for point in points]]

    def write() -> None:
        found = as_asked(unit, row, ask, write_customer(unit, row, ask))
        for point in points:
            found = write_contact_point(unit, found, point)

    return Weighed("added" if row is None else "changed", ask.key, members, write) if members else None


def _points(unit: Unit, row: Any, ask: PutCustomer, given: Any) -> Iterator[AddContactPoint]:
    if not isinstance(given, list | tuple) or not all(isinstance(point, dict) for point in given):
        raise Invalid("contact_points: use uma lista de tabelas.")
    known = as_asked(unit, row, ask, new_id() if row is None else row.id)
    for told in given:
        point = ask_of(AddContactPoint, {**told, "customer": ask.key})
        if not knows(known, point.kind, point.value):
            kept = {"kind": point.kind, "value": value_and_identity(point.kind, point.value)[0]}
            known = replace(known, contact_points=[*known.contact_points, kept])
            yield point


def weigh_person(
    unit: Unit, told: Mapping[str, Any], teams: Collection[str], members: Mapping[str, Sequence[str]]
) -> Weighed | None:
    """A person who is added, into the teams that name them too; None: somebody has the login already.

    Args:
        teams: keys of the teams there will be.
        members: team -> logins.

    Raises:
        Invalid: tells what is wrong.
    """
    if _known(unit, told["login"]):
        return None
    asked: AddPerson = ask_of(AddPerson, told)
    named = [team for team, logins in members.items() if asked.login in logins]
    ask = replace(asked, teams=sorted({*asked.teams, *named}))
    check_person(unit, ask, teams)
    shown = dict(told) | ({"teams": ask.teams} if ask.teams else {})
    return Weighed(
        "added", ask.login, {name: [None, value] for name, value in shown.items()}, lambda: write_person(unit, ask)
    )


def weigh_members(
    unit: Unit, given: Mapping[str, Sequence[str]], teams: Collection[str], newcomers: Collection[Any]
) -> tuple[list[Weighed], list[str]]:
    """The teams whose members change, and what is wrong: a team or a login that there is not. Nobody is made here.

    Args:
        given: team -> logins: those and nobody else.
        teams: keys of the teams there will be.
        newcomers: logins of people who are added along with it; their teams are written with them.
    """
    people = {one.login: one for one in unit.catalogue.people.values() if not one.ended}
    coming = {login for login in newcomers if not _known(unit, login)}
    found, wrong, wanted = [], [], {}
    for team, logins in given.items():
        if team not in teams:
            wrong.append(f"team_members/{team}: não há equipe {team!r}; cadastre-a em teams.")
            continue
        if unknown := sorted(set(logins) - people.keys() - coming):
            wrong.append(f"team_members/{team}: não há pessoas com estes logins: {', '.join(unknown)}.")
            continue
        before = [one.login for one in members_of(unit.catalogue, team)]
        wanted[team] = [people[login] for login in sorted(set(logins) & people.keys())]
        if (after := [one.login for one in wanted[team]]) != before:
            found.append(Weighed("changed", team, {"members": [before, after]}, _nothing))
    if found:
        # One row for each person, whatever number of teams name them.
        found[0] = replace(found[0], write=lambda: write_members(unit, wanted))
    return found, wrong


def _nothing() -> None:
    """It is written with the first one."""


def _known(unit: Unit, login: Any) -> bool:
    return any(one.login == login for one in unit.catalogue.people.values())
