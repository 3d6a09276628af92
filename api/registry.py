"""Registries over HTTP: lists, entries with their history, members of teams."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api import commands, examples
from api import registry_examples as shown
from api.openapi import Doors
from api.registry_shapes import (
    EntryAsk,
    MembersAsk,
    MembersShape,
    PlaceholdersShape,
    RegistriesShape,
    RegistryQuery,
    UsedEntryShape,
    WholeEntryShape,
)
from engine.people.members import ReadMembers, SetMembers, read_members, set_members
from engine.registry.model import KINDS
from engine.registry.putting import Put, put
from engine.registry.queries import ReadEntry, ReadRegistry, read_entry, read_registry
from engine.registry.replies import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from engine.people.model import Person
    from engine.registry.queries import EntryRead
    from engine.unit import Answer, Unit

doors = Doors("registry", description="Teams, subjects, developments, priorities, standard replies, own fields …")
_ONE = f"<any({','.join(KINDS)}):kind>"


@doors.door("GET", "/registry", query=RegistryQuery(), gives=RegistriesShape(), example=shown.REGISTRIES)
def read_registries(query: dict[str, Any]) -> Response:
    """Read all registries.

    In the order of their keys, priorities in that of their positions; what was retired only on demand.
    """
    return commands.shown(commands.read(_entries, ReadRegistry(retired=query["retired"] == "true")))


@doors.door(
    "GET", f"/registry/{_ONE}", query=RegistryQuery(), gives=RegistriesShape(), example=shown.TEAMS, refusals=(404,)
)
def read_one_registry(query: dict[str, Any], kind: str) -> Response:
    """Read one registry."""
    return commands.shown(commands.read(_entries, ReadRegistry(registry=kind, retired=query["retired"] == "true")))


def _entries(unit: Unit, ask: ReadRegistry) -> Mapping[str, Sequence[Any]]:
    return {name: [asdict(entry) for entry in entries] for name, entries in read_registry(unit, ask).items()}


@doors.door("GET", f"/registry/{_ONE}/<key>", gives=WholeEntryShape(), example=shown.WHOLE_ENTRY, refusals=(404,))
def read_one_entry(kind: str, key: str) -> Response:
    """Read one entry with its history.

    And with who refers to it: entries of other registries, people, open tickets. Of calendars and policies every
    version is told, with the days on which it holds.
    """
    found: EntryRead = commands.read(read_entry, ReadEntry(registry=kind, key=key))
    held = {} if found.versions is None else {"versions": found.versions}
    return commands.shown(asdict(found.entry) | {"used_by": found.used_by, "history": found.history} | held)


@doors.door(
    "PUT",
    f"/registry/{_ONE}/<key>",
    takes=EntryAsk(),
    taken=examples.ENTRY,
    gives=UsedEntryShape(),
    example=shown.USED_SUBJECT,
    refusals=(404, 409),
)
def put_entry(asked: dict[str, Any], kind: str, key: str) -> Response:
    """Put an entry into a registry: new, changed or retired.

    A key never changes; a subsubject's is `<subject>.<own key>`, a block's `<development>.<own key>`, a unit's
    `<development>.<block>.<own key>` or `<development>.<own key>`. What refers to an entry that is retired keeps it:
    `used_by` says who. What would end versions of a calendar or policy that begin later is refused with 409, unless
    `replaces_later`.
    """
    return commands.run(put, Put(registry=kind, key=key, values=asked), _entry)


def _entry(entry: dict[str, Any]) -> Answer:
    return commands.answer(200, entry)


@doors.door("GET", "/registry/teams/<key>/members", gives=MembersShape(), example=shown.MEMBERS, refusals=(404,))
def read_team_members(key: str) -> Response:
    """Read who belongs to a team."""
    return commands.shown(_members(commands.read(read_members, ReadMembers(team=key))))


@doors.door(
    "PUT",
    "/registry/teams/<key>/members",
    takes=MembersAsk(),
    taken=shown.MEMBERS_ASK,
    gives=MembersShape(),
    example=shown.MEMBERS,
    refusals=(404,),
)
def set_team_members(asked: dict[str, Any], key: str) -> Response:
    """Say who belongs to a team, and nobody else.

    Who leaves stays responsible for what they were responsible for.
    """
    ask = SetMembers(team=key, logins=asked["members"])
    return commands.run(set_members, ask, lambda people: commands.answer(200, _members(people)))


def _members(people: Sequence[Person]) -> dict[str, Any]:
    return {"members": [{"login": one.login, "name": one.name} for one in people]}


@doors.door("GET", "/placeholders", gives=PlaceholdersShape(), example=shown.PLACEHOLDERS)
def list_placeholders() -> Response:
    """List what standard replies may hold between double braces."""
    return commands.shown({"placeholders": [{"name": n, "label": label} for n, label in PLACEHOLDERS.items()]})
