"""Taking, giving back, handing over, finishing: who has something, who may, and what is left behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from reliability.invariants import check

from engine.errors import Conflict, FieldsMissing, Invalid, NotFound, NotPermitted
from engine.people.absences import PlanAbsence, plan_absence
from engine.queues.finishing import Archive, Finish, archive, finish
from engine.tickets.alteration import Alter, alter
from engine.tickets.queries import open_activities
from engine.tickets.relocation import Relocate, relocate


@pytest.fixture(autouse=True)
def sound(desk):
    yield
    check(desk.world.engine)


def test_taking_a_service_item_makes_it_pending_and_the_taker_responsible(desk):
    ticket = desk.open()
    taken = desk.take(ticket.id, desk.ana).item
    assert (taken.status, taken.person.login, taken.ticket.responsible) == ("pending", "ana", desk.ana.user_id)
    assert desk.see(ticket).revision == ticket.revision + 1
    assert desk.sentences(ticket)[-1] == "Ana pegou o atendimento da fila"
    with desk.refused(Conflict, "taken") as refusal:
        desk.take(ticket.id, desk.bia)
    (reason,) = refusal.value.reasons
    assert (reason.code, reason.detail) == ("taken", "Ana pegou antes.")
    assert str(refusal.value) == f"{reason.detail} {reason.fix}"
    assert refusal.value.extra["present"] == reason.details
    assert reason.details["responsible"] == "ana"
    assert desk.take(ticket.id, desk.ana).repeated


def test_taking_an_activity_is_told_in_its_tickets_history(desk):
    ticket, task = desk.in_ticket()
    taken = desk.take(task["id"], desk.bia).item
    assert (taken.status, taken.person.login) == ("pending", "bia")
    row = desk.row(task["id"])
    assert (row.person_id, row.taken_at) == (desk.bia.user_id, desk.clock.at)
    assert desk.sentences(ticket)[-1] == "Bia pegou a atividade Mandar orçamento da fila"
    assert desk.see(ticket).revision == ticket.revision
    with desk.refused(Conflict, "taken"):
        desk.take(task["id"], desk.ana)


def test_only_members_take_from_a_teams_queue(desk):
    ticket = desk.open()
    task = desk.task(team="suporte")
    for item in (ticket.id, task["id"]):
        for actor in (desk.rui, desk.gil):
            with desk.refused(NotPermitted, "not_a_member") as refusal:
                desk.take(item, actor)
            (reason,) = refusal.value.reasons
            assert reason.detail == "Só quem é da equipe “Suporte” pega da fila dela."
            assert reason.details == {"team": "suporte", "right": "activity.assign"}


def test_what_waits_for_somebody_is_not_taken_by_others(desk):
    task = desk.task(responsible="bia", actor=desk.ana)
    assert task["status"] == "queued"
    with desk.refused(NotPermitted, "not_yours"):
        desk.take(task["id"], desk.ana)
    assert desk.take(task["id"], desk.bia).item.status == "pending"


def test_what_is_not_there_or_not_to_be_known_of_is_not_found(desk):
    task = desk.task()
    customer = desk.world.person("cida", "cliente_portal")
    for item, actor in ((uuid4(), desk.ana), (task["id"], customer), (desk.open().id, customer)):
        with desk.refused(NotFound):
            desk.take(item, actor)


def test_the_engine_itself_takes_nothing(desk):
    from engine.actors import CONSOLE

    task = desk.task(team="suporte")
    with desk.refused(Invalid, "nobody"):
        desk.take(task["id"], CONSOLE)


def test_starting_takes_what_is_queued_and_opens_what_one_has(desk):
    ticket = desk.open()
    first, again = desk.take(ticket.id, desk.ana), desk.take(ticket.id, desk.ana)
    assert [(one.item.status, one.repeated) for one in (first, again)] == [("pending", False), ("pending", True)]


def test_who_stands_in_takes_opens_and_hands_over_what_the_absent_one_has(desk):
    waits, has = desk.task(responsible="ana", actor=desk.chefe), desk.task(team="suporte")
    desk.take(has["id"], desk.ana)
    now = desk.clock.at
    plan = PlanAbsence(login="ana", deputy="bia", from_at=now, until_at=now + timedelta(days=9))
    desk.world.run(plan_absence, plan, actor=desk.gil)
    bia = desk.world.person("bia")
    assert desk.take(waits["id"], bia).item.person.login == "bia"
    opened = desk.take(has["id"], bia)
    assert (opened.repeated, opened.item.person.login) == (True, "ana")
    assert desk.transfer(has["id"], bia, responsible="chefe").person.login == "chefe"


def test_giving_back_queues_it_again_and_keeps_the_note(desk):
    ticket, task = desk.in_ticket()
    for item in (ticket.id, task["id"]):
        with desk.refused(Invalid, "queued"):
            desk.give_back(item, desk.ana)
        desk.take(item, desk.ana)
        with desk.refused(NotPermitted, "not_yours"):
            desk.give_back(item, desk.bia)
        back = desk.give_back(item, desk.ana, note="Sem resposta")
        assert (back.status, back.person, back.team) == ("queued", None, "suporte")
    assert [note.text for note in desk.show(task["id"], desk.ana).notes] == ["Sem resposta"]
    desk.take(task["id"], desk.bia)
    assert desk.give_back(task["id"], desk.chefe).status == "queued"
    own = desk.task()
    back = desk.give_back(own["id"], desk.ana)
    assert (back.status, back.person.login) == ("queued", "ana")


def test_transfer_to_a_team_queues_it_for_all_in_it_and_to_a_person_is_pending_at_once(desk):
    ticket, task = desk.in_ticket()
    for item in (ticket.id, task["id"]):
        desk.take(item, desk.ana)
        there = desk.transfer(item, desk.ana, team="vendas", note="É venda")
        assert (there.status, there.team, there.person) == ("queued", "vendas", None)
        with desk.refused(NotPermitted):
            desk.take(item, desk.ana)
        desk.take(item, desk.rui)
        back = desk.transfer(item, desk.rui, team="suporte", responsible="bia", note="É suporte")
        assert (back.status, back.team, back.person.login) == ("pending", "suporte", "bia")
        again = desk.transfer(item, desk.bia, responsible="ana")
        assert (again.team, again.person.login) == ("suporte", "ana")
        again = desk.transfer(item, desk.ana, team="suporte")
        assert (again.status, again.person) == ("queued", None)
    told = desk.sentences(ticket)
    assert "Ana transferiu a atividade Mandar orçamento para Vendas" in told
    assert "Rui transferiu a atividade Mandar orçamento para Bia" in told
    assert [note.text for note in desk.show(task["id"], desk.ana).notes] == ["É venda", "É suporte"]


def test_others_things_are_handed_over_by_who_may_assign(desk):
    _, task = desk.in_ticket()
    desk.take(task["id"], desk.ana)
    with desk.refused(NotPermitted, "not_yours"):
        desk.transfer(task["id"], desk.bia, responsible="bia")
    handed = desk.transfer(task["id"], desk.chefe, responsible="bia")
    assert (handed.status, handed.person.login) == ("pending", "bia")
    with desk.refused(Invalid, "nobody"):
        desk.transfer(task["id"], desk.chefe)
    with desk.refused(Invalid):
        desk.transfer(task["id"], desk.chefe, team="vendas", responsible="bia")
    caller = desk.world.person("ivo", "integracao")  # programs hand over whatever they like
    assert desk.transfer(task["id"], caller, team="vendas").status == "queued"


def test_what_somebody_else_has_or_another_teams_queue_is_not_finished_by_anybody(desk):
    _, task = desk.in_ticket()
    desk.take(task["id"], desk.ana)
    for caller in (desk.bia, desk.world.person("noe", "agente")):
        with desk.refused(NotPermitted, "not_yours"):
            desk.world.run(finish, Finish(activity=task["id"]), actor=caller)
    assert desk.world.run(finish, Finish(activity=task["id"]), actor=desk.chefe).outcome == "done"


def test_a_ticket_is_not_forwarded_while_what_it_requires_is_empty(desk, monkeypatch):
    from engine.tickets import moves

    ticket = desk.open()
    monkeypatch.setattr(moves, "required", lambda *_, **__: (("unidade",), []))
    with desk.refused(FieldsMissing):
        desk.transfer(ticket.id, desk.ana, team="vendas")
    assert desk.take(ticket.id, desk.ana).item.status == "pending"


def test_finishing_and_archiving_end_in_finished_with_an_outcome(desk):
    ticket = desk.open()
    done, dropped = desk.task(), desk.task(team="suporte")
    desk.finish(done["id"], desk.ana)
    with desk.refused(Invalid, "confirmation_missing"):
        desk.world.run(archive, Archive(activity=dropped["id"]), actor=desk.ana)
    ask = Archive(activity=dropped["id"], confirm=True, note="Desistiu")
    desk.world.run(archive, ask, actor=desk.bia)
    rows = [desk.row(one["id"]) for one in (done, dropped)]
    assert [(row.status, row.outcome, row.person_id) for row in rows] == [
        ("finished", "done", desk.ana.user_id),
        ("finished", "archived", desk.bia.user_id),
    ]
    for again in (lambda: desk.finish(done["id"], desk.ana), lambda: desk.take(done["id"], desk.ana)):
        with desk.refused(Conflict, "activity_finished") as refusal:
            again()
        (reason,) = refusal.value.reasons
        assert reason.detail == "A atividade já foi finalizada por Ana."
        assert refusal.value.extra["present"] == reason.details
        told = {name: reason.details[name] for name in ("finished_by", "finished_by_name", "outcome", "finished_at")}
        assert told == {
            "finished_by": "ana",
            "finished_by_name": "Ana",
            "outcome": "done",
            "finished_at": rows[0].finished_at,
        }
    with desk.refused(Invalid, "finished_by_a_move"):
        desk.finish(ticket.id, desk.ana)


def test_what_a_diagram_asked_for_is_taken_and_its_end_sends_the_token_on(desk):
    ticket = desk.move(desk.open(), "ligar")
    (activity,) = desk.rows(lambda unit: open_activities(unit, desk.see(ticket)))
    assert (activity.team, activity.status) == ("vendas", "queued")
    desk.take(activity.id, desk.rui)
    desk.finish(activity.id, desk.rui)
    assert desk.rows(lambda unit: open_activities(unit, desk.see(ticket))) == []


def test_what_the_process_withdrew_says_so(desk):
    ticket = desk.move(desk.open(), "ligar")
    (activity,) = desk.rows(lambda unit: open_activities(unit, desk.see(ticket)))
    desk.world.run(relocate, Relocate(ticket=ticket.protocol, situation="novo", reason="Engano"), actor=desk.gil)
    with desk.refused(Conflict, "activity_finished") as refusal:
        desk.take(activity.id, desk.rui)
    assert refusal.value.reasons[0].detail == "O processo já arquivou a atividade: o atendimento foi realocado."
    assert refusal.value.extra["present"]["finished_by"] is None


def test_finished_tickets_are_finished_items_and_reopening_queues_them(desk):
    ticket = desk.open()
    desk.take(ticket.id, desk.ana)
    desk.move(ticket, "resolver")
    assert desk.show(ticket.id, desk.ana).item.status == "finished"
    with desk.refused(Conflict, "item_finished") as refusal:
        desk.take(ticket.id, desk.ana)
    assert refusal.value.extra["present"]["status"] == "finished"
    desk.move(ticket, "reabrir")
    item = desk.show(ticket.id, desk.ana).item
    assert (item.status, item.person) == ("queued", None)


def test_rerouting_keeps_the_responsible_of_the_same_team_and_queues_it_otherwise(desk):
    ticket = desk.open()
    desk.take(ticket.id, desk.ana)
    desk.world.run(alter, Alter(ticket=ticket.protocol, changes={"team": "vendas"}), actor=desk.ana)
    assert desk.show(ticket.id, desk.ana).item.status == "queued"


def test_repeating_a_request_takes_once(desk):
    from engine.queues.taking import Take, take
    from engine.unit import Answer, Key

    task = desk.task(team="suporte")

    def ask():
        return desk.world.run(
            take,
            Take(item=task["id"]),
            actor=desk.ana,
            key=Key("k", b"x"),
            render=lambda done: Answer(status=200, body=str(done.repeated).encode()),
        )

    assert [ask().body, ask().replayed] == [b"False", True]
