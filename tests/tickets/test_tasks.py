"""Hard rule 1: creating a task needs a right and a subsubject, on every route."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.activities.model import activity
from engine.errors import Conflict, Invalid, NotActive, NotFound, NotPermitted
from engine.queues.finishing import Finish, finish
from engine.tickets.relocation import Relocate, relocate
from engine.tickets.tasks import CreateTask, Tasks, create_task, tasks


def created(shop, ticket, *, actor=None, **values):
    ask = CreateTask(**({"ticket": ticket.protocol, "name": "Ligar para o síndico", "kind": "call"} | values))
    return shop.world.run(create_task, ask, actor=actor or shop.agent).task


def listed(shop, ticket):
    return shop.world.read(tasks, Tasks(ticket=ticket.protocol), actor=shop.agent)[1]


@pytest.fixture
def ticket(shop):
    return shop.open(subsubject="hidraulica.cano")


def test_a_task_is_queued_for_the_tickets_team_or_is_somebodys_at_once(shop, ticket):
    queued = created(shop, ticket, description="Avisar do barulho")
    theirs = created(shop, ticket, responsible="ana")
    both = created(shop, ticket, responsible="ana", team="suporte")
    assert [(t["team"], t["person_id"], t["status"]) for t in (queued, theirs, both)] == [
        ("campo", None, "queued"),
        (None, shop.agent.user_id, "pending"),
        ("suporte", shop.agent.user_id, "pending"),
    ]
    rows = listed(shop, ticket)
    row = rows[0]
    assert (row.name, row.description, row.token, row.created_by) == (
        "Ligar para o síndico",
        "Avisar do barulho",
        None,
        shop.agent.id,
    )
    last = shop.history(ticket)[1]
    assert (last.deed, last.detail) == (
        "task_created",
        {"activity": str(queued["id"]), "kind": "call", "team": "campo", "person": None},
    )
    assert shop.see(ticket).revision == ticket.revision


def test_without_a_subsubject_nobody_creates_one(shop):
    ticket = shop.open()
    for actor in (shop.agent, shop.boss):
        with shop.refused(Invalid, "subsubject_missing") as refusal:
            created(shop, ticket, actor=actor)
        assert "PATCH" in refusal.value.reasons[0].fix


def test_with_a_subsubject_and_without_the_right_neither(shop, ticket):
    for login, profile, kind in (("ivo", "integracao", NotPermitted), ("paula", "cliente_portal", NotFound)):
        other = shop.world.person(login, profile)
        with shop.refused(kind):
            created(shop, ticket, actor=other)


def test_losing_the_subsubject_closes_the_way_again(shop, ticket):
    from engine.tickets.alteration import Alter, alter

    created(shop, ticket)
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={"subsubject": None}), actor=shop.agent)
    with shop.refused(Invalid, "subsubject_missing"):
        created(shop, ticket)


def test_what_does_not_fit_is_named(shop, ticket):
    for values, named in (
        ({"team": "nada"}, "team"),
        ({"responsible": "ninguem"}, "responsible"),
        ({"team": "campo", "responsible": "ana"}, "não é da equipe"),
        ({"kind": "outra"}, "kind"),
        ({"name": "  "}, "name"),
    ):
        with shop.refused(Invalid) as refusal:
            created(shop, ticket, **values)
        assert named in str(refusal.value)


def test_finishing_one_made_by_hand_moves_nothing(shop, ticket):
    task = created(shop, ticket)
    before = shop.see(ticket)
    done = shop.world.run(finish, Finish(activity=task["id"]), actor=shop.agent)
    assert (done.ticket.situation, done.ticket.revision) == (before.situation, before.revision)
    row = listed(shop, ticket)[0]
    assert (row.status, row.outcome, row.finished_by) == ("finished", "done", shop.agent.id)
    last = shop.history(ticket)[-1]
    assert (last.deed, last.detail["kind"]) == ("activity_finished", "call")
    with shop.refused(Conflict, "activity_finished"):
        shop.world.run(finish, Finish(activity=task["id"]), actor=shop.agent)


def test_the_diagrams_own_stand_beside_them(shop, ticket):
    task = created(shop, ticket)
    shop.move(ticket, "executar")
    assert [(row.element, row.name) for row in listed(shop, ticket)] == [(None, task["name"]), ("ligar", None)]


def test_closing_and_relocating_archive_the_diagrams_and_leave_those_made_by_hand(shop, ticket):
    created(shop, ticket)
    moved = shop.move(ticket, "executar")
    shop.world.run(relocate, Relocate(ticket=ticket.protocol, situation="triagem", reason="engano"), actor=shop.boss)
    assert [row.status for row in listed(shop, ticket)] == ["queued", "finished"]
    moved = shop.move(moved, "executar")
    shop.move(moved, "concluir", fields={"unidade": "1", "solucao": "feito"})
    assert [row.status for row in listed(shop, ticket)] == ["queued", "finished", "finished"]
    task = listed(shop, ticket)[0]
    with shop.refused(NotActive):
        created(shop, ticket)
    shop.world.run(finish, Finish(activity=task.id, outcome="archived"), actor=shop.agent)
    found = shop.world.read(lambda unit, _: unit.connection.execute(select(activity.c.status)).scalars().all(), None)
    assert set(found) == {"finished"}
