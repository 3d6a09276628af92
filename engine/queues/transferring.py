"""Hand an item over to a team, to somebody of a team, or to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.activities.limits import handed_over, line_of, passed_on
from engine.processes.deployed import deployed
from engine.queues import refusing
from engine.queues.item import item_for, may, own
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.tickets.access import permit
from engine.tickets.alteration import change, insist_on_required
from engine.tickets.assignees import assignee, nobody
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from engine.queues.item import Item
    from engine.runtime.places import ActivitySpec
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Hand this over.

    Attributes:
        item: an activity's id, or a ticket's for its service item.
        team: key; without a person it goes into the queue of all in it.
        responsible: a login: it is pending with them at once. Without a team it keeps its own, if they are of it.
        note: why, in the actor's words; kept with it.
    """

    item: UUID
    team: str | None = None
    responsible: str | None = None
    note: str | None = None


def transfer(unit: Unit, ask: Transfer) -> Item:
    """Hand it over: what one has, or what waits for oneself; all else is for those who may assign.

    Raises:
        NotPermitted, Conflict, Invalid: nothing is changed. A ticket is not forwarded while anything that it
            requires is empty (`FieldsMissing`).
    """
    item = item_for(unit, _right(unit), ask.item)
    item.insist_on_unfinished()
    if not _own(unit, item) and not may(unit, Action.ACTIVITY_ASSIGN):
        raise refusing.not_yours(item, Action.ACTIVITY_ASSIGN)
    if ask.team is None and ask.responsible is None:
        raise nobody()
    if item.row is None:
        return _forward(unit, item, ask)
    team, person_id = assignee(unit, ask.team, ask.responsible)
    if team is None:
        person = unit.catalogue.people[person_id]
        team = item.team if item.team in person.teams else None
    values: dict[str, Any] = {
        "team": team,
        "person_id": person_id,
        "status": "pending" if person_id else "queued",
        "taken_at": unit.now if person_id else None,
    }
    if team != item.team:
        values |= _rerouted(item, item.row, team)
    item.put(**values)
    item.record("transferred", note=ask.note, team=team, person=str(person_id) if person_id else None)
    return item


def _right(unit: Unit) -> Action:
    """Who may assign may hand over; who may not needs the right to transfer."""
    return Action.ACTIVITY_ASSIGN if may(unit, Action.ACTIVITY_ASSIGN) else Action.ACTIVITY_TRANSFER


def _rerouted(item: Item, row: Mapping[str, Any], team: str | None) -> dict[str, Any]:
    """What changes with the team: the limit of a diagram's activity is counted by the hours of each for its time."""
    unit, start, limit = item.unit, row["created_at"], row["limit_at"]
    handed = passed_on(unit, row)
    spec = None if row["element"] is None else _drawn(unit, row)
    line = line_of(unit, spec.calendar if spec else None, team, handed)
    if spec is not None and spec.sla is not None:
        limit = line.due(start, amount_of(spec.sla))
    escalate = spec.escalate if spec else None
    values = handed_over(unit, row, limit, start=start, line=line, escalate=escalate, team=team)
    return values | {"handed": handed}


def _drawn(unit: Unit, row: Mapping[str, Any]) -> ActivitySpec:
    return deployed(unit, row["version_id"]).activities[Place(row["process"], row["element"])]


def _own(unit: Unit, item: Item) -> bool:
    if unit.actor.is_system:
        return True
    if item.person_id is not None:
        return own(item)
    return item.team is None or item.team in unit.actor.teams


def _forward(unit: Unit, item: Item, ask: Transfer) -> Item:
    """A ticket's service item is its team and its responsible: it goes the way every forwarding goes."""
    ticket = item.ticket
    assert ticket is not None
    permit(unit, ticket, Action.TICKET_FORWARD)
    changes: dict[str, Any] = {"responsible": ask.responsible}
    if ask.team is not None:
        changes["team"] = ask.team
    change(unit, ticket, changes, {}, reason=ask.note)
    insist_on_required(unit, ticket)
    return item
