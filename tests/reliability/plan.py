"""What callers do in these tests: open tickets of `corrida.bpmn` and move them around, each under a key of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import func, select

from engine import actors
from engine.history import ticket_history
from engine.tickets.model import ticket
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.unit import Answer, Key

MOVES = {
    "aberto": ("girar", "enfileirar", "avisar_equipe", "negociar", "esperar"),
    "fila": ("de_fila",),
    "negociando": ("negociado",),
    "aguardando": ("retomar", "insistir", "resolver"),
    "vencido": ("reabrir_vencido",),
    "resolvido": ("reabrir",),
}
AT_HAND = 6  # tickets somebody works on at a time


@dataclass
class Book:
    """What a caller knows: what it asked, what was answered, where its tickets stand."""

    asked: dict = field(default_factory=dict)  # key -> [kind, ticket, move]
    answered: dict = field(default_factory=dict)  # key -> body
    stands: dict = field(default_factory=dict)  # protocol -> situation

    def next(self, rng):
        """What to ask next: mostly a move of a ticket at hand."""
        if len(self.stands) < AT_HAND or rng.random() < 0.1:
            return ["open", None, None]
        protocol = rng.choice(list(self.stands)[-AT_HAND:])
        return ["move", protocol, rng.choice(MOVES[self.stands[protocol]])]

    @property
    def unanswered(self):
        """Keys that were asked and may or may not have been done."""
        return [key for key in self.asked if key not in self.answered]

    def ask(self, key, what):
        self.asked[key] = what

    def answer(self, key, body):
        self.answered[key] = body
        found = json.loads(body)
        self.stands[found["ticket"]] = found["situation"]


def do(engine, key, what, actor=actors.CONSOLE):
    """Ask the engine, under the key; the key is also what the history will say as the reason."""
    kind, protocol, name = what
    command, ask = (
        (open_ticket, Open(title=key, process="corrida", priority="normal"))
        if kind == "open"
        else (move, Move(ticket=protocol, move=name, reason=key))
    )
    fingerprint = sha256(repr(what).encode()).digest()
    return engine.run(command, ask, actor=actor, key=Key(key, fingerprint), render=rendered)


def rendered(result):
    one = result.ticket
    body = json.dumps({"ticket": one.protocol, "situation": one.situation, "seq": one.seq})
    return Answer(status=200, body=body.encode(), headers={"ETag": f'"{one.revision}"'})


def effects(engine):
    """Key -> how often it was done, as tickets and history tell, whatever the stored answers say."""

    def count(unit, _):
        opened = select(ticket.c.title, func.count()).group_by(ticket.c.title)
        moved = (
            select(ticket_history.c.reason, func.count())
            .where(ticket_history.c.reason.is_not(None))
            .group_by(ticket_history.c.reason)
        )
        found = {}
        for statement in (opened, moved):
            for key, times in unit.connection.execute(statement):
                found[key] = found.get(key, 0) + times
        return found

    return engine.read(count, None, actor=actors.CONSOLE)


def wrong_effects(engine, book):
    """Keys with another number of effects than what the caller was told."""
    done = effects(engine)
    lost = [key for key in book.answered if done.get(key, 0) == 0]
    doubled = [key for key, times in done.items() if times > 1]
    strange = [key for key in done if key not in book.asked]
    return {"lost": lost, "doubled": doubled, "strange": strange}
