"""Explain an activity's clock: it runs from its creation until it is finished, and never stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.clocks.explaining import Explain, announcements_of, explain, insist_on_instant
from engine.clocks.figures import figures
from engine.clocks.limits_then import LimitThen, limit_then
from engine.clocks.past import rules_of
from engine.people.knowing import name_of
from engine.processes.deployed import deployed, number_of
from engine.queues.item import opened
from engine.runtime.movement import Place
from engine.sla.clocks import Phase
from engine.sla.durations import amount_of
from engine.sla.instants import SECOND, us

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from engine.runtime.places import ActivitySpec
    from engine.sla.calendars import Calendar
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
    spec = _spec(unit, row)
    calendar = rules.calendars.of(spec.calendar if spec else None, rules.team_calendars.get(row["team"]))
    told = figures(
        "activity",
        _phases(row, us(as_of)),
        calendar,
        amount_of(spec.sla) if spec is not None and spec.sla else None,
        rule=None if spec is None else _drawn(unit, row, spec),
        label=str,
        whole=True,
    )
    limit = limit_then(unit, item, as_of)
    if spec is None:
        told |= _at_instant(limit, row, as_of)
        told["rule"] = _by_hand(unit, limit, row) if limit.at is not None else None
    elif ask.rules == "then" and limit.at != told["limit_at"]:
        # It was counted before the activity came to this team, and stays what it was.
        told |= _at_instant(limit, row, as_of, calendar)
        told["rule"] |= {"kept": True}
    return {
        "activity": row["id"],
        "ticket": item.ticket.protocol if item.ticket else None,
        "as_of": as_of,
        "rules": ask.rules,
        "status": row["status"],
        "clocks": [told],
        "announcements": announcements_of(unit, row["id"], as_of),
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


def _drawn(unit: Unit, row: Any, spec: ActivitySpec) -> dict[str, Any]:
    return {
        "source": "diagram",
        "process": row["process"],
        "version": number_of(unit, row["version_id"]),
        "element": row["element"],
        "amount": spec.sla,
        "team": row["team"],
    }


def _by_hand(unit: Unit, limit: LimitThen, row: Any) -> dict[str, Any]:
    return {"source": "hand", "due_kind": row["due_kind"], "by": name_of(unit, limit.by), "at": limit.since}


def _at_instant(then: LimitThen, row: Any, as_of: datetime, calendar: Calendar | None = None) -> dict[str, Any]:
    """What follows from a limit that is an instant; `calendar`: what is left is told in working time."""
    limit = then.at
    ended = row["finished_at"] if row["finished_at"] is not None and row["finished_at"] <= as_of else None
    if limit is None:
        return dict.fromkeys(("limit_at", "reached_at", "remaining_s", "overdue_s")) | {"breached": False, "red": False}
    reached = limit <= (ended or as_of)
    left = None
    if ended is None:
        worked = us(limit) - us(as_of) if calendar is None else calendar.worked(us(as_of), us(limit))
        left = worked // SECOND
    return {
        "limit_at": limit,
        "reached_at": limit if reached else None,
        "breached": reached,
        "red": reached and ended is None,
        "remaining_s": None if left is None else max(left, 0),
        "overdue_s": None if left is None else max(-left, 0),
    }
