"""Many processes on one ticket, and many processes under one key (R-3, R-15)."""

from __future__ import annotations

import json
import os

from reliability.apart import engine_on, fork
from reliability.invariants import violations
from reliability.plan import do, effects


def one_ticket(url, processes, moves):
    """Each process moves the same ticket round its self-loop, as often as told, each time under a new key."""
    engine = engine_on(url)
    protocol = _opened(engine)

    def work(tell, name):
        for n in range(moves):
            key = f"{name}.{n}"
            tell([key, do(engine, key, ["move", protocol, "girar"]).body.decode()])

    told = _together(engine, processes, work)
    answered = dict(told)
    done = effects(engine)
    return {
        "answered": len(answered),
        "done": sum(done.get(key, 0) for key in answered),
        "twice": [key for key, times in done.items() if times > 1],
        "wrong": violations(engine, {key: body.encode() for key, body in answered.items()}, one_clock=True),
    }


def one_key(url, processes, keys):
    """All processes use the same keys in the same order: to open, to go round, to go there and back."""
    engine = engine_on(url)
    protocol = _opened(engine)
    asked = {}
    for n in range(keys):
        asked[f"open.{n}"] = ["open", None, None]
        asked[f"loop.{n}"] = ["move", protocol, "girar"]
        asked[f"there.{n}"] = ["move", protocol, "enfileirar"]
        asked[f"back.{n}"] = ["move", protocol, "de_fila"]

    def work(tell, _):
        for key, what in asked.items():
            answer = do(engine, key, what)
            tell([key, answer.body.decode(), answer.replayed])

    told = _together(engine, processes, work)
    done = effects(engine)
    bodies = {key: {body for k, body, _ in told if k == key} for key in asked}
    return {
        "answers": len(told),
        "different": [key for key, found in bodies.items() if len(found) != 1],
        "first": sum(not replayed for _, _, replayed in told),
        "not once": [key for key in asked if done.get(key, 0) != 1],
        "wrong": violations(engine, {key: min(found).encode() for key, found in bodies.items()}, one_clock=True),
    }


def _opened(engine):
    protocol = json.loads(do(engine, "opened", ["open", None, None]).body)["ticket"]
    do(engine, "warm", ["move", protocol, "girar"])
    return protocol


def _together(engine, processes, work):
    """What all children tell; they begin at the same moment."""
    engine.database.dispose()
    gate, starter = os.pipe()

    def begin(tell, name):
        os.close(starter)
        os.read(gate, 1)
        work(tell, name)

    children = [fork(lambda tell, name=n: begin(tell, name)) for n in range(processes)]
    os.close(gate)
    os.close(starter)  # the end of the pipe is the signal
    return [line for child in children for line in child.told()]
