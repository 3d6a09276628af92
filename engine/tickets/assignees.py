"""Whom something in a ticket is given to: a team, a person, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Invalid, Reason
from engine.people.absences import on_duty

if TYPE_CHECKING:
    from uuid import UUID

    from engine.unit import Unit


def assignee(
    unit: Unit, team: str | None, login: str | None, *, in_person: bool = False
) -> tuple[str | None, UUID | None]:
    """The team's key and the person's id; of who is away it is the deputy's.

    Args:
        in_person: it stays with the person named, also while they are away.

    Raises:
        Invalid: names everything that is not registered, or does not go together.
    """
    wrong = []
    teams = unit.catalogue.registries.teams
    if team is not None and (team not in teams or teams[team].retired):
        offered = ", ".join(sorted(key for key, one in teams.items() if not one.retired)[:20])
        wrong.append(f"team: {team!r} não está cadastrado; existem {offered}")
    person = next((p for p in unit.catalogue.people.values() if p.login == login and not p.ended), None)
    if login is not None and person is None:
        wrong.append(f"responsible: não há pessoa com o login {login!r}")
    elif person is not None and team is not None and not wrong and team not in person.teams:
        wrong.append(f"responsible: {person.name} não é da equipe {teams[team].label}")
    if wrong:
        raise Invalid.of(wrong)
    if person is None:
        return team, None
    return team, person.id if in_person else on_duty(unit, person, team).id


def nobody() -> Invalid:
    """It is for nobody."""
    fix = "Envie team, responsible ou ambos."
    return Invalid.because(Reason(code="nobody", detail="Falta dizer para quem é.", fix=fix))
