"""After calendars or policies changed every limit is computed anew; and whatever happens, what is kept is right."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from reliability.invariants import check
from sqlalchemy import select

from engine.activities.model import activity
from engine.clocks.explaining_activity import ExplainActivity, explain_activity
from engine.clocks.refreshing import ReadRefreshes, RefreshSome, read_refreshes, refresh_some
from engine.errors import Refused
from engine.queues.announcing import announce_all
from engine.queues.changing import Change, change
from engine.queues.finishing import Finish, finish
from engine.queues.taking import Take, take
from engine.queues.transferring import Transfer, transfer
from engine.tickets.chronicle import History, chronicle
from engine.tickets.tasks import CreateTask, create_task

WEEK = ["seg-sex 08:00-12:00 13:00-18:00"]


def wander(desk, seed, deeds=12):
    """Tickets on which anything happens, in any order."""
    dice = random.Random(seed)
    tickets = []
    for _ in range(deeds):
        desk.clock.forward(minutes=dice.choice((0, 1, 20, 90, 600, 3000)))
        if len(tickets) < 3:
            tickets.append(desk.open(priority=dice.choice((None, "alta", "baixa")), customer=dice.choice(("c1", "e1"))))
            continue
        ticket = dice.choice(tickets)
        deed = dice.choice(("move", "move", "move", "answer", "hear", "priority", "team"))
        try:
            if deed == "move":
                desk.move(ticket, dice.choice(("esperar", "retomar", "repetir", "resolver", "reabrir", "ligar")))
            elif deed in {"answer", "hear"}:
                getattr(desk, deed)(ticket)
            elif deed == "priority":
                desk.alter(ticket, priority=dice.choice((None, "alta", "baixa")))
            else:
                desk.alter(ticket, team=dice.choice(("suporte", "campo")))
        except Refused:
            continue
    return tickets


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_what_is_kept_is_what_the_history_says(desk, seed):
    desk.policy("todos", first_response="PT2H", next_response="PT1H", resolution="P2D")
    desk.policy("alta", priority="alta", first_response="PT30M", resolution="PT6H", calendar="turno")
    desk.policy("empresa", priority="alta", customer_kind="company", next_response="PT20M", resolution="PT4H/24x7")
    desk.refresh()
    desk.at(2, "09:00")
    tickets = wander(desk, seed)
    check(desk.world.engine)
    for ticket in tickets:
        explained = desk.explain(ticket)
        life = int(explained["as_of"].timestamp()) - int(explained["opened_at"].timestamp())
        assert {sum(one["seconds"].values()) for one in explained["clocks"]} <= {life}
        assert sum(explained["seconds"].values()) == life
    desk.put(
        "calendars",
        "comercial",
        label="C",
        zone="America/Sao_Paulo",
        week=["seg-sex 10:00-16:00"],
        valid_from="2026-03-01",
    )
    desk.policy("todos", first_response="PT3H", resolution="P1D")
    desk.put("teams", "campo", label="Campo")
    desk.refresh(most=2)
    check(desk.world.engine)


def test_a_refresh_goes_on_where_it_was_and_tells_what_it_changed(desk):
    desk.refresh()
    desk.at(2, "09:00")
    tickets = [desk.open() for _ in range(5)]
    old = tickets[0].limit_at
    desk.put(
        "calendars", "comercial", label="Comercial", zone="America/Sao_Paulo", week=WEEK,
        days=["2026-03-02 14:00-18:00 Inventário"], valid_from="2026-03-02",
    )  # fmt: skip
    run = desk.world.run
    assert run(refresh_some, RefreshSome(most=2)) == 2
    first, *_ = [one for one in desk.world.read(read_refreshes, ReadRefreshes()) if one["what"] == "tickets"]
    assert (first["because"], first["seen"], first["changed"], first["finished_at"]) == (
        "calendars/comercial",
        2,
        2,
        None,
    )
    late = desk.open()
    desk.refresh(most=2)
    found = [desk.see(one) for one in tickets]
    assert {one.limit_at for one in found} == {desk.at(2, "18:00")} == {desk.see(late).limit_at}
    assert [one.limit_version for one in found] == [2] * 5
    assert [one.revision for one in found] == [1] * 5
    (told,) = [
        one
        for one in desk.world.read(chronicle, History(ticket=tickets[0].protocol))
        if one["deed"] == "limits_changed"
    ]
    assert told["sentence"] == "Os prazos mudaram, porque mudou o cadastro calendars/comercial"
    assert told["detail"]["limits"] == {"limit_at": [old.isoformat(), found[0].limit_at.isoformat()]}
    assert desk.refresh() == 0
    check(desk.world.engine)


def test_where_no_limit_is_another_one_nothing_is_told(desk):
    ticket = desk.open()
    desk.clock.forward(minutes=1)
    desk.put("sla_policies", "todos", label="Todos", first_response="PT2H")  # for clocks that begin from now on
    desk.refresh()
    latest = desk.world.read(read_refreshes, ReadRefreshes())[0]
    assert (latest["because"], latest["seen"], latest["changed"]) == ("sla_policies/todos", 1, 0)
    deeds = {one["deed"] for one in desk.world.read(chronicle, History(ticket=ticket.protocol))}
    assert "limits_changed" not in deeds
    check(desk.world.engine)


def test_an_activity_runs_on_while_its_ticket_waits_and_follows_the_calendar(desk):
    desk.refresh()
    desk.at(2, "09:00")
    ticket = desk.open()
    desk.move(ticket, "ligar")
    desk.move(ticket, "esperar")
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    assert row.limit_at == desk.at(2, "11:00")
    desk.at(2, "11:30")
    found = desk.world.read(explain_activity, ExplainActivity(activity=row.id), actor=desk.agent)
    (clock,) = found["clocks"]
    assert (clock["clock"], clock["red"], clock["overdue_s"], clock["state"]) == ("activity", True, 1800, "running")
    assert clock["seconds"] == {"not_started": 0, "counted": 9000, "off_hours": 0, "paused": 0, "over": 0}
    desk.put(
        "calendars", "comercial", label="Comercial", zone="America/Sao_Paulo", week=WEEK,
        days=["2026-03-02 14:00-18:00 Inventário"], valid_from="2026-03-02",
    )  # fmt: skip
    desk.refresh()
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    assert row.limit_at == desk.at(2, "16:00")
    ten = desk.at(2, "10:00")
    desk.at(2, "12:00")
    before = desk.world.read(explain_activity, ExplainActivity(activity=row.id, as_of=ten), actor=desk.agent)
    assert before["clocks"][0]["seconds"]["counted"] == 3600
    desk.clock.at += timedelta(hours=2)
    check(desk.world.engine)


def test_an_activity_that_was_handed_over_is_told_as_it_was(desk):
    desk.refresh()
    desk.at(2, "11:00")
    desk.move(desk.open(), "ligar")
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    assert row.limit_at == desk.at(2, "14:00")  # two hours, with lunch between them
    desk.at(2, "11:30")
    desk.world.run(take, Take(item=row.id), actor=desk.agent)
    desk.at(2, "12:00")
    desk.world.run(transfer, Transfer(item=row.id, team="campo"), actor=desk.boss)
    desk.world.run(take, Take(item=row.id), actor=desk.agent)
    desk.at(2, "12:10")
    desk.world.run(finish, Finish(activity=row.id), actor=desk.agent)

    def told(hour):
        ask = ExplainActivity(activity=row.id, as_of=desk.at(2, hour))
        desk.at(2, "13:30")
        found = desk.world.read(explain_activity, ask, actor=desk.agent)
        (clock,) = found["clocks"]
        where = (found["status"], found["team"], found["responsible"], clock["calendar"]["key"], clock["rule"]["team"])
        return where, clock["limit_at"], clock["state"]

    early, late = desk.at(2, "14:00"), desk.at(2, "13:00")  # the other team has no lunch hour
    assert told("11:10") == (("queued", "suporte", None, "comercial", "suporte"), early, "running")
    assert told("11:40") == (("pending", "suporte", "ana", "comercial", "suporte"), early, "running")
    assert told("12:05") == (("pending", "campo", "ana", "turno", "campo"), late, "running")
    assert told("12:10") == (("finished", "campo", "ana", "turno", "campo"), late, "over")
    check(desk.world.engine)


def test_a_refresh_leaves_an_activity_the_hours_of_each_team(desk):
    desk.refresh()
    desk.at(2, "11:00")
    desk.move(desk.open(), "ligar")
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    desk.at(2, "11:30")
    desk.world.run(transfer, Transfer(item=row.id, team="campo"), actor=desk.boss)
    hours = {"zone": "America/Sao_Paulo", "valid_from": "2026-03-01"}
    desk.put("calendars", "turno", label="Turno", week=["seg-sab 06:00-12:00 15:00-18:00"], **hours)
    desk.refresh()
    (row,) = desk.world.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    assert row.limit_at == desk.at(2, "16:00")  # half an hour of the first team, one and a half of the other
    check(desk.world.engine)


def test_a_limit_by_hand_is_told_as_it_was_with_who_set_it(desk):
    desk.at(2, "09:00")
    first, second = desk.at(2, "10:00"), desk.at(2, "17:00")
    for ticket in (None, desk.open(subsubject="rede.cabo").protocol):
        desk.at(2, "09:00")
        made = CreateTask(name="Ligar", kind="call", team="suporte", ticket=ticket, limit_at=first)
        task = desk.world.run(create_task, made, actor=desk.agent).task
        desk.at(2, "10:30")
        announce_all(desk.world.engine)
        moved = desk.at(2, "11:00")
        desk.world.run(change, Change(item=task["id"], changes={"limit_at": second}), actor=desk.boss)
        told = {}
        for at in (desk.at(2, "09:30"), desk.at(2, "10:30"), desk.at(2, "12:00")):
            desk.at(2, "12:00")
            ask = ExplainActivity(activity=task["id"], as_of=at)
            told[at] = desk.world.read(explain_activity, ask, actor=desk.agent)
        early, late, now = (one["clocks"][0] for one in told.values())
        assert [one["limit_at"] for one in (early, late, now)] == [first, first, second]
        assert [one["red"] for one in (early, late, now)] == [False, True, False]
        assert (early["rule"]["by"], now["rule"]["by"], now["rule"]["at"]) == ("Ana", "Gil", moved)
        assert [len(one["announcements"]) for one in told.values()] == [0, 1, 1]
    check(desk.world.engine)


def test_two_workers_while_people_go_on_moving(desk):
    desk.policy("todos", first_response="PT2H", resolution="P2D")
    desk.at(2, "09:00")
    tickets = [desk.open() for _ in range(12)]
    desk.clock.forward(minutes=30)
    hours = {"week": ["seg-sex 10:00-16:00"], "zone": "America/Sao_Paulo", "valid_from": "2026-03-01"}
    desk.put("calendars", "comercial", label="C", **hours)
    with ThreadPoolExecutor(3) as pool:
        workers = [pool.submit(desk.refresh, most=2) for _ in range(2)]
        people = pool.submit(lambda: [desk.move(one, "esperar") for one in tickets[::2]])
        for one in (*workers, people):
            one.result()
    desk.refresh()
    check(desk.world.engine)
    assert {desk.see(one).limit_at is None for one in tickets[::2]} == {True}
    assert {desk.see(one).limit_at for one in tickets[1::2]} == {desk.at(2, "14:00")}
