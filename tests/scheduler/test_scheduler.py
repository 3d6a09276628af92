"""The metronome: what is due happens once, whoever beats, and a failed beat is not the last."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from organisation import furnish

from engine import scheduler
from engine.tickets.chronicle import History, history
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def beating(world):
    """Start schedulers that beat every second, and stop them at the end."""
    world.engine.settings = replace(world.engine.settings, tick_every_s=1)
    started = []

    def start():
        started.append(scheduler.start_scheduler(world.engine))

    yield start
    for one in started:
        one.shutdown()


def waiting_ticket(world):
    """A ticket that waits for its customer, until a timer ends it."""
    opened = world.run(open_ticket, Open(title="Pia", subject="hidraulica", fields={"unidade": "1"})).ticket
    for name in ("iniciar_atendimento", "aguardar_cliente"):
        moved = world.run(move, Move(ticket=opened.protocol, move=name)).ticket
    assert moved.timer_due_at is not None
    return moved


def until(holds):
    """Wait for something that other threads do; the limit only keeps a broken test from hanging."""
    for _ in range(300):
        if holds():
            return True
        threading.Event().wait(0.1)
    return False


def deeds(world, ticket):
    return [row.deed for row in world.read(history, History(ticket=ticket.protocol))]


def test_a_due_timer_fires_once_however_many_schedulers_beat(world, beating):
    ticket = waiting_ticket(world)
    world.clock.at = ticket.timer_due_at + timedelta(seconds=1)
    for _ in range(3):
        beating()
    assert until(lambda: world.read(show, Show(ticket=ticket.protocol)).situation != ticket.situation)
    moved = world.read(show, Show(ticket=ticket.protocol))
    assert deeds(world, ticket).count("transition") == 1
    assert moved.timer_due_at is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_beat_that_fails_is_told_and_followed_by_others(world, beating, monkeypatch, caplog):
    beats = []

    def broken(_):
        beats.append(1)
        if len(beats) == 1:
            raise RuntimeError("o banco sumiu")
        return 1

    monkeypatch.setattr(scheduler, "tick_all", broken)
    beating()
    assert until(lambda: len(beats) >= 2)
    assert [record.message for record in caplog.records if record.exc_info] == ["tick failed"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_all_old_answers_are_forgotten_in_one_go(world):
    from engine.unit import Answer, Key

    def command(unit, _):
        unit.replay()

    for n in range(3):
        world.run(command, None, key=Key(f"k{n}", b"x"), render=lambda _: Answer(status=200, body=b"{}"))
    assert scheduler.forget_all(world.engine) == 0
    world.clock.forward(hours=25)
    assert scheduler.forget_all(world.engine) == 3
