"""Everything that can be done to a ticket, each as a value: to be died in, and to be raced against each other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select

from engine import actors
from engine.activities.model import activity
from engine.history import ticket_history
from engine.outbox import outbox
from engine.queues.finishing import Finish, finish
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Deliver, deliver
from engine.tickets.model import ticket
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.relocation import Relocate, relocate
from engine.tickets.ticking import Tick, tick
from engine.unit import Answer, Key

OPENED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = OPENED_AT + timedelta(hours=2)  # the timer of `aguardando` is due


class Clock:
    """Says what it was told; a child that is forked takes its own along."""

    def __init__(self):
        self.at = OPENED_AT

    def __call__(self):
        return self.at


class Stage(NamedTuple):
    """A ticket that has everything: a move to make, a timer due, a message awaited, an open activity."""

    id: object
    protocol: str
    activity: object
    external: str


def prepared(engine):
    """A new stage: the ticket stands in `aguardando`, and somebody is to call the customer."""
    external = uuid4().hex
    engine.clock.at = OPENED_AT
    opened = engine.run(
        open_ticket,
        Open(title="palco", process="corrida", priority="normal", source="palco", external_id=external),
        actor=actors.CONSOLE,
    )
    one = opened.ticket
    for name in ("negociar", "negociado"):
        engine.run(move, Move(ticket=one.id, move=name), actor=actors.CONSOLE)
    engine.clock.at = NOW
    wanted = select(activity.c.id).where(activity.c.ticket_id == one.id)
    found = engine.read(lambda unit, _: unit.connection.scalar(wanted), None, actor=actors.CONSOLE)
    return Stage(one.id, one.protocol, found, external)


# Whether it goes under an Idempotency-Key; without one a repetition is recognised by what it is about.
DEEDS = {
    "hop": (True, move, lambda s: Move(ticket=s.id, move="retomar")),
    "loop": (True, move, lambda s: Move(ticket=s.id, move="insistir")),
    "resolve": (True, move, lambda s: Move(ticket=s.id, move="resolver", reason="feito")),
    "message": (True, deliver, lambda s: Deliver(ticket=s.id, name="pagamento_confirmado", payload={"valor": "1"})),
    "relocate": (True, relocate, lambda s: Relocate(ticket=s.id, situation="fila", reason="engano")),
    "finish": (True, finish, lambda s: Finish(activity=s.activity)),
    "alter": (True, alter, lambda s: Alter(ticket=s.id, changes={"priority": "alta"})),
    "tick": (False, tick, lambda s: Tick(ticket=s.id)),
    "event": (False, move, lambda s: Move(ticket=s.id, move="retomar", source="registro", event_id=s.external)),
    "told": (
        False,
        deliver,
        lambda s: Deliver(ticket=s.id, name="pagamento_confirmado", source="registro", event_id=s.external),
    ),
    "open": (
        False,
        open_ticket,
        lambda s: Open(title=s.external, process="corrida", priority="normal", source="dois", external_id=s.external),
    ),
}


def do(engine, name, stage, key=None):
    """Do it; under a key if that is how it is repeated. Returns what a caller would see of the outcome."""
    keyed, command, make = DEEDS[name]
    ask = make(stage)
    if not (keyed and key):
        return _seen(engine.run(command, ask, actor=actors.CONSOLE))
    fingerprint = sha256(repr(ask).encode()).digest()
    answer = engine.run(command, ask, actor=actors.CONSOLE, key=Key(key, fingerprint), render=_rendered)
    return json.loads(answer.body)


def _rendered(result):
    return Answer(status=200, body=json.dumps(_seen(result)).encode())


def _seen(result):
    if isinstance(result, bool):
        return {"fired": result}
    one = getattr(result, "ticket", result)
    return {"situation": one.situation, "delivered": getattr(result, "delivered", None), "seq": one.seq}


def portrait(engine, stage):
    """All of a ticket that must be the same whichever way it came about."""

    def paint(unit, _):
        run = unit.connection.execute
        one = run(select(ticket).where(ticket.c.id == stage.id)).one()
        rows = run(
            select(ticket_history).where(ticket_history.c.ticket_id == stage.id).order_by(ticket_history.c.seq)
        ).all()
        asked = run(select(activity).where(activity.c.ticket_id == stage.id)).all()
        posted = run(select(outbox.c.topic).where(outbox.c.ticket_id == stage.id)).scalars()
        opened = run(select(ticket.c.id).where(ticket.c.title == stage.external)).scalars()
        return {
            "stands": [one.situation, one.standing, one.ended, one.revision, one.priority, one.incident],
            "waits": [sorted(one.awaits), str(one.timer_due_at), one.waiting_for, len(one.state)],
            "history": [[row.seq, row.deed, row.actor, row.left, row.entered] for row in rows],
            "activities": sorted([row.element, row.status, str(row.outcome), str(row.cause)] for row in asked),
            "outbox": sorted(posted),
            "opened": len(list(opened)),
        }

    return engine.read(paint, None, actor=actors.CONSOLE)
