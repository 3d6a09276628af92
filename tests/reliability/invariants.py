"""What must hold of the raw database after anything at all: `from reliability.invariants import check`."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise

from reliability.waiting import wrong_queues
from sqlalchemy import select

from engine import actors
from engine.activities import limits
from engine.activities.model import activity
from engine.attachments.model import attachment
from engine.clocks.past import Past
from engine.conversations.model import interaction
from engine.history import ticket_history
from engine.outbox import outbox
from engine.processes.deployed import deployed
from engine.registry.clocks import clock_refresh
from engine.registry.model import customer
from engine.runtime import walk
from engine.runtime.movement import Place, Stuck
from engine.sla.durations import amount_of
from engine.sla.instants import instant
from engine.tickets import clocks
from engine.tickets.model import event_key, field_value, incident, opening_key, technical_assistance, ticket
from engine.tickets.relations import participant, ticket_link, visit
from engine.unit import idempotency

LATE = datetime(9000, 1, 1, tzinfo=UTC)


def check(engine, acknowledged=None, *, one_clock=False):
    """Fail with everything that is wrong, not with the first of it."""
    found = violations(engine, acknowledged, one_clock=one_clock)
    assert not found, "\n".join(found)


def violations(engine, acknowledged=None, *, one_clock=False):
    """All that is wrong, one line each.

    Args:
        engine: on the database in question; it is only read.
        acknowledged: key -> bytes that a caller was answered: they must be stored under that key, exactly so.
        one_clock: all commands took their instants from one clock that never goes back (a replay has its own).
    """

    def look(unit, _):
        found = list(_violations(unit, acknowledged or {}))
        return found + list(_backwards(unit)) if one_clock else found

    return engine.read(look, None, actor=actors.CONSOLE)


def _violations(unit, acknowledged):
    yield from _sound(unit.connection)
    tickets = _rows(unit, ticket)
    rows = {name: _by_ticket(unit, table) for name, table in _OF_A_TICKET.items()}
    for one in tickets:
        own = {name: found.pop(one.id, []) for name, found in rows.items()}
        for wrong in _of_one(unit, one, own):
            yield f"{one.protocol}: {wrong}"
    for name, found in rows.items():
        yield from (f"{name}: rows of ticket {one}, which is not there" for one in found if one is not None)
    yield from _links(unit, {one.id for one in tickets})
    yield from wrong_queues(unit)
    yield from _keys(unit, acknowledged)


def _links(unit, tickets):
    for row in _rows(unit, ticket_link):
        if not row.low_id < row.high_id:
            yield f"link {row.low_id} – {row.high_id} is not in order"
        if not {row.low_id, row.high_id} <= tickets:
            yield f"link {row.low_id} – {row.high_id} has an end that is not there"


_OF_A_TICKET = {
    "history": ticket_history,
    "activities": activity,
    "outbox": outbox,
    "incidents": incident,
    "assistances": technical_assistance,
    "visits": visit,
    "participants": participant,
    "values": field_value,
    "opened": opening_key,
    "events": event_key,
    "interactions": interaction,
    "attachments": attachment,
}


def _rows(unit, table):
    return unit.connection.execute(select(table)).all()


def _by_ticket(unit, table):
    found = defaultdict(list)
    for row in _rows(unit, table):
        found[row.ticket_id].append(row)
    return found


def _of_one(unit, one, own):
    yield from _history(one, own["history"])
    yield from _state(unit, one, own["activities"])
    yield from _incidents(one, own["incidents"])
    yield from _outbox(own["history"], own["outbox"])
    yield from _interactions(own["history"], own["outbox"], own["interactions"])
    yield from _attachments(own["history"], own["interactions"], own["attachments"])
    yield from _clocks(unit, one, sorted(own["history"], key=lambda row: row.seq))
    if sum(row.closed_at is None for row in own["assistances"]) > 1:
        yield "more than one technical assistance is open"
    over = {row.opened_seq for row in own["assistances"] if row.closed_at is not None}
    ahead = [row.number for row in own["visits"] if row.opened_seq in over and row.state in {"proposed", "scheduled"}]
    yield from (f"visit {number} is still ahead, its assistance is over" for number in ahead)
    present = {row.field: row.value for row in sorted(own["values"], key=lambda row: row.revision)}
    if present != one.fields:
        yield f"fields {one.fields} are not the latest values {present}"
    told = {row.seq for row in own["history"]}
    yield from (f"event {row.event_id} points to row {row.seq}" for row in own["events"] if row.seq not in told)


def _history(one, rows):
    rows = sorted(rows, key=lambda row: row.seq)
    if [row.seq for row in rows] != list(range(1, one.seq + 1)):
        yield f"I2: history has {[row.seq for row in rows][-5:]}, the ticket says {one.seq}"
    steps = [row for row in rows if row.entered is not None]
    yield from (f"I1: row {b.seq} leaves {b.left}, row {a.seq} entered {a.entered}"
                for a, b in pairwise(steps) if b.left != a.entered)  # fmt: skip
    if steps and steps[-1].entered != f"{one.place_process}:{one.situation}":
        yield f"I1: history ends in {steps[-1].entered}, the ticket stands in {one.place_process}:{one.situation}"


def _backwards(unit):
    for rows in _by_ticket(unit, ticket_history).values():
        for a, b in pairwise(sorted(rows, key=lambda row: row.seq)):
            if a.at > b.at:
                yield f"row {b.seq} of ticket {b.ticket_id} is earlier than the row before it"


def _state(unit, one, activities):
    process = deployed(unit, one.version_id)
    try:
        live = walk.live(process, bytes(one.state))
    except Stuck as stuck:
        yield f"I3: the stored state cannot be read: {stuck.details}"
        return
    asked = {token.token for token in live if token.kind == "activity"}
    waiting = {bytes(row.token) for row in activities if row.status != "finished" and row.token is not None}
    if asked != waiting:
        yield f"I3: the state waits for {len(asked)} activities, {len(waiting)} are open, {len(asked & waiting)} agree"
    if not (one.ended or live or one.incident):
        yield "I4: not ended, nothing waits, no incident: the ticket has vanished"
    stands = {Place(token.process, token.element) for token in live if token.kind == "situation"}
    between = one.waiting_for is not None
    if not one.ended and stands != (set() if between else {Place(one.place_process, one.situation)}):
        yield f"I3: the state stands in {stands}, the ticket in {one.situation}, waiting for {one.waiting_for}"
    if between and one.waiting_for["element"] not in {token.element for token in live}:
        yield f"I3: it says to wait for {one.waiting_for}, no token does"
    timers = walk.due(process, bytes(one.state), LATE)
    if one.timer_due_at != (timers[0].due_at if timers else None) and one.incident is None:
        yield f"I3: the earliest timer is {timers[:1]}, the ticket says {one.timer_due_at}"


def _clocks(unit, one, history):
    """The limits that a ticket keeps are those that its history and the rules give; none is being computed anew."""
    unfinished = select(clock_refresh.c.id).where(clock_refresh.c.finished_at.is_(None))
    if unit.connection.execute(unfinished).first():
        return
    process = deployed(unit, one.version_id)
    handed = Past(history, {"team": one.team}).handed(None)
    if (one.handed or []) != handed:
        yield f"SLA: the history says it was handed over {handed}, the ticket {one.handed}"
    found = process.situations.get(Place(one.place_process, one.situation))
    limit = None
    if found is not None and found.sla and found.standing == "open" and not found.pauses_sla:
        limit = limits.line_of(unit, found.calendar, one.team, handed).due(one.entered_at, amount_of(found.sla))
    if one.limit_at != limit:
        yield f"SLA: the situation's limit is {limit}, the ticket says {one.limit_at}"
    kinds = dict(unit.connection.execute(select(customer.c.id, customer.c.kind)).all())
    facts = {name: getattr(one, name) for name in clocks.FACTS[:3]} | {"customer_kind": kinds.get(one.customer_id)}
    rules = (unit.catalogue.policies, unit.catalogue.calendars)
    teams = limits.teams_of(unit, one.team, handed)
    terms = clocks.terms_of(*rules, facts, process.settings[one.process].calendar, teams)
    life = clocks.life_from(unit, history)
    kept = clocks.kept(life, life.visits[-1].begin, terms) if unit.catalogue.policies else None
    if one.clocks != (None if kept is None else kept.as_json()):
        yield f"SLA: the history says {kept}, the ticket {one.clocks}"
    in_force = (None, None) if kept is None else kept.limits()
    wanted = [None if at is None else instant(at) for at in in_force]
    if [one.response_limit_at, one.resolution_limit_at] != wanted:
        yield f"SLA: limits in force are {wanted}, the ticket says {one.response_limit_at}, {one.resolution_limit_at}"


def _incidents(one, rows):
    still_open = [row.seq for row in rows if row.closed_at is None]
    if still_open != ([one.incident] if one.incident is not None else []):
        yield f"I4: open incidents {still_open}, the ticket says {one.incident}"


def _outbox(history, rows):
    entered = Counter((row.seq, f"ticket.{row.deed}") for row in history if row.entered is not None)
    posted = Counter(
        (row.payload["seq"], row.topic)
        for row in rows
        if row.topic.startswith("ticket.") and row.topic != "ticket.incident"
    )
    if entered != posted:
        missing, strange = entered - posted, posted - entered
        yield f"I5: the outbox misses {list(missing.elements())}, has too many {list(strange.elements())}"


def _interactions(history, outbox, rows):
    deeds = {"noted", "replied", "recorded", "customer_wrote"}
    told = {row.seq for row in history if row.deed in deeds and "channel" in row.detail}
    said = {row.seq for row in rows}
    if told != said:
        yield f"history tells of interactions {sorted(told)}, the table has {sorted(said)}"
    mailed = sorted(row.seq for row in rows if row.mailed or row.copies)
    posted = sorted(row.payload["seq"] for row in outbox if row.topic == "interaction.mail")
    if mailed != posted:
        yield f"interactions {mailed} are to be mailed, the outbox has {posted}"


def _attachments(history, interactions, rows):
    told = {(row.seq, one["id"]) for row in history for one in (row.detail or {}).get("attachments", ())}
    if told != (there := {(row.seq, row.id) for row in rows}):
        yield f"history tells of {sorted(told - there)}, which are not there, and not of {sorted(there - told)}"
    seen = {row.seq: (row.shown, row.marked) for row in interactions}
    yield from (f"attachment {row.id} is not shown as its message" for row in rows
                if seen.get(row.seq, (row.shown, row.marked)) != (row.shown, row.marked))  # fmt: skip
    yield from (f"attachment {row.id} has no content" for row in rows if (row.digest is None) != bool(row.removed_at))


def _keys(unit, acknowledged):
    stored = {row.key: bytes(row.body) for row in _rows(unit, idempotency)}
    for key, body in acknowledged.items():
        if key not in stored:
            yield f"I1: {key} was answered, nothing is stored"
        elif stored[key] != body:
            yield f"I6: {key} was answered {body!r}, stored is {stored[key]!r}"


def _sound(connection):
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        yield from (f"I12: {line}" for line in found if line != "ok")
        yield from (f"I12: {row}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    else:
        invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
        yield from (f"I12: index {name} is not valid" for name in connection.exec_driver_sql(invalid).scalars())
