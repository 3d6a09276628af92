"""People over HTTP: set-up, persons, who comes and goes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import g
from marshmallow import fields

from api import commands, examples
from api.auth import engine
from api.link_pages import link_of
from api.openapi import Doors
from api.sessions import address
from api.shapes import Shape, described, string
from api.sign_in_shapes import LINK, AccessLinkAsk, AccessLinkShape, SessionsEndedShape, new_password
from api.tokens import TokenShape, token_answer
from engine.actors import DOOR
from engine.people.accounts import STAFF
from engine.people.adding import AddPerson, SetUp, add_person, set_up
from engine.people.altering import AlterPerson, alter_person
from engine.people.attempts import Try, admit
from engine.people.leaving import Deactivate, Reactivate, deactivate, reactivate
from engine.people.links import MakeLink, make_link
from engine.people.passwords import hashed
from engine.people.queries import ListPeople, Myself, list_people, myself
from engine.people.sessions import EndSessionsOf, end_of
from engine.queues.handing_back import hand_back

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.people.links import Made, Purpose
    from engine.people.model import Person
    from engine.unit import Answer

doors = Doors("people", description="People, their one profile, who comes and goes")
setup = Doors("setup", description="The first administrator, once", public=True)


class PersonShape(Shape):
    """Somebody who may act."""

    login = fields.String(required=True)
    name = fields.String(required=True)
    profile = fields.String(required=True)
    teams = fields.List(fields.String(), required=True)
    email = fields.String(required=True, allow_none=True)
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
    email = string(254, 3, allow_none=True, load_default=None, **described("Where links are mailed to."))


class PersonChanges(Shape):
    """What shall be different; what is left out stays."""

    login = string(120, 1, metadata={"description": "Lower-case letters, digits, `.`, `_`, `-`."})
    name = string(200, 1)
    profile = string(80, 1, metadata={"description": "Key of a profile."})
    teams = fields.List(string(80), **described("Keys of teams: those and no others."))
    email = string(254, 3, allow_none=True, **described("Where links are mailed to."))


class ReturnedShape(Shape):
    """What went back to queues."""

    tickets = fields.Integer(required=True)
    activities = fields.Integer(required=True)
    more = fields.Boolean(required=True, **described("There is more: the scheduler goes on with it."))


class DeactivatedShape(PersonShape):
    """Somebody who may act no longer."""

    returned = fields.Nested(ReturnedShape(), required=True)


class SetUpAsk(Shape):
    """Who shall be the first administrator."""

    setup_token = string(200, 1, required=True, metadata={"description": "Printed by the server when it started."})
    login = string(120, 1, required=True)
    name = string(200, 1, required=True)
    password = new_password(load_default=None, allow_none=True)


@setup.door(
    "POST",
    "/setup",
    takes=SetUpAsk(),
    taken=examples.SET_UP,
    status=201,
    gives=TokenShape(),
    example={"token": examples.TOKEN},
    refusals=(401, 409, 429),
)
def set_up_installation(asked: dict[str, Any]) -> Response:
    """Set the installation up.

    Adds the first administrator and answers a token to act with; with a `password` they can sign in too. Works once,
    with the token the server printed.
    """
    tried = Try(kind="setup", address=address())
    engine().run(admit, tried, actor=DOOR)
    text = asked.pop("password")
    words = (asked["login"], asked["name"])
    ask = SetUp(**asked, password=None if text is None else hashed(engine().settings, text, words), tried=tried)
    return commands.run(set_up, ask, token_answer, actor=DOOR, secret=asked["setup_token"])


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
        return commands.answer(201, body | {"email": ask.email, "ended": False})

    return commands.run(add_person, ask, added)


@doors.door(
    "PATCH",
    "/people/<login>",
    takes=PersonChanges(),
    taken={"profile": "supervisor", "teams": ["atendimento", "assistencia"]},
    gives=PersonShape(),
    example=examples.PERSON | {"profile": "supervisor", "teams": ["assistencia", "atendimento"]},
    refusals=(404, 409),
)
def alter_a_person(asked: dict[str, Any], login: str) -> Response:
    """Alter a person.

    Rights follow the profile from the next request on. The last one who may manage people keeps that right.
    """
    return commands.run(alter_person, AlterPerson(login=login, changes=asked), _told)


@doors.door(
    "POST",
    "/people/<login>/deactivate",
    takes=Shape(),
    taken={},
    gives=DeactivatedShape(),
    example=examples.PERSON | {"ended": True, "returned": {"tickets": 12, "activities": 3, "more": False}},
    refusals=(404, 409),
    key=False,
)
def deactivate_a_person(asked: dict[str, Any], login: str) -> Response:
    """Deactivate a person.

    Password, sessions, tokens and links end at once, everywhere. Tickets and activities that they had go back to
    their queues, each with its history; where that is much, the scheduler does the rest.
    """
    del asked
    found = engine().run(deactivate, Deactivate(login=login), actor=g.actor)
    done = hand_back(engine(), found.id)
    return commands.shown(_person(found) | {"returned": asdict(done)})


@doors.door(
    "POST",
    "/people/<login>/reactivate",
    takes=Shape(),
    taken={},
    gives=PersonShape(),
    example=examples.PERSON,
    refusals=(404, 409),
)
def reactivate_a_person(asked: dict[str, Any], login: str) -> Response:
    """Let a person come back.

    With the profile and teams they had. Invite them, or issue a token: what they had ended.
    """
    del asked
    return commands.run(reactivate, Reactivate(login=login), _told)


@doors.door(
    "POST",
    "/people/<login>/invitation",
    takes=AccessLinkAsk(),
    taken={"mail": False},
    status=201,
    gives=AccessLinkShape(),
    example=LINK,
    refusals=(404, 409),
)
def invite_a_person(asked: dict[str, Any], login: str) -> Response:
    """Invite a person.

    To set a first password. The link is told this once; the ones before are good no longer.
    """
    return _link("invitation", login, asked)


@doors.door(
    "POST",
    "/people/<login>/password-reset",
    takes=AccessLinkAsk(),
    taken={"mail": True},
    status=201,
    gives=AccessLinkShape(),
    example={name: text.replace("inv_", "res_").replace("convite", "nova-senha") for name, text in LINK.items()},
    refusals=(404, 409),
)
def reset_a_password(asked: dict[str, Any], login: str) -> Response:
    """Let a person set a new password without the present one.

    Until the link is used the present password goes on.
    """
    return _link("reset", login, asked)


@doors.door(
    "DELETE",
    "/people/<login>/sessions",
    gives=SessionsEndedShape(),
    example={"ended": 2},
    refusals=(404,),
    key=False,
)
def end_a_persons_sessions(login: str) -> Response:
    """End every session of a person."""
    ask = EndSessionsOf(login=login)
    return commands.run(end_of, ask, lambda ended: commands.answer(200, {"ended": ended}))


def _link(purpose: Purpose, login: str, asked: dict[str, Any]) -> Response:
    ask = MakeLink(directory=STAFF, login=login, purpose=purpose, **asked)

    def made(found: Made) -> Answer:
        link = link_of(engine().settings, purpose, found.text)
        return commands.answer(201, {"link": link, "token": found.text, "ends_at": found.ends_at})

    return commands.run(make_link, ask, made, secret=g.secret)


def _told(person: Person) -> Answer:
    return commands.answer(200, _person(person))


def _person(person: Person) -> dict[str, Any]:
    return {
        "login": person.login,
        "name": person.name,
        "profile": person.profile,
        "teams": sorted(person.teams),
        "email": person.email,
        "ended": person.ended,
    }
