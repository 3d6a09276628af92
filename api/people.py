"""People over HTTP: set-up, persons, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import g
from marshmallow import fields

from api import commands, examples
from api.auth import DOOR
from api.openapi import Doors
from api.shapes import Shape, Whole, described, string
from engine.people.adding import AddPerson, IssueToken, SetUp, add_person, issue_token, set_up
from engine.people.queries import ListPeople, Myself, list_people, myself

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.people.model import Person
    from engine.unit import Answer

doors = Doors("people", description="People, their one profile, their tokens")
setup = Doors("setup", description="The first administrator, once", public=True)


class PersonShape(Shape):
    """Somebody who may act."""

    login = fields.String(required=True)
    name = fields.String(required=True)
    profile = fields.String(required=True)
    teams = fields.List(fields.String(), required=True)
    ended = fields.Boolean(required=True)


class PeopleShape(Shape):
    """Everybody, by login."""

    people = fields.List(fields.Nested(PersonShape()), required=True)


class PersonAsk(Shape):
    """Somebody to be added."""

    login = string(120, 1, required=True, metadata={"description": "Lower-case letters, digits, `.`, `_`, `-`."})
    name = string(200, 1, required=True)
    profile = string(80, 1, required=True, metadata={"description": "Key of a profile."})
    teams = fields.List(string(80), load_default=list, **described("Keys of teams."))


class TokenAsk(Shape):
    """What the token is for, and how long it lasts."""

    label = string(200, 1, required=True)
    days = Whole(1, 3660, allow_none=True, load_default=None, **described("Default: until it is revoked."))


class TokenShape(Shape):
    """A token; it is told this once and never stored."""

    token = fields.String(required=True)


class SetUpAsk(Shape):
    """Who shall be the first administrator."""

    setup_token = string(200, 1, required=True, metadata={"description": "Printed by the server when it started."})
    login = string(120, 1, required=True)
    name = string(200, 1, required=True)


@setup.door(
    "POST",
    "/setup",
    takes=SetUpAsk(),
    taken=examples.SET_UP,
    status=201,
    gives=TokenShape(),
    example={"token": examples.TOKEN},
    refusals=(401, 409),
)
def set_up_installation(asked: dict[str, Any]) -> Response:
    """Set the installation up.

    Adds the first administrator and answers a token to act with. Works once, with the token the server printed.
    """
    return commands.run(set_up, SetUp(**asked), _token, actor=DOOR, secret=asked["setup_token"])


def _token(text: str) -> Answer:
    return commands.answer(201, {"token": text})


@doors.door("GET", "/me", gives=PersonShape(), example=examples.PERSON)
def who_am_i() -> Response:
    """Read who the token stands for."""
    return commands.shown(_person(commands.read(myself, Myself())))


@doors.door("GET", "/people", gives=PeopleShape(), example={"people": [examples.PERSON]})
def read_people() -> Response:
    """List people."""
    return commands.shown({"people": [_person(one) for one in commands.read(list_people, ListPeople())]})


@doors.door(
    "POST",
    "/people",
    takes=PersonAsk(),
    taken=examples.PERSON_ASK,
    status=201,
    gives=PersonShape(),
    example=examples.PERSON,
    refusals=(409,),
)
def add_a_person(asked: dict[str, Any]) -> Response:
    """Add a person.

    With exactly one profile. A token is issued apart.
    """
    ask = AddPerson(**asked)

    def added(_: UUID) -> Answer:
        body = {"login": ask.login, "name": ask.name.strip(), "profile": ask.profile, "teams": sorted(ask.teams)}
        return commands.answer(201, body | {"ended": False})

    return commands.run(add_person, ask, added)


@doors.door(
    "POST",
    "/people/<login>/tokens",
    takes=TokenAsk(),
    taken=examples.TOKEN_ASK,
    status=201,
    gives=TokenShape(),
    example={"token": examples.TOKEN},
    refusals=(404,),
)
def issue_a_token(asked: dict[str, Any], login: str) -> Response:
    """Issue a token for a person.

    Told this once: only its SHA-256 is stored.
    """
    days = asked.pop("days")
    ask = IssueToken(login=login, lasts=timedelta(days=days) if days else None, **asked)
    return commands.run(issue_token, ask, _token, secret=g.token)


def _person(person: Person) -> dict[str, Any]:
    return {
        "login": person.login,
        "name": person.name,
        "profile": person.profile,
        "teams": sorted(person.teams),
        "ended": person.ended,
    }
