"""TRAMITA_CALENDAR and TRAMITA_ZONE are rules, too: another value is noticed at the start, and limits follow it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from conftest import SETTINGS
from sqlalchemy import select

from engine.activities.model import activity
from engine.actors import CONSOLE
from engine.clocks.refreshing import ReadRefreshes, read_refreshes
from engine.registry.queries import changes
from engine.starting import note, start
from engine.tickets.chronicle import History, chronicle


@contextmanager
def started(desk, **settings):
    """The same installation, started with other settings."""
    engine = start(replace(SETTINGS(desk.world.url), **settings), clock=desk.clock)
    before, desk.world.engine = desk.world.engine, engine
    try:
        yield engine
    finally:
        desk.world.engine = before
        engine.database.dispose()


def refreshes(desk):
    return [(one["what"], one["because"]) for one in desk.world.read(read_refreshes, ReadRefreshes())]


@pytest.fixture
def ticket(desk):
    """Of a team without a calendar, with an activity: all time counts."""
    desk.put("teams", "livre", label="Livre")
    desk.at(1, "12:00")
    with started(desk) as engine:
        assert note(engine) == ("calendar", "zone")
        desk.refresh()
    desk.at(2, "05:00")
    found = desk.open(team="livre")
    desk.move(found, "ligar")
    assert desk.see(found).limit_at == desk.at(2, "09:00")
    desk.at(2, "05:30")
    return found


def call(desk):
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    return row


def test_limits_follow_another_default_calendar(desk, ticket):
    assert note(desk.world.engine) == ()  # nothing is another one
    known = len(refreshes(desk))
    with started(desk, calendar="comercial") as engine:
        assert note(engine) == ("calendar",)
        told = refreshes(desk)[: len(refreshes(desk)) - known]
        assert sorted(told) == [("activities", "TRAMITA_CALENDAR"), ("tickets", "TRAMITA_CALENDAR")]
        desk.refresh()
        assert desk.see(ticket).limit_at == desk.at(2, "12:00")
        assert call(desk).limit_at == desk.at(2, "10:00")
        desk.at(2, "09:00")
        rows = desk.world.read(chronicle, History(ticket=ticket.protocol))
        said = [one["sentence"] for one in rows if one["deed"] == "limits_changed"]
        assert said == ["Os prazos mudaram, porque mudou a configuração TRAMITA_CALENDAR"]
        assert desk.clocks(ticket)["situation"]["calendar"]["key"] == "comercial"
        (first, *_) = desk.world.read(lambda unit, _: changes(unit, "setting", "calendar"), None)
        assert (first["deed"], first["detail"]) == ("changed", {"number": 2, "value": [None, "comercial"]})
        assert note(engine) == ()


def test_what_was_noted_last_counts_in_processes_that_were_started_before(desk, ticket):
    old = desk.world.engine
    with started(desk, calendar="comercial") as engine:
        note(engine)
    assert desk.world.engine is old
    desk.refresh()  # by the scheduler that was there before
    assert desk.see(ticket).limit_at == desk.at(2, "12:00")


def test_what_was_shown_before_the_change_is_shown_again(desk, ticket):
    with started(desk, calendar="turno", zone="America/Manaus") as engine:
        before = desk.at(2, "05:30")
        desk.at(2, "05:40")
        assert note(engine) == ("calendar", "zone")
        desk.refresh()
        desk.at(2, "07:00")
        now = desk.clocks(ticket)["situation"]
        assert (now["limit_at"], now["calendar"]["key"]) == (desk.at(2, "10:00"), "turno")
        desk.at(2, "07:00")
        then = desk.clocks(ticket, as_of=before)["situation"]
        assert (then["limit_at"], then["calendar"]) == (
            desk.at(2, "09:00"),
            {"key": None, "version": 0, "zone": "America/Sao_Paulo"},
        )
        desk.at(2, "07:00")
        anew = desk.clocks(ticket, as_of=before, rules="now")["situation"]
        assert (anew["limit_at"], anew["calendar"]["key"]) == (desk.at(2, "10:00"), "turno")


def test_many_starts_at_once_order_one_refresh(desk, ticket):
    known = len(refreshes(desk))
    with started(desk, calendar="comercial") as engine, ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: note(engine), range(12)))
        assert sorted(found) == [()] * 11 + [("calendar",)]
        assert len(refreshes(desk)) == known + 2


def test_on_a_fresh_database_nothing_is_computed_anew(stock, database, clock):
    url = stock.copy(database)
    engine = start(replace(SETTINGS(url), calendar="comercial"), clock=clock)
    assert note(engine) == ("calendar", "zone")
    assert engine.read(read_refreshes, ReadRefreshes(), actor=CONSOLE) == []
    engine.database.dispose()
    stock.drop(url)
