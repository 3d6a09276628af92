"""Absences: while somebody is away a deputy stands in, gets their new work and acts on what they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.db import new_id
from engine.errors import Conflict, Invalid, NotFound
from engine.people.model import Absence, absence
from engine.people.tokens import person_called
from engine.rights import insist, insist_on_whole
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.people.model import Person
    from engine.unit import Unit

NOBODY: frozenset[UUID] = frozenset()


def stands_in_for(unit: Unit) -> frozenset[UUID]:
    """The people whom the actor stands in for now.

    Before the unit's first SELECT this is what was true last, as with `unit.foreseen`.
    """
    given = unit.foreseen.absences.by_deputy.get(unit.actor.user_id)
    return NOBODY if not given else frozenset(one.person_id for one in given if one.lasts(unit.now))


def on_duty(unit: Unit, person: Person, team: str | None) -> Person:
    """Who gets new work that is meant for a person: the deputy while they are away, if of the same team.

    The history of the ticket tells whom it was meant for. A deputy who is away too does not pass it on: a chain would
    end with somebody whom nobody has chosen.
    """
    away = next((one for one in unit.catalogue.absences.by_person.get(person.id, ()) if one.lasts(unit.now)), None)
    if away is None:
        return person
    deputy: Person | None = unit.catalogue.people.get(away.deputy_id)
    if deputy is None or deputy.ended or is_away(unit, deputy.id) or (team and team not in deputy.teams):
        return person
    unit.along = {**unit.along, "meant_for": str(person.id)}
    return deputy


def is_away(unit: Unit, person_id: UUID) -> bool:
    """Whether the person is away now."""
    return any(one.lasts(unit.now) for one in unit.catalogue.absences.by_person.get(person_id, ()))


@dataclass(frozen=True, kw_only=True)
class PlanAbsence:
    """Somebody will be away.

    Attributes:
        login: whose absence; None: the actor's own.
        deputy: login of who stands in.
        until_at: the first instant at which they are there again.
    """

    deputy: str
    from_at: datetime
    until_at: datetime
    login: str | None = None


def plan_absence(unit: Unit, ask: PlanAbsence) -> Absence:
    """Plan an absence, one's own or, with the right, somebody else's.

    Raises:
        NotPermitted, NotFound, Invalid, Conflict: nothing is stored.
    """
    unit.replay()
    person = _whose(unit, ask.login)
    deputy = next((p for p in unit.catalogue.people.values() if p.login == ask.deputy and not p.ended), None)
    wrong = []
    if deputy is None:
        wrong.append(f"deputy: não há pessoa com o login {ask.deputy!r}")
    elif deputy.id == person.id:
        wrong.append("deputy: escolha outra pessoa")
    if ask.until_at <= max(ask.from_at, unit.now):
        wrong.append("until_at: use um instante depois de agora e de from_at")
    if wrong or deputy is None:
        raise Invalid("; ".join(wrong) + ".")
    new = Absence(id=new_id(), person_id=person.id, deputy_id=deputy.id, from_at=ask.from_at, until_at=ask.until_at)
    for one in unit.catalogue.absences.by_person.get(person.id, ()):
        if one.from_at < new.until_at and new.from_at < one.until_at:
            raise Conflict(
                "Já há uma ausência neste período. Retire-a antes, ou escolha outro.", code="absence_overlaps"
            )
    about = f"person:{person.id}"
    unit.insert(
        about,
        absence,
        id=new.id,
        person_id=new.person_id,
        deputy_id=new.deputy_id,
        from_at=new.from_at,
        until_at=new.until_at,
    )
    times = {"from_at": new.from_at.isoformat(), "until_at": new.until_at.isoformat()}
    unit.record(about, "absence_planned", absence=str(new.id), deputy=str(deputy.id), **times)
    unit.new_authority()
    return new


@dataclass(frozen=True, kw_only=True)
class Absences:
    """Absences that are not over; `login`: whose; None: the actor's own."""

    login: str | None = None


def absences(unit: Unit, ask: Absences) -> Sequence[Absence]:
    """A person's absences that are not over, the first one first."""
    person = _whose(unit, ask.login, reading=True)
    found: Sequence[Absence] = unit.catalogue.absences.by_person.get(person.id, ())
    return sorted((one for one in found if one.until_at > unit.now), key=lambda one: one.from_at)


@dataclass(frozen=True, kw_only=True)
class WithdrawAbsence:
    """Take an absence back, planned or under way: the person is there."""

    absence: UUID


def withdraw_absence(unit: Unit, ask: WithdrawAbsence) -> Absence:
    """Withdraw it; what the deputy has got meanwhile stays theirs.

    Raises:
        NotPermitted, NotFound: nothing is changed.
    """
    unit.replay()
    known = unit.catalogue
    row: Any = next((one for each in known.absences.by_person.values() for one in each if one.id == ask.absence), None)
    if row is None or row.person_id != unit.actor.user_id:
        insist(unit, Action.PEOPLE_MANAGE)
    insist_on_whole(unit)
    if row is None or row.until_at <= unit.now:
        raise NotFound("Não há ausência com este nome, ou ela já terminou.")
    about = f"person:{row.person_id}"
    unit.update(about, absence, {"id": row.id}, withdrawn_at=unit.now)
    unit.record(about, "absence_withdrawn", absence=str(row.id))
    unit.new_authority()
    found: Absence = row
    return found


@dataclass(frozen=True)
class Away:
    """All absences that were not withdrawn, by who is away and by who stands in."""

    by_person: dict[UUID, list[Absence]]
    by_deputy: dict[UUID | None, list[Absence]]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Away:
        """From rows of `absence`."""
        found = cls({}, {})
        for row in rows:
            one = Absence(
                id=row.id,
                person_id=row.person_id,
                deputy_id=row.deputy_id,
                from_at=row.from_at,
                until_at=row.until_at,
            )
            found.by_person.setdefault(one.person_id, []).append(one)
            found.by_deputy.setdefault(one.deputy_id, []).append(one)
        return found


STANDING = select(absence).where(absence.c.withdrawn_at.is_(None)).order_by(absence.c.from_at)


def _whose(unit: Unit, login: str | None, *, reading: bool = False) -> Person:
    known = unit.catalogue
    own = known.people.get(unit.actor.user_id)
    if own is not None and login in {None, own.login}:
        if not reading:
            insist_on_whole(unit)
        found: Person = own
        return found
    insist(unit, Action.PEOPLE_READ if reading else Action.PEOPLE_MANAGE)
    if login is None:
        raise Invalid("login: diga de quem.")
    return person_called(unit, login)
