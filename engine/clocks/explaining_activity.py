"""Explain an activity's clock: it runs from its creation until it is finished, and never stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.clocks.activity_then import activity_then
from engine.clocks.explaining import Explain, explain, insist_on_instant
from engine.clocks.figures import figures
from engine.clocks.past import rules_of
from engine.people.knowing import name_of
from engine.processes.deployed import deployed, number_of
from engine.queues import telling
from engine.queues.item import opened
from engine.runtime.movement import Place
from engine.sla.clocks import Phase
from engine.sla.durations import amount_of
from engine.sla.instants import SECOND, us

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from engine.clocks.activity_then import ActivityThen
    from engine.runtime.places import ActivitySpec
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ExplainActivity:
    """An activity's clock; see `Explain`. A ticket's own service item has its ticket's clocks."""

    activity: UUID
    as_of: datetime | None = None
    rules: Literal["then", "now"] = "then"


def explain_activity(unit: Unit, ask: ExplainActivity) -> dict[str, Any]:
    """The clock with every interval.

    Raises:
        NotFound: there is no such activity that the actor may know of.
        Invalid: the instant lies before it was created, or more than a year ahead.
    """
    item = opened(unit, ask.activity, lock=False)
    if item.row is None:
        assert item.ticket is not None
        return explain(unit, Explain(ticket=item.ticket.protocol, as_of=ask.as_of, rules=ask.rules, whole=True))
    row, as_of = item.row, ask.as_of or unit.now
    insist_on_instant(as_of, row["created_at"], unit.now, "a atividade foi criada")
    rules = rules_of(unit, as_of if ask.rules == "then" and as_of < unit.now else None)
    then, spec = activity_then(unit, item, as_of), _spec(unit, row)
    drawn = spec if spec is not None and spec.sla is not None else None
    told = figures(
        "activity",
        _phases(row, us(as_of)),
        rules.line((spec.calendar if spec else None,), then.team, then.handed),
        amount_of(drawn.sla) if drawn and drawn.sla else None,
        rule=_drawn(unit, row, drawn, then) if drawn else None,
        label=str,
        whole=True,
    )
    if drawn is None and then.limit_at is not None:
        told |= _at_instant(then.limit_at, row, as_of) | {"rule": _by_hand(unit, then, row)}
    person = unit.catalogue.people.get(then.person_id)
    return {
        "activity": row["id"],
        "ticket": item.ticket.protocol if item.ticket else None,
        "as_of": as_of,
        "rules": ask.rules,
        "status": then.status,
        "team": then.team,
        "responsible": person.login if person else None,
        "responsible_name": person.name if person else None,
        "clocks": [told],
        "announcements": telling.told(unit, telling.told_of_item(unit, row["id"], as_of)),
    }


def _spec(unit: Unit, row: Any) -> ActivitySpec | None:
    if row["element"] is None:
        return None
    return deployed(unit, row["version_id"]).activities.get(Place(row["process"], row["element"]))


def _phases(row: Any, now: int) -> list[Phase]:
    began = us(row["created_at"])
    ended = None if row["finished_at"] is None else us(row["finished_at"])
    if ended is None or ended > now:
        return [Phase(began, now, "running")]
    return [Phase(began, ended, "running"), Phase(ended, now, "over")]


def _drawn(unit: Unit, row: Any, spec: ActivitySpec, then: ActivityThen) -> dict[str, Any]:
    return {
        "source": "diagram",
        "process": row["process"],
        "version": number_of(unit, row["version_id"]),
        "element": row["element"],
        "amount": spec.sla,
        "team": then.team,
    }


def _by_hand(unit: Unit, then: ActivityThen, row: Any) -> dict[str, Any]:
    by = name_of(unit, then.limit_by)
    return {"source": "hand", "due_kind": row["due_kind"], "by": by, "at": then.limit_since}


def _at_instant(limit: datetime, row: Any, as_of: datetime) -> dict[str, Any]:
    """What follows from a limit that is an instant: what is left is told by the clock on the wall."""
    ended = row["finished_at"] if row["finished_at"] is not None and row["finished_at"] <= as_of else None
    reached = limit <= (ended or as_of)
    left = None if ended is not None else (us(limit) - us(as_of)) // SECOND
    return {
        "limit_at": limit,
        "reached_at": limit if reached else None,
        "breached": reached,
        "red": reached and ended is None,
        "remaining_s": None if left is None else max(left, 0),
        "overdue_s": None if left is None else max(-left, 0),
    }
