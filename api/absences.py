"""Absences over HTTP: who is away, and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields

from api import commands
from api.openapi import Doors
from api.shapes import Instant, Shape, described, string
from api.ticket_shapes import instant
from engine.people.absences import (
    Absences,
    PlanAbsence,
    WithdrawAbsence,
    absences,
    plan_absence,
    withdraw_absence,
)

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.people.model import Absence
    from engine.unit import Answer, Unit

doors = Doors("absences", description="Who is away, and who stands in for them")


class AbsenceAsk(Shape):
    """From when until when, and who stands in."""

    deputy = string(120, 1, required=True, metadata={"description": "Login of who stands in."})
    from_at = Instant(required=True)
    until_at = Instant(required=True, **described("The first instant at which the person is there again."))


class AbsenceShape(Shape):
    """An absence that is not over."""

    id = fields.String(required=True)
    person = fields.String(required=True, **described("Login of who is away."))
    deputy = fields.String(required=True, **described("Login of who stands in."))
    from_at = instant()
    until_at = instant()


class AbsencesShape(Shape):
    """A person's absences that are not over, the first one first."""

    absences = fields.List(fields.Nested(AbsenceShape()), required=True)


_ASKED: Final = {
    "deputy": "bruno.lima",
    "from_at": "2026-03-09T08:00:00-03:00",
    "until_at": "2026-03-23T08:00:00-03:00",
}
_ONE: Final = {
    "id": "019a4d2e-9f00-7b21-8d11-6a7c8e9f0a1b",
    "person": "ana.souza",
    "deputy": "bruno.lima",
    "from_at": "2026-03-09T11:00:00Z",
    "until_at": "2026-03-23T11:00:00Z",
}


@doors.door("GET", "/people/<login>/absences", gives=AbsencesShape(), example={"absences": [_ONE]}, refusals=(404,))
def list_absences(login: str) -> Response:
    """List a person's absences.

    One's own need no right.
    """
    return commands.shown({"absences": commands.read(_told, Absences(login=login))})


@doors.door(
    "POST",
    "/people/<login>/absences",
    takes=AbsenceAsk(),
    taken=_ASKED,
    status=201,
    gives=AbsenceShape(),
    example=_ONE,
    refusals=(404, 409),
)
def plan_an_absence(asked: dict[str, Any], login: str) -> Response:
    """Plan an absence.

    One's own needs no right. While it lasts, new work meant for the person goes to the deputy if they are of its
    team, and the deputy acts on what the person has; the history says in whose place.
    """
    return commands.run(_plan, PlanAbsence(login=login, **asked), lambda told: commands.answer(201, told))


@doors.door("DELETE", "/absences/<uuid:absence>", gives=AbsenceShape(), example=_ONE, refusals=(404,))
def withdraw_an_absence(absence: UUID) -> Response:
    """Take an absence back, planned or under way.

    What the deputy has got meanwhile stays theirs.
    """
    return commands.run(_withdraw, WithdrawAbsence(absence=absence), _answer)


def _plan(unit: Unit, ask: PlanAbsence) -> dict[str, Any]:
    return _one(unit, plan_absence(unit, ask))


def _withdraw(unit: Unit, ask: WithdrawAbsence) -> dict[str, Any]:
    return _one(unit, withdraw_absence(unit, ask))


def _told(unit: Unit, ask: Absences) -> list[dict[str, Any]]:
    return [_one(unit, one) for one in absences(unit, ask)]


def _one(unit: Unit, one: Absence) -> dict[str, Any]:
    people = unit.catalogue.people
    return {
        "id": str(one.id),
        "person": people[one.person_id].login,
        "deputy": people[one.deputy_id].login,
        "from_at": one.from_at,
        "until_at": one.until_at,
    }


def _answer(told: dict[str, Any]) -> Answer:
    return commands.answer(200, told)
