"""Whichever rule changes, a refresh leaves what the rules of today give: it may skip nothing that they are about."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from reliability.invariants import check
from sla.test_refreshing import wander
from sqlalchemy import event, select

from engine.activities.model import activity
from engine.clocks.refreshing import ReadRefreshes, read_refreshes
from engine.history import ticket_history
from engine.tickets.chronicle import History, chronicle

LATE = {"label": "Horas", "zone": "America/Sao_Paulo", "week": ["seg-sex 10:00-16:00"], "valid_from": "2026-03-01"}
CHANGES = (
    ("calendars", "turno", LATE),
    ("calendars", "comercial", LATE | {"week": ["seg-sab 09:00-17:00"]}),
    ("teams", "campo", {"label": "Campo", "calendar": "comercial"}),
    ("teams", "suporte", {"label": "Suporte"}),
    ("sla_policies", "alta", {"priority": "alta", "resolution": "PT8H"}),
    ("sla_policies", "baixa", {"priority": "baixa", "first_response": "PT1H", "calendar": "turno"}),
    (
        "sla_policies",
        "empresa",
        {"priority": "alta", "customer_kind": "company", "resolution": "PT4H/24x7", "retired": True},
    ),
)


def put(desk, registry, key, values):
    if registry == "sla_policies":
        values = {"label": key, "valid_from": "2026-01-01"} | values
    desk.put(registry, key, **values)


def activities(desk):
    return desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)


def wrong_activities(desk):
    """Those whose limit is not what their team's hours give; none of them was handed over here."""

    def look(unit, _):
        teams, calendars = unit.catalogue.registries.teams, unit.catalogue.calendars
        for row in unit.connection.execute(select(activity).where(activity.c.status != "finished")):
            line = calendars.of(teams[row.team].calendar)
            if row.handed is None and row.limit_at != line.add(row.created_at, timedelta(hours=2)):
                yield row

    return desk.world.read(lambda unit, _: list(look(unit, _)), None)


@pytest.mark.parametrize("seed", range(3))
def test_each_change_leaves_what_the_rules_give(desk, seed):
    desk.policy("todos", first_response="PT2H", next_response="PT1H", resolution="P2D")
    desk.policy("alta", priority="alta", first_response="PT30M", resolution="PT6H", calendar="turno")
    desk.policy("empresa", priority="alta", customer_kind="company", next_response="PT20M", resolution="PT4H/24x7")
    desk.refresh()
    desk.at(2, "09:00")
    tickets = wander(desk, seed, deeds=16)
    desk.move(desk.open(), "ligar")
    dice = random.Random(seed)
    for registry, key, values in dice.sample(CHANGES, len(CHANGES)):
        desk.clock.forward(minutes=10)
        put(desk, registry, key, values)
        desk.refresh(most=2)
        check(desk.world.engine)
        assert wrong_activities(desk) == [], (registry, key)
        running = [one for one in tickets if desk.see(one).standing == "open"]
        desk.alter(dice.choice(running), team=dice.choice(("suporte", "campo")))


def test_the_first_policy_finds_tickets_that_were_opened_without_one(desk):
    desk.refresh()
    desk.at(2, "09:00")
    tickets = [desk.open(priority=one) for one in ("alta", None)]
    assert [desk.see(one).clocks for one in tickets] == [None, None]
    desk.policy("alta", priority="alta", resolution="PT6H")
    desk.refresh()
    check(desk.world.engine)
    assert desk.see(tickets[0]).resolution_limit_at == desk.at(2, "16:00")


def test_what_is_not_meant_is_left_alone(desk):
    desk.policy("todos", resolution="PT6H")
    desk.refresh()
    desk.at(2, "09:00")
    ours, theirs = desk.open(), desk.open(team="campo")
    put(desk, *CHANGES[0])  # the other team's hours
    desk.refresh()
    latest = next(one for one in desk.world.read(read_refreshes, ReadRefreshes()) if one["what"] == "tickets")
    assert (latest["because"], latest["seen"], latest["changed"]) == ("calendars/turno", 2, 1)
    assert [desk.see(one).seq for one in (ours, theirs)] == [ours.seq, theirs.seq + 1]
    check(desk.world.engine)


def test_activities_of_one_ticket_are_told_one_after_the_other(desk):
    desk.refresh()
    desk.at(2, "09:00")
    tickets = [desk.open() for _ in range(3)]
    for one in (*tickets, *tickets[:2], tickets[0]):
        desk.move(one, "ligar")
    put(desk, "calendars", "comercial", LATE)
    desk.refresh(most=4)
    check(desk.world.engine)
    assert wrong_activities(desk) == []
    told = [
        [row["detail"] for row in desk.world.read(chronicle, History(ticket=one.protocol))
         if row["deed"] == "activity_limit_changed"]
        for one in tickets
    ]  # fmt: skip
    assert [len(one) for one in told] == [3, 2, 1]
    old, new = desk.at(2, "11:00"), desk.at(2, "12:00")
    assert {(one["element"], *one["limit_at"]) for one in told[0]} == {("telefonema", old.isoformat(), new.isoformat())}


def test_a_teams_other_calendar_is_about_its_activities_too(desk):
    desk.refresh()
    desk.at(2, "11:00")
    desk.move(desk.open(), "ligar")
    put(desk, "teams", "suporte", {"label": "Suporte", "calendar": "turno"})
    desk.refresh()
    (row,) = activities(desk)
    assert row.limit_at == desk.at(2, "13:00")  # no lunch hour any more
    check(desk.world.engine)


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("what", ["tickets", "activities"])
def test_who_was_faster_than_the_lock_is_not_undone(desk, what):
    """On SQLite nobody can be: a writer is alone."""
    desk.refresh()
    desk.at(2, "09:00")
    tickets = [desk.open() for _ in range(3)]
    for one in tickets:
        desk.move(one, "ligar")
    desk.clock.forward(minutes=5)
    put(desk, "calendars", "comercial", LATE)
    if what == "activities":
        desk.refresh(budget_s=0)  # the tickets
    desk.clock.forward(minutes=5)
    waiting = [tickets[0]]

    def faster(connection, cursor, statement, *_):
        if "FOR UPDATE" in statement and "clock_refresh" not in statement and "ticket.seq" in statement and waiting:
            one = waiting.pop()
            for name in ("esperar", "retomar", "resolver"):
                desk.move(one, name)

    event.listen(desk.world.engine.database, "before_cursor_execute", faster)
    desk.clock.forward(minutes=5)
    desk.refresh()
    event.remove(desk.world.engine.database, "before_cursor_execute", faster)
    assert not waiting
    check(desk.world.engine, one_clock=True)
    assert (desk.see(tickets[0]).limit_at, desk.see(tickets[0]).standing) == (None, "finished")
    deeds = desk.world.read(
        lambda unit, _: [
            row.deed
            for row in unit.connection.execute(
                select(ticket_history).where(ticket_history.c.ticket_id == tickets[0].id).order_by(ticket_history.c.seq)
            )
        ],
        None,
    )
    assert deeds[-1] == "moved"
    assert wrong_activities(desk) == []


def test_what_was_asked_just_now_waits_for_commands_under_way(desk):
    desk.refresh()
    desk.at(2, "09:00")
    desk.open()
    put(desk, "calendars", "comercial", LATE)
    settled = timedelta(seconds=5)
    desk.clock.forward(seconds=4)
    assert desk.refresh(settled=settled) == 0
    desk.clock.forward(seconds=1)
    assert desk.refresh(settled=settled) > 0
    check(desk.world.engine)
