"""The short cut for plain moves tells the same as the full step."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from engine.runtime import hop, walk
from engine.runtime.movement import Stuck


@pytest.fixture
def both_ways(now, tables, monkeypatch):
    """Take every possible move both ways; how many were short, how many long."""
    whole = hop.hopped

    def compare(process, state, place, taken):
        for move in process.situations[place].moves:
            asked = (process, state, place, move.id, {"priority": "alta"}, now, tables)
            monkeypatch.setattr(hop, "hopped", whole)
            short = whole(process, walk.loads(process.rests, process.key, state), place, move.id)
            monkeypatch.setattr(hop, "hopped", lambda *_: None)
            try:
                full = walk.advance(*asked)
            except Stuck:
                assert short is None
                continue
            taken["short" if short is not None else "long"] += 1
            assert short in (None, full)
            if short is not None:
                assert move.leads_to == full.place

    return compare


def test_in_random_diagrams_wherever_a_ticket_gets(draw, compiled, sketching, both_ways, now, tables):
    random, taken = Random(1), Counter()
    for _ in range(25):
        process = compiled(*sketching.processes(random, draw))
        for place in process.situations:
            if place.process in process.routes:
                movement = walk.relocate(process, place, {}, now, tables)
                both_ways(process, movement.state, place, taken)
    assert taken["short"] > 20
    assert taken["long"] > 50


@pytest.mark.parametrize("key", ["atendimento", "compras", "vigia", "visita"])
def test_in_drawn_diagrams(key, drawn, both_ways, now, tables):
    process, taken = drawn(key), Counter()
    for place in process.situations:
        movement = walk.relocate(process, place, {}, now, tables)
        both_ways(process, movement.state, place, taken)
    assert taken["long"]


def test_inside_a_call_the_timers_around_go_on(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.relocate("visita", "em_aceite")
    begun = ticket.now
    ticket.now += timedelta(minutes=10)
    movement = ticket.move("recusa")
    assert movement.timer_due_at == begun + timedelta(minutes=900)


def test_side_work_keeps_a_move_from_being_short(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    ticket.move("resolve_ja")
    tokens = walk.loads(ticket.process.rests, ticket.process.key, ticket.state)
    assert hop.hopped(ticket.process, tokens, ticket.place, "finaliza") is None
    assert hop.hopped(ticket.process, tokens[1:], ticket.place, "finaliza") is not None
    assert ticket.move("finaliza").dropped
