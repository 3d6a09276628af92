"""Look over all rights: those nobody used, rules whose situation is gone, profiles that are all but the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import or_, select

from engine.history import change_history, ticket_history
from engine.people.model import permission_rule
from engine.permits.places import counts, label_once, places
from engine.permits.profiles import people_with
from engine.rights import insist
from engine.runtime.movement import Place
from permissions.actions import Action, parse
from permissions.cells import Cell, nearly_alike
from permissions.decide import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.permits.places import Shown
    from engine.unit import Unit
    from permissions.decide import Rule

UNUSED_FOR: Final = timedelta(days=90)
# What each deed of a ticket's history shows to have been used. An alteration may have used any of its rights.
USES: Final[Mapping[str, frozenset[Action]]] = {
    "opened": frozenset({Action.TICKET_OPEN}),
    "moved": frozenset({Action.TICKET_MOVE, Action.TICKET_FILL}),
    "relocated": frozenset({Action.TICKET_RELOCATE}),
    "released": frozenset({Action.TICKET_WAIVE}),
    "altered": frozenset({Action.TICKET_ALTER, Action.TICKET_FILL, Action.TICKET_FORWARD, Action.TICKET_PUBLISH}),
    "next_action": frozenset({Action.TICKET_NEXT_ACTION}),
    "noted": frozenset({Action.TICKET_NOTE}),
    "replied": frozenset({Action.TICKET_REPLY}),
    "recorded": frozenset({Action.TICKET_RECORD}),
    "linked": frozenset({Action.TICKET_LINK}),
    "unlinked": frozenset({Action.TICKET_LINK}),
    "cloned": frozenset({Action.TICKET_CLONE, Action.TICKET_OPEN}),
    "task_created": frozenset({Action.TICKET_TASK}),
    "visit_proposed": frozenset({Action.VISIT_SCHEDULE}),
    "visit_scheduled": frozenset({Action.VISIT_SCHEDULE}),
    "visit_rescheduled": frozenset({Action.VISIT_SCHEDULE}),
    "visit_cancelled": frozenset({Action.VISIT_SCHEDULE}),
    "visit_done": frozenset({Action.VISIT_CONCLUDE}),
    "visit_missed": frozenset({Action.VISIT_CONCLUDE}),
    "assistance_accepted": frozenset({Action.ASSISTANCE_ACCEPT}),
    "assistance_refused": frozenset({Action.ASSISTANCE_ACCEPT}),
    "participant_invited": frozenset({Action.TICKET_INVITE}),
    "participant_removed": frozenset({Action.TICKET_INVITE}),
}
JUDGED: Final = frozenset[Action]().union(*USES.values()) | {Action.PERMISSION_MANAGE}
"""Actions whose use leaves a trace; of the others nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """All profiles.

    Attributes:
        unused_for: how long a right must lie unused to be told of.
    """

    unused_for: timedelta = UNUSED_FOR


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A rule about a place that no version in force and no ticket has.

    Attributes:
        gone: `process`, `situation` or `move`.
        label: what the situation was called.
        renamed_to: situations in force with that label: perhaps the same one under another id.
    """

    rule: Rule
    gone: str
    label: str | None
    renamed_to: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """What was found."""

    since: datetime
    unused: Sequence[Cell]
    orphans: Sequence[Orphan]
    alike: Sequence[tuple[str, str, Cell | None]]


def review(unit: Unit, ask: Review) -> Reviewed:
    """Look over all profiles."""
    insist(unit, Action.PERMISSION_READ)
    known = unit.catalogue
    since = unit.now - ask.unused_for
    scopes = {key: one.scope for key, one in known.profiles.items() if not one.retired}
    return Reviewed(
        since=since,
        unused=unused(unit, since, sorted(scopes)),
        orphans=list(orphans(unit)),
        alike=nearly_alike(known.rules.all, scopes, set(scopes)),
    )


def unused(unit: Unit, since: datetime, profiles: Sequence[str]) -> list[Cell]:
    """Rights older than that which nobody has used since then; of profiles that somebody has.

    What is judged: actions as a whole in the profile layer, and moves from a situation that a rule names.
    """
    used, left = _used(unit, since)
    with_people = [key for key in profiles if people_with(unit, key)]
    rule = permission_rule.c
    rows = unit.connection.execute(
        select(rule.profile, rule.action, rule.process, rule.situation).where(
            rule.allow, rule.profile.in_(with_people), or_(rule.since_at.is_(None), rule.since_at <= since)
        )
    )
    found = []
    for row in rows:
        cell = Cell(*row)
        if cell.process is None:
            lies = cell.action in JUDGED and cell.action not in used[cell.profile]
        else:
            named = ANY not in (cell.process, cell.situation)
            lies = named and cell.action == Action.TICKET_MOVE
            lies = lies and f"{cell.process}:{cell.situation}" not in left[cell.profile]
        if lies:
            found.append(cell)
    return sorted(found, key=str)


def _used(unit: Unit, since: datetime) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """By profile: the actions that its people used, and the situations they moved tickets from."""
    used: dict[str, set[str]] = defaultdict(set)
    left: dict[str, set[str]] = defaultdict(set)
    told = ticket_history.c
    deeds = select(told.actor, told.deed, told.left).where(told.at >= since, told.deed.in_(USES)).distinct()
    for row in unit.connection.execute(deeds):
        if (profile := _profile_of(unit, row.actor)) is not None:
            used[profile] |= USES[row.deed]
            if row.deed == "moved":
                left[profile].add(row.left)
    changed = select(change_history.c.actor).where(change_history.c.kind == "profile", change_history.c.at >= since)
    for actor in unit.connection.scalars(changed.distinct()):
        if (profile := _profile_of(unit, actor)) is not None:
            used[profile].add(Action.PERMISSION_MANAGE)
    return used, left


def _profile_of(unit: Unit, actor: str) -> str | None:
    kind, _, key = actor.partition(":")
    person = unit.catalogue.people.get(UUID(key)) if kind == "user" else None
    return person.profile if person else None


def orphans(unit: Unit) -> Iterator[Orphan]:
    """Rules about places or moves that are nowhere any more."""
    shown = places(unit, counts(unit))
    processes = {place.process for place in shown}
    for rule in unit.catalogue.rules.all:
        if rule.process is None or rule.situation is None:
            continue
        action, narrowed = parse(rule.action)
        meant = [one for place, one in shown.items() if _means(rule, place)]
        if rule.process != ANY and rule.process not in processes:
            yield Orphan(rule=rule, gone="process", label=None, renamed_to=())
        elif not meant:
            yield _without_situation(unit, rule, shown)
        elif action == Action.TICKET_MOVE and narrowed and not any(narrowed in one.moves for one in meant):
            yield Orphan(rule=rule, gone="move", label=None, renamed_to=())


def _means(rule: Rule, place: Place) -> bool:
    return rule.process in (ANY, place.process) and rule.situation in (ANY, place.element)


def _without_situation(unit: Unit, rule: Rule, shown: Mapping[Place, Shown]) -> Orphan:
    assert rule.process is not None
    assert rule.situation is not None
    label = label_once(unit, Place(rule.process, rule.situation)) if rule.process != ANY else None
    same = [one.place.element for place, one in sorted(shown.items()) if _is_called(one, place, rule, label)]
    return Orphan(rule=rule, gone="situation", label=label, renamed_to=same)


def _is_called(one: Shown, place: Place, rule: Rule, label: str | None) -> bool:
    return one.in_force and place.process == rule.process and label is not None and one.label == label
