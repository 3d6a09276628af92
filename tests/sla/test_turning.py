"""What is about to turn red, and what is: every clock of what is open, within reach, page by page, out of indexes."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from engine.clocks.ranges import CLOCKS, COUNTED
from engine.clocks.turning import Turning, turning
from engine.errors import Invalid, NotPermitted
from engine.permits.cells import SetCells, set_cells
from engine.permits.profiles import AlterProfile, CreateProfile, alter_profile, create_profile
from engine.queues.appointments import Appointments, appointments
from engine.queues.listing import ListItems, list_items
from engine.queues.taking import Take, take
from engine.tickets.tasks import CreateTask, create_task
from permissions.cells import Cell

HOUR = timedelta(hours=1)
HOURS8 = timedelta(hours=8)


def limits(desk, actor=None, **asked):
    return desk.world.read(turning, Turning(**asked), actor=actor or desk.boss)


def told(desk, *names, actor=None, **asked):
    return [tuple(one[name] for name in names) for one in limits(desk, actor, **asked).rows]


def task(desk, actor=None, **values):
    ask = CreateTask(**({"name": "Mandar proposta", "team": "suporte"} | values))
    return desk.world.run(create_task, ask, actor=actor or desk.boss).task["id"]


@pytest.fixture
def morning(desk):
    """Monday at eight: a ticket answered and asked about again, a fresh one; an activity in each, one in none."""
    desk.policy("tudo", first_response="PT1H", next_response="PT3H", resolution="PT6H")
    desk.refresh()
    desk.at(2, "08:00")
    desk.asked, desk.fresh = desk.open(subsubject="rede.cabo"), desk.open(subject="luz", team="campo")
    desk.answer(desk.asked)
    desk.move(desk.asked, "ligar")
    desk.move(desk.asked, "esperar")
    desk.at(2, "09:00")
    desk.hear(desk.asked)
    desk.own = task(desk, limit_at=desk.clock.at + 4 * HOUR, responsible="ana", team=None)
    desk.at(2, "09:30")
    return desk


def test_every_clock_of_what_is_open_with_the_item_it_belongs_to(morning):
    rows = limits(morning, within=HOURS8).rows
    assert [(one["clock"], one["kind"], one["name"], one["ticket"], one["team"]) for one in rows] == [
        ("activity", "call", "Ligar para o cliente", morning.asked.protocol, "suporte"),
        ("situation", "service", "Sem rede", morning.fresh.protocol, "campo"),
        ("next_response", "service", "Sem rede", morning.asked.protocol, "suporte"),
        ("activity", "custom", "Mandar proposta", None, None),
        ("situation", "service", "Sem rede", morning.asked.protocol, "suporte"),
        ("resolution", "service", "Sem rede", morning.fresh.protocol, "campo"),
        ("resolution", "service", "Sem rede", morning.asked.protocol, "suporte"),
    ]
    assert all(not one["red"] and one["time_left_s"] > 0 for one in rows)
    own = next(one for one in rows if one["ticket"] is None)
    assert (own["item"], own["situation"], own["situation_label"]) == (morning.own, None, None)
    assert (own["responsible"], own["responsible_name"]) == ("ana", "Ana")
    assert rows[0]["situation_label"] == "Aberto"
    assert told(morning, "clock", "time_left_s", "red", red=True) == [("first_response", -1800, True)]


def test_a_limit_turns_red_at_its_very_instant(morning):
    morning.clock.at += HOUR / 2
    assert ("activity", 0) in told(morning, "clock", "time_left_s", red=True)
    morning.clock.at -= timedelta(microseconds=1)
    assert told(morning, "clock", "time_left_s")[0] == ("activity", 0)
    assert [one[0] for one in told(morning, "clock", red=True)] == ["first_response"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_rings_and_delays_are_those_of_the_item(morning):
    assert told(morning, "status", "ring", "overdue", clock="activity") == [("queued", "yellow", False)] * 2
    morning.world.run(take, Take(item=morning.own), actor=morning.agent)
    morning.world.run(take, Take(item=morning.fresh.id), actor=morning.agent)
    morning.at(2, "15:00")
    late = {one["clock"]: one for one in limits(morning, red=True, responsible="ana").rows}
    assert {name: (one["status"], one["ring"], one["overdue"]) for name, one in late.items()} == {
        "first_response": ("pending", None, False),
        "situation": ("pending", None, True),
        "activity": ("pending", None, True),
        "resolution": ("pending", None, False),
    }
    waiting = limits(morning, red=True, responsible="none").rows
    assert {(one["clock"], one["ring"]) for one in waiting} == {
        ("next_response", None),
        ("situation", "red"),
        ("activity", "red"),
    }


def test_filters_and_counts(morning):
    assert limits(morning, within=HOURS8).counts == {
        "situation": 2,
        "first_response": 0,
        "next_response": 1,
        "resolution": 2,
        "activity": 2,
    }
    for clock in CLOCKS:
        found = limits(morning, within=HOURS8, clock=clock)
        assert {one["clock"] for one in found.rows} <= {clock}
        assert len(found.rows) == found.counts[clock]
        assert sum(found.counts.values()) == 7
    assert told(morning, "clock", red=True, clock="next_response") == []
    assert told(morning, "clock", red=True, clock="first_response") == [("first_response",)]
    team = limits(morning, within=HOURS8, team="campo")
    assert [one["clock"] for one in team.rows] == ["situation", "resolution"]
    assert (team.counts["activity"], team.counts["resolution"]) == (0, 1)
    assert told(morning, "item", within=HOURS8, responsible="ana") == [(morning.own,)]
    assert len(told(morning, "item", within=HOURS8, responsible="none")) == 6
    assert told(morning, "item", within=HOURS8, responsible="gil") == []


def test_what_is_over_or_waits_has_no_limit_there(morning):
    morning.world.run(take, Take(item=morning.own), actor=morning.agent)
    before = Counter(one["clock"] for one in limits(morning, within=HOURS8).rows)
    morning.move(morning.asked, "esperar")
    waits = Counter(one["clock"] for one in limits(morning, within=HOURS8).rows)
    assert before - waits == Counter(("situation", "next_response", "resolution"))
    morning.move(morning.asked, "retomar")
    morning.move(morning.asked, "resolver")
    assert told(morning, "clock", within=HOURS8, team="suporte") == []


@pytest.mark.parametrize("narrow", [False, True])
def test_pages_follow_each_other_without_loss_where_limits_are_equal(desk, narrow):
    desk.policy("tudo", first_response="PT4H", resolution="PT4H")
    desk.refresh()
    desk.at(2, "08:00")
    rng = random.Random(11)
    for _ in range(9):
        desk.open(team=rng.choice(["suporte", "campo"]))
        task(desk, limit_at=desk.clock.at + rng.choice((3, 4)) * HOUR, team=rng.choice(["suporte", "campo"]))
    asked = {"within": HOURS8, "actor": desk.boss}
    if narrow:
        desk.world.run(alter_profile, AlterProfile(key="supervisor", scope="team"))
        asked["actor"] = desk.world.person("sol", "supervisor", teams=["suporte", "campo"])
    whole = limits(desk, **asked, limit=100)
    assert (len(whole.rows), whole.next) == (36, None)
    assert len({one["limit_at"] for one in whole.rows}) == 2
    found, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        page = limits(desk, **asked, limit=5, cursor=cursor)
        assert page.counts == whole.counts
        found, cursor, pages = found + list(page.rows), page.next, pages + 1
    assert (found, pages) == (list(whole.rows), 8)
    with pytest.raises(Invalid, match="cursor: não é de página nenhuma"):
        limits(desk, cursor="W10")


def test_a_reader_is_told_of_what_the_profile_reaches(morning):
    world = morning.world
    task(morning, limit_at=morning.clock.at + HOUR, team="campo", name="do campo", due_kind="appointment")
    task(morning, limit_at=morning.clock.at + HOUR, ticket=morning.asked.protocol, team="campo", name="dentro")
    for login, scope, teams in (("tim", "team", ["campo"]), ("ole", "own", []), ("tod", "all", [])):
        world.run(create_profile, CreateProfile(key=f"p_{login}", label=login, scope=scope, copy_of="supervisor"))
        world.person(login, f"p_{login}", teams=teams)
    tim, ole, tod = (world.person(login, f"p_{login}") for login in ("tim", "ole", "tod"))
    assert limits(morning, tod, within=HOURS8).rows == limits(morning, within=HOURS8).rows
    # The team's ticket, the team's activities, and the ticket in which one of those waits.
    assert sorted(told(morning, "clock", "name", actor=tim, within=HOURS8)) == [
        ("activity", "dentro"),
        ("activity", "do campo"),
        ("next_response", "Sem rede"),
        ("resolution", "Sem rede"),
        ("resolution", "Sem rede"),
        ("situation", "Sem rede"),
        ("situation", "Sem rede"),
    ]
    assert limits(morning, ole, within=HOURS8).rows == []
    mine = task(morning, ole, limit_at=morning.clock.at + HOUR, team="campo", name="que fiz")
    assert told(morning, "item", actor=ole, within=HOURS8) == [(mine,)]
    assert sum(limits(morning, ole, within=HOURS8).counts.values()) == 1
    day = Appointments(since=morning.clock.at, until=morning.clock.at + 12 * HOUR, team="campo")
    assert [[row.name for row in world.read(appointments, day, actor=one)] for one in (tim, ole)] == [["do campo"], []]
    for person in (tim, ole):
        boxes = [world.read(list_items, ListItems(team=team), actor=person) for team in ("campo", "suporte")]
        listed = {row.id for box in boxes for row in box.rows if row.kind != "service" and row.limit_at}
        assert {one["item"] for one in limits(morning, person, within=HOURS8, clock="activity").rows} == listed


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_and_what_cannot_be(morning):
    with pytest.raises(NotPermitted):
        limits(morning, morning.agent)
    for asked, said in (
        ({"team": "nada"}, "team: 'nada' não está cadastrado"),
        ({"responsible": "ann"}, "não há pessoa com o login 'ann'. Quis dizer ana?"),
        ({"team": "camp", "responsible": "ann"}, "'camp' não está cadastrado. Quis dizer campo?.*'ann'"),
    ):
        with pytest.raises(Invalid, match=said):
            limits(morning, **asked)
    cells = {Cell("gestor", action): None for action in ("activity.read",)}
    morning.world.run(set_cells, SetCells(changes=cells))
    reader = morning.world.person("mara", "gestor")
    found = limits(morning, reader, within=HOURS8)
    assert {one["clock"] for one in found.rows} == {"situation", "next_response", "resolution"}
    assert found.counts["activity"] == 0
    with pytest.raises(NotPermitted):
        limits(morning, reader, clock="activity")


INDEXES = ("ix_ticket_limit", "ix_ticket_response_limit", "ix_ticket_resolution_limit", "ix_activity_limit")


@pytest.mark.parametrize("asked", [{}, {"team": "campo"}, {"responsible": "ana"}, {"red": True}])
@pytest.mark.parametrize("narrow", [False, True])
def test_no_limit_is_looked_for_outside_of_its_index(morning, asked, narrow):
    actor = morning.boss
    if narrow:
        morning.world.run(alter_profile, AlterProfile(key="supervisor", scope="team"))
        actor = morning.world.person("sol", "supervisor", teams=["suporte", "campo"])
    ran = []
    database = morning.world.engine.reading

    def note(connection, cursor, statement, parameters, context, executemany):
        if "limit_at IS NOT NULL" in statement:
            ran.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    limits(morning, actor, **asked)
    event.remove(database, "before_cursor_execute", note)
    assert len(ran) == 2 * len(INDEXES)
    with database.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:  # so few rows would be read as they lie
            connection.execute(text("SET enable_seqscan = off"))
            connection.execute(text("SET enable_bitmapscan = off"))
        for number, (statement, parameters) in enumerate(ran):
            how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(how + statement, parameters))
            assert not re.search(r"Seq Scan on (ticket|activity)|SCAN (ticket|activity)\b(?! USING)", plan), plan
            assert INDEXES[number // 2] in plan or not sqlite, plan
            if number % 2 and sqlite:  # pages: the index alone tells whom it concerns
                assert f"USING COVERING INDEX {INDEXES[number // 2]}" in plan, plan


@pytest.mark.parametrize("database", ["sqlite"])
def test_counts_stop(morning, monkeypatch):
    assert COUNTED == 1_000
    monkeypatch.setattr("engine.clocks.ranges.COUNTED", 1)
    assert set(limits(morning, within=HOURS8).counts.items()) == {
        ("situation", 2),
        ("first_response", 0),
        ("next_response", 1),
        ("resolution", 2),
        ("activity", 2),
    }
    morning.open(team="campo")
    assert limits(morning, within=HOURS8).counts["situation"] == 2
