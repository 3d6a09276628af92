"""A ticket's clocks: armed on entering, moved by pauses, by the policy that fits, and explained to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from reliability.invariants import check

from engine.errors import Invalid, NotFound
from engine.queues.changing import Change, change
from engine.queues.transferring import Transfer, transfer
from engine.tickets.tasks import CreateTask, create_task


def sums(explained):
    """Whole seconds of the life, of each clock and of each visit: told once as sums, once as intervals."""
    life = int(explained["as_of"].timestamp()) - int(explained["opened_at"].timestamp())
    assert sum(explained["seconds"].values()) == life
    assert sum(one["seconds"] for one in explained["intervals"]) == life
    for clock in explained["clocks"]:
        assert sum(clock["seconds"].values()) == sum(one["seconds"] for one in clock["intervals"]) == life
        ends = [one["until"] for one in clock["intervals"]]
        assert [one["from"] for one in clock["intervals"]] == [explained["opened_at"], *ends[:-1]]
    return explained["seconds"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_situations_limit_counts_office_hours_and_is_red_from_its_very_instant(desk):
    desk.at(6, "17:00")  # Friday
    ticket = desk.open()
    limit = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # one hour on Friday, three on Monday
    assert ticket.limit_at == limit
    desk.clock.at = limit - timedelta(microseconds=1)
    assert desk.clocks(ticket)["situation"]["red"] is False
    desk.clock.at = limit
    found = desk.explain(ticket)
    (clock,) = found["clocks"]
    assert (clock["red"], clock["reached_at"], clock["remaining_s"], clock["overdue_s"]) == (True, limit, 0, 0)
    assert clock["rule"] | {"version": 1} == {
        "source": "diagram", "process": "chamado", "version": 1, "element": "aberto",
        "amount": "PT4H", "team": "suporte",
    }  # fmt: skip
    assert clock["calendar"] == {"key": "comercial", "version": 1, "zone": "America/Sao_Paulo"}
    assert sums(found)["counted"] == 4 * 3600
    kinds = [(one["kind"], one.get("because"), one["seconds"] // 3600) for one in clock["intervals"]]
    assert kinds == [
        ("counted", None, 1),
        ("off_hours", "off_hours", 6),
        ("off_hours", "day_off", 48),
        ("off_hours", "off_hours", 8),
        ("counted", None, 3),
    ]


def test_while_paused_there_is_no_limit_and_afterwards_a_new_one(desk):
    desk.policy("tudo", resolution="PT8H", first_response="PT2H")
    desk.at(2, "08:00")
    ticket = desk.open()
    assert ticket.limit_at == desk.at(2, "12:00")
    assert (ticket.response_limit_at, ticket.resolution_limit_at) == (desk.at(2, "10:00"), desk.at(2, "17:00"))
    desk.at(2, "09:00")
    waiting = desk.move(ticket, "esperar")
    assert (waiting.limit_at, waiting.response_limit_at, waiting.resolution_limit_at) == (None, None, None)
    desk.at(3, "09:30")
    held = desk.clocks(ticket)
    assert (held["resolution"]["state"], held["resolution"]["limit_at"], held["resolution"]["red"]) == (
        "paused",
        None,
        False,
    )
    assert held["resolution"]["held_limit_at"] == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    desk.hear(ticket)
    found = desk.see(ticket)
    # Eight hours on Monday and one and a half on Tuesday have passed meanwhile.
    assert found.response_limit_at == desk.at(3, "10:30")
    assert found.resolution_limit_at == desk.at(3, "17:30")
    assert found.limit_at == desk.at(3, "14:30")
    desk.at(3, "11:00")
    explained = desk.explain(ticket)
    assert sums(explained) == {"not_started": 0, "counted": 9000, "off_hours": 0, "paused": 88200, "over": 0}
    assert [one["situation_label"] for one in explained["visits"]] == ["Aberto", "Esperando o cliente", "Aberto"]
    assert desk.clocks(ticket)["first_response"]["red"] is True


def test_an_answer_ends_the_wait_and_only_a_word_on_an_open_ticket_begins_the_next(desk):
    desk.policy("tudo", first_response="PT1H", next_response="PT30M")
    desk.at(2, "09:00")
    ticket = desk.open()
    desk.at(2, "09:10")
    desk.hear(ticket)
    assert desk.see(ticket).response_limit_at == desk.at(2, "10:00")
    desk.at(2, "09:20")
    desk.answer(ticket)
    assert desk.see(ticket).response_limit_at is None
    desk.at(2, "11:45")
    desk.hear(ticket)
    assert desk.see(ticket).response_limit_at == desk.at(2, "13:15")
    desk.at(2, "11:50")
    desk.hear(ticket)
    assert desk.see(ticket).response_limit_at == desk.at(2, "13:15")
    desk.at(2, "14:00")
    desk.answer(ticket)
    desk.move(ticket, "resolver")
    desk.at(2, "15:00")
    desk.hear(ticket)
    assert desk.see(ticket).response_limit_at is None
    clocks = desk.explain(ticket)["clocks"]
    assert [one["clock"] for one in clocks] == ["first_response", "next_response"]
    assert [one["breached"] for one in clocks] == [False, True]
    assert clocks[1]["reached_at"] == desk.at(2, "13:15")
    sums(desk.explain(ticket, as_of=desk.at(2, "15:00")))


@pytest.mark.parametrize("database", ["sqlite"])
def test_finished_and_reopened_the_resolution_goes_on_where_it_was(desk):
    desk.policy("tudo", resolution="PT4H")
    desk.at(2, "08:00")
    ticket = desk.open()
    desk.at(2, "09:00")
    desk.move(ticket, "resolver")
    assert desk.see(ticket).resolution_limit_at is None
    desk.at(2, "16:00")
    desk.move(ticket, "reabrir")
    assert desk.see(ticket).resolution_limit_at == desk.at(3, "09:00")
    desk.at(2, "17:00")
    assert sums(desk.explain(ticket)) == {"not_started": 0, "counted": 7200, "off_hours": 0, "paused": 0, "over": 25200}


def test_the_most_particular_policy_counts_and_another_priority_chooses_another(desk):
    desk.policy("todos", resolution="PT8H")
    desk.policy("rede", subject="rede", resolution="PT6H")
    desk.policy("cabo", subsubject="rede.cabo", resolution="PT3H")
    desk.policy("empresas", subsubject="rede.cabo", customer_kind="company", resolution="PT2H/24x7")
    desk.at(2, "08:00")
    assert desk.open(subject="luz").resolution_limit_at == desk.at(2, "17:00")
    desk.at(2, "08:00")
    ticket = desk.open()
    assert ticket.resolution_limit_at == desk.at(2, "15:00")
    desk.at(2, "08:00")
    assert desk.open(subsubject="rede.cabo", customer="e1").resolution_limit_at == desk.at(2, "10:00")
    desk.at(2, "09:00")
    assert desk.alter(ticket, subsubject="rede.cabo").resolution_limit_at == desk.at(2, "11:00")
    desk.at(2, "09:30")
    rule = desk.clocks(ticket)["resolution"]["rule"]
    assert (rule["policy"], rule["version"], rule["amount"]) == ("cabo", 1, "PT3H")
    assert rule["criteria"] == {"subject": "rede", "subsubject": "rede.cabo"}
    before = desk.clocks(ticket, as_of=desk.at(2, "08:30"))
    assert before["resolution"]["rule"]["policy"] == "rede"


@pytest.mark.parametrize("database", ["sqlite"])
def test_policies_that_could_not_be_told_apart_are_refused(desk):
    desk.policy("rede", subject="rede", resolution="PT6H")
    with pytest.raises(
        Invalid,
        match="'rede' e 'urgente' servem por igual, de 2026-01-01 em diante, a um atendimento com priority",
    ):
        desk.policy("urgente", priority="alta", resolution="PT1H")
    with pytest.raises(Invalid, match="Os critérios são os mesmos: altere a que já existe"):
        desk.policy("outra", subject="rede", resolution="PT1H")
    desk.policy("rede_urgente", subject="rede", priority="alta", resolution="PT1H")
    desk.policy("urgente", priority="alta", resolution="PT2H")
    with pytest.raises(Invalid, match="servem por igual"):
        desk.policy("rede_urgente", subject="rede", priority="alta", resolution="PT1H", retired=True)


def test_yesterdays_figures_stay_what_they_were_and_todays_stand_beside_them(desk):
    desk.at(6, "17:00")
    ticket = desk.open()
    monday = desk.at(9, "15:00")
    before = desk.explain(ticket)
    desk.at(10, "09:00")
    week = ["seg-sex 08:00-12:00 13:00-18:00"]
    with pytest.raises(Invalid, match="valid_from: as horas mudam"):
        desk.put("calendars", "comercial", label="Comercial", week=week, days=["2026-03-09 fechado Feriado"])
    desk.put(
        "calendars", "comercial", label="Comercial", zone="America/Sao_Paulo", week=week,
        days=["2026-03-09 fechado Feriado municipal"], valid_from="2026-03-09",
    )  # fmt: skip
    assert desk.explain(ticket, as_of=monday) == before
    fresh = desk.explain(ticket, as_of=monday, rules="now")
    (clock,) = fresh["clocks"]
    assert clock["limit_at"] == desk.at(10, "11:00")
    assert clock["calendar"]["version"] == 2
    assert [one.get("holiday") for one in clock["intervals"]][-1] == "Feriado municipal"
    assert sums(fresh)["counted"] == 3600


def test_each_teams_hours_count_for_the_time_it_had_the_ticket(desk):
    desk.policy("tudo", resolution="PT10H")
    desk.at(2, "11:00")
    ticket = desk.open()
    assert (ticket.limit_at, ticket.resolution_limit_at) == (desk.at(2, "16:00"), desk.at(3, "12:00"))
    noon = desk.at(2, "12:30")
    before = desk.clocks(ticket)
    # One hour is used; what is left is worked by the hours of the new team, which has no lunch hour and ends at 14:00.
    fresh = desk.alter(ticket, team="campo")
    assert (fresh.limit_at, fresh.resolution_limit_at) == (desk.at(3, "07:30"), desk.at(3, "13:30"))
    desk.at(2, "12:30")
    after = desk.clocks(ticket)
    for name in ("situation", "resolution"):
        assert before[name]["remaining_s"] == after[name]["remaining_s"], "a hand-over changes nothing of what is left"
        assert before[name]["seconds"]["counted"] == after[name]["seconds"]["counted"] == 3600
    desk.at(3, "08:00")
    assert desk.explain(ticket, as_of=noon)["clocks"][0]["calendar"]["key"] == "turno"
    assert desk.explain(ticket, as_of=noon - timedelta(seconds=1))["clocks"][0]["calendar"]["key"] == "comercial"
    explained = desk.explain(ticket)
    clock = explained["clocks"][0]
    assert (clock["reached_at"], clock["calendar"]["key"]) == (desk.at(3, "07:30"), "turno")
    told = [(one["kind"], one["calendar"], one["seconds"] // 60) for one in clock["intervals"]]
    desk.at(3, "08:00")
    assert told == [
        ("counted", "comercial", 60),
        ("off_hours", "comercial", 30),
        ("counted", "turno", 90),
        ("off_hours", "turno", 16 * 60),
        ("counted", "turno", 120),
    ]
    sums(explained)
    # Back: what was reached stays reached at the same instant.
    assert desk.alter(ticket, team="suporte").limit_at == clock["reached_at"]
    check(desk.world.engine)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_limit_in_days_counts_the_working_days_of_whoever_has_it(desk):
    desk.policy("tudo", resolution="P2D")
    desk.at(6, "09:00")  # Friday
    ticket = desk.open()
    assert ticket.resolution_limit_at == desk.at(10, "09:00")
    desk.at(6, "10:00")
    assert desk.alter(ticket, team="campo").resolution_limit_at == desk.at(9, "09:00")  # which works on Saturdays
    check(desk.world.engine)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_altered_activity_in_a_ticket_disturbs_none_of_its_clocks(desk):
    desk.at(2, "09:00")
    ticket = desk.open(subsubject="rede.cabo")
    made = CreateTask(name="Ligar", kind="call", team="suporte", ticket=ticket.protocol)
    task = desk.world.run(create_task, made, actor=desk.agent).task
    desk.world.run(change, Change(item=task["id"], changes={"name": "Ligar já"}), actor=desk.agent)
    desk.world.run(transfer, Transfer(item=task["id"], team="campo"), actor=desk.boss)
    assert desk.explain(ticket)["clocks"][0]["calendar"]["key"] == "comercial"


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_cannot_be_explained_is_refused(desk):
    ticket = desk.open()
    with pytest.raises(Invalid, match="as_of: só a partir de"):
        desk.explain(ticket, as_of=desk.clock.at - timedelta(seconds=1))
    with pytest.raises(Invalid, match="no máximo um ano"):
        desk.explain(ticket, as_of=desk.clock.at + timedelta(days=400))
    with pytest.raises(NotFound):
        desk.explain(type("T", (), {"protocol": "2026-0000000-0"}))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_move_an_answer_and_a_word_read_no_history(desk, monkeypatch):
    desk.policy("tudo", first_response="PT1H", next_response="PT30M", resolution="P2D")
    ticket = desk.open()

    def read(*_, **__):
        raise AssertionError("the history was read")

    monkeypatch.setattr("engine.tickets.clocks.life_of", read)
    for deed in ("esperar", "retomar", "repetir"):
        desk.clock.forward(hours=1)
        desk.move(ticket, deed)
    desk.answer(ticket)
    desk.hear(ticket)
    assert desk.see(ticket).response_limit_at is not None
    desk.move(ticket, "resolver")
    with pytest.raises(AssertionError, match="the history was read"):
        desk.move(ticket, "reabrir")
