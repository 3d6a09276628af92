"""Rights as of an instant: which rules held then, what scope a profile had, whose profile a person had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from engine.errors import Invalid
from engine.history import change_history, ticket_history
from engine.people.knowing import name_of
from engine.people.model import permission_rule, permission_rule_past
from permissions.decide import Rule, Rules

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.people.model import Person, Profile
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Since when a rule holds and who made it so; both None: from before this was kept."""

    at: datetime | None
    by: str | None

    def as_dict(self, unit: Unit, *, names: bool) -> dict[str, Any]:
        """For the answer; names only for those who may explain others' rights."""
        return {"changed_at": self.at, "changed_by": name_of(unit, self.by) if names and self.by else None}


def rules_at(unit: Unit, at: datetime, profiles: Collection[str]) -> tuple[Rules, dict[str, Stamp]]:
    """The rules of these profiles that held at an instant, and their stamps by id.

    Raises:
        Invalid: the instant is still to come.
    """
    if at > unit.now:
        raise Invalid("as_of: diga um instante que já passou; nada se sabe do que vem.", code="not_yet")
    now, past = permission_rule.c, permission_rule_past.c
    present = select(permission_rule).where(now.profile.in_(profiles), or_(now.since_at.is_(None), now.since_at <= at))
    gone = select(permission_rule_past).where(
        past.profile.in_(profiles), or_(past.since_at.is_(None), past.since_at <= at), past.until_at > at
    )
    rows = [*unit.connection.execute(present), *unit.connection.execute(gone)]
    return Rules.of(_rule(row) for row in rows), {row.id: Stamp(at=row.since_at, by=row.since_by) for row in rows}


def stamps(unit: Unit, rules: Collection[Rule]) -> dict[str, Stamp]:
    """The stamps of rules that hold now, by id."""
    if not rules:
        return {}
    wanted = permission_rule.c.id.in_([rule.id for rule in rules])
    columns = (permission_rule.c[name] for name in ("id", "since_at", "since_by"))
    rows = unit.connection.execute(select(*columns).where(wanted))
    return {row.id: Stamp(at=row.since_at, by=row.since_by) for row in rows}


def taken_away(unit: Unit, profile: str, actions: Collection[str], until: datetime) -> Sequence[Any]:
    """Rules about these actions that held once and were changed or taken away, the latest first."""
    past = permission_rule_past.c
    return unit.connection.execute(
        select(permission_rule_past)
        .where(past.profile == profile, past.action.in_(actions), past.until_at <= until)
        .order_by(past.until_at.desc())
        .limit(50)
    ).all()


def profile_at(unit: Unit, profile: Profile, at: datetime) -> Profile:
    """The profile with the scope it had then."""
    return replace(profile, scope=_before(unit, "profile", profile.key, "scope", at, profile.scope))


def person_at(unit: Unit, person: Person, at: datetime) -> Person:
    """The person with the profile and teams they had then."""
    key = str(person.id)
    return replace(
        person,
        profile=_before(unit, "person", key, "profile", at, person.profile),
        teams=frozenset(_before(unit, "person", key, "teams", at, sorted(person.teams))),
    )


def _before(unit: Unit, kind: str, key: str, member: str, at: datetime, now: Any) -> Any:
    """What a member was: the old value of its first change after that instant."""
    told = change_history.c
    later = select(told.detail).where(
        told.kind == kind, told.key == key, told.at > at, told.deed.in_(("changed", "altered"))
    )
    for detail in unit.connection.scalars(later.order_by(told.at, told.id)):
        if isinstance((detail or {}).get(member), list):
            return detail[member][0]
    return now


def place_at(unit: Unit, ticket_id: UUID, at: datetime) -> tuple[str, str] | None:
    """Where a ticket stood then: process and situation; None: it was not open yet."""
    told = ticket_history.c
    last = select(told.entered).where(told.ticket_id == ticket_id, told.at <= at, told.entered.is_not(None))
    entered = unit.connection.scalar(last.order_by(told.seq.desc()).limit(1))
    if entered is None:
        return None
    process, _, situation = entered.rpartition(":")
    return process, situation


def _rule(row: Any) -> Rule:
    return Rule(row.id, row.profile, row.action, row.allow, row.process, row.situation)
