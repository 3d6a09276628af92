"""Queue, pending, finished: whose, in which order, page by page, with rings and counts."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import event

from engine.errors import Invalid, NotPermitted
from engine.queues.appointments import Appointments, appointments
from engine.queues.board import COUNTED


def hours(desk, number):
    return desk.clock.at + timedelta(hours=number)


def test_a_persons_queue_is_what_waits_for_them_and_for_their_teams(desk):
    ticket = desk.open(title="Cano")
    desk.task(name="da equipe", team="suporte")
    desk.task(name="da Bia", responsible="bia", team="suporte", actor=desk.chefe)
    desk.task(name="das vendas", team="vendas")
    desk.task(name="minha", limit_at=hours(desk, 9))
    assert desk.names(desk.ana) == ["Cano", "minha", "da equipe"]
    assert desk.names(desk.bia) == ["Cano", "da equipe", "da Bia"]
    assert desk.names(desk.rui) == ["das vendas"]
    assert desk.names(desk.chefe, person="bia") == desk.names(desk.bia)
    assert desk.names(desk.rui, team="suporte") == ["Cano", "da equipe", "da Bia"]
    desk.take(ticket.id, desk.ana)
    assert desk.names(desk.ana) == ["minha", "da equipe"]
    assert desk.names(desk.ana, box="pending") == ["Cano"]
    assert desk.names(desk.bia, box="pending") == []
    assert desk.names(desk.bia, box="pending", team="suporte") == ["Cano"]


def test_what_has_a_limit_comes_first_and_finished_ones_the_latest_first(desk):
    for name, after in (("c", None), ("b", 3), ("d", None), ("a", 2)):
        desk.task(name=name, team="suporte", limit_at=after and hours(desk, after))
    assert desk.names(desk.ana) == ["a", "b", "c", "d"]
    for row in desk.list(desk.ana).rows:
        desk.clock.forward(minutes=1)
        desk.take(row.id, desk.ana)
        desk.finish(row.id, desk.ana)
    desk.clock.forward(minutes=1)
    ticket = desk.open(title="Cano")
    desk.take(ticket.id, desk.ana)
    desk.move(ticket, "cancelar")
    assert desk.names(desk.ana, box="finished") == ["Cano", "d", "c", "b", "a"]
    outcomes = [row.outcome for row in desk.list(desk.ana, box="finished").rows]
    assert outcomes == ["archived", "done", "done", "done", "done"]
    assert desk.names(desk.bia, box="finished") == []
    assert desk.names(desk.bia, box="finished", team="suporte") == ["Cano", "d", "c", "b", "a"]


@pytest.mark.parametrize("box", ["queued", "pending", "finished"])
def test_pages_follow_each_other_without_loss_while_things_go_on(desk, box):
    rng = random.Random(7)
    for n in range(23):
        limit_at = hours(desk, rng.choice((5, 6, 7))) if rng.random() < 0.6 else None
        item = desk.open(title=f"t{n}").id if n % 5 == 0 else desk.task(team="suporte", limit_at=limit_at)["id"]
        if box != "queued":
            desk.take(item, desk.ana)
        if box == "finished" and n % 5:
            desk.finish(item, desk.ana)
        elif box == "finished":
            desk.move(desk.see_by(item), "resolver")
    whole = [row.id for row in desk.list(desk.ana, box=box, limit=100).rows]
    assert len(whole) == 23
    found, cursor = [], None
    while True:
        page = desk.list(desk.ana, box=box, limit=3, cursor=cursor)
        found += [row.id for row in page.rows]
        desk.task(name="noch eine", team="vendas")
        if page.next is None:
            break
        cursor = page.next
    assert found == whole


def test_kinds_words_rings_and_appointments_narrow_a_list(desk):
    desk.open(title="Vazamento na pia")
    desk.task(name="Ligar ao síndico", kind="call", team="suporte")
    desk.task(name="Visita", kind="appointment", team="suporte", limit_at=hours(desk, 2))
    desk.in_ticket(name="Mandar foto")
    assert desk.names(desk.ana, kind="service") == ["Vazamento na pia", "Cano furado"]
    assert desk.names(desk.ana, kind="task") == ["Visita", "Ligar ao síndico", "Mandar foto"]
    assert desk.names(desk.ana, kind="call") == ["Ligar ao síndico"]
    assert desk.names(desk.ana, text="vazamento") == ["Vazamento na pia"]
    assert desk.names(desk.ana, text="síndico") == ["Ligar ao síndico"]
    assert sorted(desk.names(desk.ana, text="cano")) == ["Cano furado", "Mandar foto"]
    assert desk.names(desk.ana, text="nada disso") == []
    assert desk.names(desk.ana, kind="task", do_now=True) == ["Ligar ao síndico", "Mandar foto"]
    assert desk.names(desk.ana, ring="yellow", kind="task") == ["Visita"]
    desk.clock.forward(hours=2)
    assert desk.names(desk.ana, kind="task", do_now=True)[0] == "Visita"
    assert desk.names(desk.ana, ring="red") == ["Visita"]
    desk.clock.forward(hours=2)
    assert sorted(desk.names(desk.ana, ring="red")) == ["Cano furado", "Vazamento na pia", "Visita"]
    assert desk.names(desk.ana, ring="yellow") == []
    desk.take(desk.list(desk.ana, ring="red").rows[0].id, desk.ana)
    assert desk.names(desk.ana, box="pending", ring="overdue") == ["Visita"]


def test_the_board_shows_three_boxes_and_counts_in_one_look(desk):
    for after in (1, 2, None):
        desk.task(team="suporte", limit_at=after and hours(desk, after))
    mine = desk.task(limit_at=hours(desk, 1))
    desk.take(mine["id"], desk.ana)
    done = desk.task()
    desk.finish(done["id"], desk.ana)
    board = desk.board(desk.ana)
    assert board.counts == {
        "queued": {"all": 3, "yellow": 2, "red": 0},
        "pending": {"all": 1, "overdue": 0},
        "finished": {"today": 1},
    }
    assert [len(page.rows) for page in board.pages.values()] == [3, 1, 1]
    desk.clock.forward(hours=1)
    counts = desk.board(desk.ana).counts
    assert (counts["queued"], counts["pending"]) == ({"all": 3, "yellow": 1, "red": 1}, {"all": 1, "overdue": 1})
    desk.clock.forward(days=1)
    assert desk.board(desk.ana).counts["finished"] == {"today": 0}
    assert desk.board(desk.chefe, team="vendas").counts["queued"]["all"] == 0
    assert desk.board(desk.gil).counts["queued"]["all"] == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_counts_stop_at_a_thousand(desk):
    task = desk.task(team="suporte")
    desk.world.run(_clone, (task["id"], COUNTED + 5))
    assert desk.board(desk.ana).counts["queued"]["all"] == COUNTED + 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("whose", [{}, {"team": "suporte"}])
def test_counting_what_is_open_reads_an_index_and_no_row(desk, whose):
    asked = []

    @event.listens_for(desk.world.engine.database, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        asked.append((statement, parameters))

    desk.board(desk.ana, **whose)
    (counts,) = (one for one in asked if "count(*)" in one[0])
    plan = [
        row[3]
        for row in desk.rows(lambda unit: unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counts[0]}", counts[1]))
    ]
    reads = [line for line in plan if "SEARCH activity" in line or "SCAN activity" in line]
    opened = [line for line in reads if "ix_activity_done" not in line]
    assert len(opened) == (5 if whose else 8)
    assert [line for line in opened if "COVERING INDEX" not in line] == []


def _clone(unit, ask):
    from engine.activities.model import activity
    from engine.db import new_id

    one, times = ask
    row = unit.connection.execute(activity.select().where(activity.c.id == one)).one()._asdict()
    for _ in range(times):
        unit.insert("activity:x", activity, **row | {"id": new_id()})
    unit.record("activity:x", "task_created")


def test_appointments_for_a_calendar(desk):
    for after in (1, 25, 49):
        desk.task(name=f"em {after} h", kind="appointment", limit_at=hours(desk, after))
    desk.task(name="da Bia", kind="appointment", limit_at=hours(desk, 2), responsible="bia", team="suporte")
    desk.task(name="prazo", limit_at=hours(desk, 2))

    def asked(**more):
        ask = Appointments(**({"since": desk.clock.at, "until": hours(desk, 48)} | more))
        return [row.name for row in desk.world.read(appointments, ask, actor=desk.ana)]

    assert asked() == ["em 1 h", "em 25 h"]
    assert asked(person="bia") == ["da Bia"]
    assert asked(team="suporte") == ["da Bia"]
    assert asked(since=hours(desk, 2)) == ["em 25 h"]
    for until in (desk.clock.at, desk.clock.at + timedelta(days=93)):
        with pytest.raises(Invalid):
            asked(until=until)


def test_a_scope_bounds_what_is_listed(desk):
    desk.open(title="Cano")
    task = desk.task(name="das vendas", team="vendas")
    desk.world.run(_scope, ("agente", "own"))
    ana = desk.world.person("ana")
    assert desk.names(ana, team="vendas") == ["das vendas"]  # she made it
    assert desk.names(ana, team="suporte") == ["Cano"]  # she opened it
    bia = desk.world.person("bia")
    assert desk.names(bia, team="vendas") == []
    assert desk.names(bia, team="suporte") == []
    assert desk.names(desk.world.person("rui")) == ["das vendas"]
    desk.world.run(_scope, ("agente", "team"))
    assert desk.names(desk.world.person("bia"), team="suporte") == ["Cano"]
    assert task["status"] == "queued"


def _scope(unit, ask):
    from engine.people.model import profile

    unit.update(f"profile:{ask[0]}", profile, {"key": ask[0]}, scope=ask[1])
    unit.record(f"profile:{ask[0]}", "changed")
    unit.new_authority()


def test_who_may_not_read_activities_sees_no_list(desk):
    actor = desk.world.person("dora", "desenhista")
    for look in (desk.list, desk.board):
        with pytest.raises(NotPermitted):
            look(actor)


def test_questions_that_do_not_fit_are_refused(desk):
    for code, asked in (
        ("person_or_team", {"person": "ana", "team": "suporte"}),
        ("team_unknown", {"team": "nada"}),
        ("person_unknown", {"person": "nada"}),
        ("ring", {"ring": "overdue"}),
        ("cursor", {"cursor": "zzz"}),
    ):
        with pytest.raises(Invalid) as refusal:
            desk.list(desk.ana, **asked)
        assert refusal.value.code == code
        assert code != "person_unknown" or str(refusal.value).startswith("person: ")
