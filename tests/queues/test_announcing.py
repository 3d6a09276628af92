"""Each crossing of a limit is told once, to whom the diagram or the team says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from reliability.invariants import check
from sqlalchemy import select

from engine.queues.announcing import announce_all
from engine.tickets.model import ticket as ticket_table


def test_steps_of_a_situation_are_told_in_their_order_to_whom_they_say(desk):
    ticket = desk.open()
    assert ticket.limit_at == desk.clock.at + timedelta(hours=4)
    assert desk.announce() == 0
    for hours, told in (
        (2, ("50%:team", None, ["ana", "bia", "chefe"])),
        (1, ("-PT1H:responsible", None, ["ana", "bia", "chefe"])),
        (1, ("limit", "red", ["ana", "bia", "chefe"])),
        (2, ("+PT2H:manager", None, ["chefe"])),
    ):
        desk.clock.forward(hours=hours, microseconds=-1)
        assert desk.announce() == 0
        desk.clock.forward(microseconds=1)
        assert desk.announce() == 1
        assert desk.announce() == 0
        assert desk.announced()[-1] == told
    desk.clock.forward(days=30)
    assert desk.announce() == 0
    found = desk.see(ticket)
    assert (found.announced, found.announce_at, found.revision) == ("red", None, ticket.revision)
    assert [one["threshold"] for one in desk.posted()] == ["50%:team", "-PT1H:responsible", "limit", "+PT2H:manager"]
    assert desk.sentences(ticket)[1:] == [
        "O atendimento tem prazo marcado: aviso a Ana, Bia, Chefe",
        "O atendimento tem prazo marcado: aviso a Ana, Bia, Chefe",
        "O atendimento passou do prazo na fila, em vermelho: aviso a Ana, Bia, Chefe",
        "O atendimento tem prazo marcado: aviso a Chefe",
    ]
    check(desk.world.engine)


def test_an_activity_of_a_diagram_is_told_of_in_its_ticket(desk):
    ticket = desk.move(desk.open(), "ligar")
    desk.clock.forward(hours=2)
    assert desk.announce() == 1
    assert desk.announced() == [("50%:manager", None, ["chefe", "gil"]), ("limit", "red", ["rui"])]
    assert desk.sentences(ticket)[-1] == (
        "A atividade Telefonar ao cliente passou do prazo na fila, em vermelho: aviso a Rui"
    )
    assert desk.see(ticket).revision == ticket.revision
    check(desk.world.engine)


def test_the_team_says_who_is_told_and_yellow_is_told_only_where_it_has_a_share(desk, team):
    soon = desk.clock.at + timedelta(hours=10)
    quiet = desk.task(team="vendas", limit_at=soon)
    team("vendas", yellow_from=80, tells=["manager", "team"])
    loud = desk.task(team="vendas", limit_at=soon)
    desk.clock.forward(hours=8)
    assert desk.announce() == 1
    assert desk.announced() == [("yellow", "yellow", ["chefe", "gil", "rui"])]
    desk.clock.forward(hours=2)
    assert desk.announce() == 2
    assert desk.announced(quiet["id"]) == [("limit", "red", ["chefe", "gil", "rui"])]
    assert [one[1] for one in desk.announced(loud["id"])] == ["yellow", "red"]
    row = desk.row(loud["id"])
    assert (row.announced, row.announced_at) == ("red", desk.clock.at)
    check(desk.world.engine)


def test_who_has_it_is_told_and_late_is_late_not_red(desk, team):
    team("suporte", yellow_from=50)
    task = desk.task(team="suporte", limit_at=desk.clock.at + timedelta(hours=2))
    desk.take(task["id"], desk.bia)
    desk.clock.forward(hours=1)
    assert desk.announce() == 1
    assert desk.announced() == []  # what somebody has got rings no more
    desk.clock.forward(hours=1)
    desk.announce()
    assert desk.announced() == [("limit", "overdue", ["bia"])]
    check(desk.world.engine)


def test_paused_and_finished_tickets_and_finished_activities_are_not_told_of(desk):
    paused, closed = desk.move(desk.open(), "esperar"), desk.move(desk.open(), "resolver")
    assert (desk.see(paused).announce_at, desk.see(closed).announce_at) == (None, None)
    task = desk.task(team="suporte", limit_at=desk.clock.at + timedelta(hours=1))
    desk.finish(task["id"], desk.ana)
    desk.clock.forward(days=9)
    assert desk.announce() == 0
    check(desk.world.engine)


def test_entering_again_is_a_new_deadline_and_is_told_of_anew(desk):
    ticket = desk.open()
    desk.clock.forward(hours=5)
    desk.announce()
    desk.move(ticket, "repetir")
    desk.clock.forward(hours=4)
    desk.announce()
    assert [one[0] for one in desk.announced()].count("limit") == 2
    assert desk.see(ticket).limit_version == 2
    check(desk.world.engine)


def test_after_a_day_of_standstill_all_is_told_once_and_in_order(desk):
    for _ in range(3):
        desk.open()
        desk.clock.forward(minutes=7)
    desk.task(team="suporte", limit_at=desk.clock.at + timedelta(hours=1))
    desk.clock.forward(days=1)
    assert desk.announce() == 4
    posted = [one["due_at"] for one in desk.posted() if one["threshold"] != "+PT2H:manager"]
    assert len(posted) == 3 * 3 + 1
    assert desk.announce() == 0
    check(desk.world.engine)


def test_a_clock_that_jumps_tells_nothing_twice(desk):
    ticket = desk.open()
    opened_at = desk.clock.at
    desk.clock.forward(days=3650)
    assert desk.announce() == 1
    for at in (opened_at, opened_at - timedelta(days=1), opened_at + timedelta(hours=4), opened_at + timedelta(days=1)):
        desk.clock.at = at
        assert desk.announce() == 0
    assert len(desk.announced()) == 4
    assert desk.see(ticket).announce_at is None


def test_rings_are_right_with_the_scheduler_stopped(desk):
    ticket = desk.open()
    board = [(row.limit_at, row.yellow_at) for row in desk.list(desk.ana, ring="yellow").rows]
    assert board == [(ticket.limit_at, None)]
    desk.clock.at = ticket.limit_at - timedelta(microseconds=1)
    assert desk.names(desk.ana, ring="red") == []
    desk.clock.at = ticket.limit_at
    assert len(desk.names(desk.ana, ring="red")) == 1
    assert desk.announced() == []


def test_another_team_tells_at_its_own_time_and_nobody_is_told_twice(desk, team):
    team("vendas", yellow_from=75)
    task = desk.task(team="suporte", limit_at=desk.clock.at + timedelta(hours=4))
    desk.transfer(task["id"], desk.ana, team="vendas")
    desk.clock.forward(hours=3)
    desk.announce()
    desk.transfer(task["id"], desk.rui, team="suporte")
    desk.transfer(task["id"], desk.ana, team="vendas")
    desk.clock.forward(hours=1)
    desk.announce()
    assert [one[:2] for one in desk.announced()] == [("yellow", "yellow"), ("limit", "red")]
    check(desk.world.engine)


def test_who_was_told_and_when_is_one_look(desk):
    ticket = desk.open()
    desk.clock.forward(hours=4)
    desk.announce()
    shown = desk.show(ticket.id, desk.ana)
    assert [(row.threshold, row.at) for row in shown.announcements] == [
        (name, desk.clock.at) for name in ("50%:team", "-PT1H:responsible", "limit")
    ]


@pytest.mark.parametrize("database", ["postgresql"])
def test_what_somebody_is_just_changing_is_left_for_the_next_beat(desk):
    tickets = [desk.open() for _ in range(3)]
    desk.clock.forward(hours=2)
    with desk.world.engine.database.begin() as connection:
        connection.execute(select(ticket_table).where(ticket_table.c.id == tickets[0].id).with_for_update())
        assert desk.announce() == 2
    assert desk.announce() == 1


def test_batches_are_announced_one_after_the_other(desk):
    for _ in range(7):
        desk.open()
    desk.clock.forward(hours=2)
    assert announce_all(desk.world.engine, batch=3) == 7
    assert len(desk.announced()) == 7
    check(desk.world.engine)
