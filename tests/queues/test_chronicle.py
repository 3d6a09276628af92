"""The history of one item: the same words whether it is in a ticket or not, page by page, for who may see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from reliability.invariants import check

from engine.errors import NotFound, NotPermitted
from engine.permits.cells import SetCells, set_cells
from engine.permits.profiles import AlterProfile, alter_profile
from engine.queues.changing import Change, change
from engine.tickets.queries import open_activities
from engine.tickets.relocation import Relocate, relocate
from permissions.cells import Cell

DAY = [
    "Ana criou uma tarefa (Mandar orçamento)",
    "Ana pegou a atividade Mandar orçamento da fila",
    "Ana alterou a atividade Mandar orçamento",
    "Ana transferiu a atividade Mandar orçamento para Vendas",
    "Rui pegou a atividade Mandar orçamento da fila",
    "Rui devolveu a atividade Mandar orçamento à fila",
    "Rui finalizou a atividade Mandar orçamento (feita)",
]


@pytest.fixture(autouse=True)
def sound(desk):
    yield
    check(desk.world.engine)


def spent(desk, task):
    """A day of an activity of the team `suporte`."""
    desk.take(task["id"], desk.ana)
    limit = desk.clock.at + timedelta(days=1)
    desk.world.run(change, Change(item=task["id"], changes={"limit_at": limit, "description": "x"}), actor=desk.ana)
    desk.transfer(task["id"], desk.ana, team="vendas", note="É venda")
    desk.take(task["id"], desk.rui)
    desk.give_back(task["id"], desk.rui, note="Sem resposta")
    desk.finish(task["id"], desk.rui)


def became(row):
    return [(one["label"], one["old_label"], one["new_label"], one["withheld"]) for one in row["changes"]]


@pytest.mark.parametrize("inside", [False, True])
def test_an_activity_tells_its_day_in_the_same_words_in_a_ticket_and_without_one(desk, inside):
    if inside:
        ticket, task = desk.in_ticket(team="suporte")
        desk.task(ticket=ticket.protocol)  # another of the ticket: none of its rows is told
    else:
        task = desk.task(team="suporte")
        desk.task(team="suporte")
    spent(desk, task)
    rows = desk.told(task["id"], desk.chefe if inside else desk.gil)
    assert [row["sentence"] for row in rows] == DAY
    assert [row["deed"] for row in rows][0::3] == ["task_created", "activity_transferred", "activity_finished"]
    assert {row["detail"]["activity"] for row in rows} == {str(task["id"])}
    assert rows[0]["detail"]["kind"] == rows[-1]["detail"]["kind"] == "custom"
    assert {row["process"] for row in rows} == {"fila" if inside else None}
    numbers = [row["seq"] for row in rows]
    assert numbers == ([2, 4, 5, 6, 7, 8, 9] if inside else [1, 2, 3, 4, 5, 6, 7])
    assert became(rows[1]) == [("Responsável", None, "Ana", False)]
    limit, described = became(rows[2])
    assert (limit[:2], described) == (("Prazo", None), ("Descrição", None, None, True))
    assert became(rows[3]) == [("Time", "Suporte", "Vendas", False), ("Responsável", "Ana", None, False)]
    assert became(rows[5]) == [("Responsável", "Rui", None, False)]
    assert became(rows[6]) == [("Responsável", None, "Rui", False)]
    assert "É venda" not in str(rows)


@pytest.mark.parametrize("inside", [False, True])
def test_pages_and_filters_of_it_are_those_of_a_tickets_history(desk, inside):
    task = desk.in_ticket(team="suporte")[1] if inside else desk.task(team="suporte")
    begun = desk.clock.at
    desk.clock.forward(hours=1)
    spent(desk, task)
    whole = desk.told(task["id"], desk.gil)
    page, after = [], 0
    while rows := desk.told(task["id"], desk.gil, limit=3, after=after):
        assert len(rows) <= 3
        page, after = page + rows, rows[-1]["seq"]
    assert page == whole
    assert desk.told(task["id"], desk.gil, deed="activity_taken") == [whole[1], whole[4]]
    assert desk.told(task["id"], desk.gil, deed="task_created") == whole[:1]
    assert desk.told(task["id"], desk.gil, actor="rui") == whole[4:]
    later = begun + timedelta(minutes=30)
    assert desk.told(task["id"], desk.gil, since=later) == whole[1:]
    assert desk.told(task["id"], desk.gil, until=later) == whole[:1]


def test_what_a_diagram_asked_for_begins_with_the_move_that_asked_and_ends_where_its_token_went(desk):
    ticket = desk.move(desk.open(), "ligar")
    (activity,) = desk.rows(lambda unit: open_activities(unit, desk.see(ticket)))
    desk.take(activity.id, desk.rui)
    desk.finish(activity.id, desk.rui)
    assert [row["sentence"] for row in desk.told(activity.id, desk.rui)] == [
        "Ana moveu de Novo para Atendendo",
        "Rui pegou a atividade Telefonar ao cliente da fila",
        "Rui finalizou a atividade Telefonar ao cliente (feita)",
        "O processo seguiu depois da atividade Telefonar ao cliente",
    ]


def test_what_the_process_withdrew_ends_with_what_withdrew_it(desk):
    ticket = desk.move(desk.open(), "ligar")
    (first,) = desk.rows(lambda unit: open_activities(unit, desk.see(ticket)))
    desk.clock.forward(minutes=1)
    desk.world.run(relocate, Relocate(ticket=ticket.protocol, situation="novo", reason="Engano"), actor=desk.gil)
    desk.clock.forward(minutes=1)
    desk.move(ticket, "ligar")
    (second,) = desk.rows(lambda unit: open_activities(unit, desk.see(ticket)))
    desk.clock.forward(minutes=1)
    assert [row["deed"] for row in desk.told(first.id, desk.gil)] == ["moved", "relocated"]
    assert [row["deed"] for row in desk.told(second.id, desk.gil)] == ["moved"]


def test_a_limit_that_was_told_of_stands_in_it(desk):
    task = desk.task(team="suporte", limit_at=desk.clock.at + timedelta(hours=1))
    desk.clock.forward(hours=2)
    desk.announce()
    told = desk.told(task["id"], desk.ana)[-1]
    assert (told["deed"], told["seq"]) == ("announced", 2)
    assert told["sentence"].startswith("A atividade Mandar orçamento passou do prazo na fila, em vermelho: aviso a ")


def test_a_tickets_id_reads_the_tickets_history(desk):
    ticket = desk.open()
    desk.take(ticket.id, desk.ana)
    assert [row["deed"] for row in desk.told(ticket.id, desk.ana)] == ["opened", "taken"]


def test_only_who_sees_the_activity_reads_its_history(desk):
    _, inside = desk.in_ticket(team="suporte")
    alone = desk.task(team="suporte")
    narrow = desk.world.person("nina", "agente", teams=["vendas"])
    desk.world.run(alter_profile, AlterProfile(key="agente", scope="team"))
    for task in (inside, alone):
        assert desk.told(task["id"], desk.ana)
        with pytest.raises(NotFound):
            desk.told(task["id"], narrow)
    desk.world.run(set_cells, SetCells(changes={Cell("agente", "activity.read"): False}))
    with pytest.raises(NotPermitted):
        desk.told(inside["id"], desk.ana)
    with pytest.raises(NotFound):  # in no ticket, and nothing else lets her know of it
        desk.told(alone["id"], desk.ana)
