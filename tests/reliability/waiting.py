"""What must hold of activities, their limits, and who was told: a part of the invariants."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import select

from engine.activities.model import activity, announcement
from engine.history import change_history, ticket_history
from engine.outbox import outbox
from engine.tickets.model import ticket

STARTS = {"task_created", "activity_queued", "activity_taken", "activity_returned", "activity_transferred"}


def wrong_queues(unit, *, now=None):
    """Lines that say what is wrong; `now`: by this instant everything that was due must have been announced."""
    run = unit.connection.execute
    activities, tickets = run(select(activity)).all(), run(select(ticket)).all()
    deeds = _deeds(unit)
    for row in activities:
        yield from (f"activity {row.id}: {wrong}" for wrong in _activity(row, deeds.get(str(row.id), [])))
    for row in (*activities, *tickets):
        yield from (f"item {row.id}: {wrong}" for wrong in _limit(row, now))
    yield from _announcements(unit)


def _activity(row, deeds):
    if row.status not in {"queued", "pending", "finished"}:
        yield f"status {row.status}"
    if (row.status == "finished") != (row.outcome is not None and row.finished_at is not None):
        yield f"{row.status}, but outcome {row.outcome} at {row.finished_at}"
    if row.status == "pending" and row.person_id is None:
        yield "pending, and nobody has it"
    ends = [deed for deed, _ in deeds if deed == "activity_finished"]
    by_hand = row.status == "finished" and row.finished_by != "system:activity"
    if len(ends) != by_hand:
        yield f"{row.status}, and finished {len(ends)} times"
    last = next(((deed, detail) for deed, detail in reversed(deeds) if deed in STARTS), None)
    if last is None or row.status == "finished" or (last[0] == "task_created" and row.status == "pending"):
        return
    deed, detail = last
    person = detail.get("person")
    status = "pending" if deed == "activity_taken" or (deed == "activity_transferred" and person) else "queued"
    if (row.status, row.person_id and str(row.person_id)) != (status, person):
        yield f"it is {row.status} with {row.person_id}, its history ends in {deed} with {person}"


def _deeds(unit):
    """Activity -> what its history tells, in order, under the names of a ticket's history."""
    found = defaultdict(list)
    inside = select(ticket_history.c.deed, ticket_history.c.detail).order_by(
        ticket_history.c.ticket_id, ticket_history.c.seq
    )
    for deed, detail in unit.connection.execute(inside):
        if deed.startswith(("activity_", "task_")) and "activity" in (detail or {}):
            found[detail["activity"]].append((deed, detail))
    alone = select(change_history).where(change_history.c.kind == "activity").order_by(change_history.c.id)
    for row in unit.connection.execute(alone):
        deed = row.deed if row.deed == "task_created" else f"activity_{row.deed}"
        found[row.key].append((deed, row.detail or {}))
    return found


def _limit(row, now):
    steps = row.to_announce or []
    instants = [datetime.fromisoformat(at) for _, at, *_ in steps]
    if row.announce_at != (instants[0] if instants else None) or instants != sorted(instants):
        yield f"to be announced at {row.announce_at}, the steps are {steps}"
    if any(len(one) == 2 for one in steps) and row.limit_at is None:
        yield "to be announced, and there is no limit"
    yield from _policy(row, [name for name, _, *version in steps if version])
    if getattr(row, "status", None) == "finished" and row.announce_at is not None:
        yield "finished, and still to be announced"
    if now is not None and row.announce_at is not None and row.announce_at <= now:
        yield f"forgotten: it was due at {row.announce_at}"


def _policy(row, waiting):
    """What is to be told of a policy's limits belongs to one that is in force."""
    clocks = getattr(row, "clocks", None) or {}
    names = {"first_response": "first", "next_response": "waiting", "resolution": "resolution"}
    for one in waiting:
        hand = clocks.get(names[one.partition(":")[0]])
        if hand is None or hand[1] is None or hand[2] is not None:
            yield f"{one} is to be announced, its clock is {hand}"


def _announcements(unit):
    run = unit.connection.execute
    told = Counter((str(row.item_id), row.version, row.threshold, tuple(row.told)) for row in run(select(announcement)))
    history = Counter()
    inside = run(select(ticket_history).where(ticket_history.c.deed == "announced"))
    for row in inside:
        item = row.detail.get("activity", str(row.ticket_id))
        history[item, row.detail["version"], row.detail["threshold"], tuple(row.detail["told"])] += 1
    alone = select(change_history).where(change_history.c.kind == "activity", change_history.c.deed == "announced")
    for row in run(alone):
        history[row.key, row.detail["version"], row.detail["threshold"], tuple(row.detail["told"])] += 1
    posted = Counter(
        (one["item"], one["version"], one["threshold"], tuple(one["told"]))
        for one in run(select(outbox.c.payload).where(outbox.c.topic == "activity.announced")).scalars()
    )
    for name, found in (("the history", history), ("the outbox", posted)):
        if found != told:
            missing, strange = told - found, found - told
            yield f"announcements: {name} misses {list(missing)[:5]}, has too many {list(strange)[:5]}"
