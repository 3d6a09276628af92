from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from engine import actors
from engine.activities.model import activity
from engine.errors import Conflict, FieldsMissing, Invalid, NotFound, NotPermitted, ProcessDiffers, Stale
from engine.queues.finishing import Finish, finish
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Deliver, deliver
from engine.tickets.model import incident, technical_assistance
from engine.tickets.relocation import Relocate, relocate
from engine.tickets.ticking import tick_all


def rows(world, table):
    return world.read(lambda unit, _: unit.connection.execute(select(table)).all(), None)


def tell(shop, ticket, name="pagamento_confirmado", *, actor=None, **values):
    ask = Deliver(ticket=ticket.protocol, name=name, **values)
    return shop.world.run(deliver, ask, actor=actor or shop.boss)


def put(shop, ticket, situation, *, actor=None, **values):
    ask = Relocate(ticket=ticket.protocol, situation=situation, **({"reason": "engano"} | values))
    return shop.world.run(relocate, ask, actor=actor or shop.boss)


def change(shop, ticket, *, actor=None, fields=None, situation=None, reason=None, seen=None, **changes):
    ask = Alter(
        ticket=ticket.protocol, changes=changes, fields=fields or {}, situation=situation, reason=reason, seen=seen
    )
    return shop.world.run(alter, ask, actor=actor or shop.boss)


# --- timers


def test_timer_happens_when_its_tick_commits_and_not_before(shop):
    ticket = shop.move(shop.open(), "esperar")
    due = shop.see(ticket).timer_due_at
    assert due == shop.clock.at.replace(day=9)
    assert tick_all(shop.world.engine) == 0
    shop.clock.forward(days=8)
    assert shop.see(ticket).situation == "esperando"
    assert tick_all(shop.world.engine) == 1
    seen, last = shop.see(ticket), shop.history(ticket)[-1]
    assert (seen.situation, seen.timer_due_at) == ("triagem", None)
    assert (last.deed, last.actor, last.cause["element"]) == ("transition", "system:timer", "sete_dias")
    assert last.cause["due_at"] == due.isoformat()
    assert tick_all(shop.world.engine) == 0


def test_transition_is_never_refused_for_an_empty_field_but_lists_it(shop):
    ticket = shop.move(shop.open(), "esperar")  # esperando asks for numero on leaving
    shop.clock.forward(days=8)
    tick_all(shop.world.engine)
    assert shop.see(ticket).incomplete == ["numero"]
    with pytest.raises(FieldsMissing) as refusal:
        shop.move(ticket, "executar")
    assert refusal.value.extra["missing"] == ["numero"]
    assert shop.move(ticket, "executar", fields={"numero": 1}).incomplete == []


def test_move_after_an_overdue_timer_wins_and_fires_nothing(shop):
    ticket = shop.move(shop.open(fields={"numero": 1}), "esperar")
    shop.clock.forward(days=8)
    shop.move(ticket, "desistir")
    assert tick_all(shop.world.engine) == 0
    assert [row.deed for row in shop.history(ticket)] == ["opened", "moved", "moved"]


def test_end_takes_its_name_and_standing_and_offers_nothing(shop):
    ticket = shop.open(priority="alta")
    shop.move(ticket, "escalar")
    shop.move(ticket, "resolver_urgente")
    shop.clock.forward(days=16)
    assert tick_all(shop.world.engine) == 1
    seen = shop.see(ticket)
    assert (seen.situation, seen.standing, seen.ended) == ("encerrado", "finished", True)
    with pytest.raises(Conflict) as refusal:
        shop.move(ticket, "reabrir")
    assert "ended" in [r.code for r in refusal.value.reasons]
    put(shop, ticket, "triagem")
    assert shop.move(ticket, "repetir").situation == "triagem"


# --- messages


def test_message_leads_on_by_what_it_says(shop):
    ticket = shop.move(shop.open(fields={"numero": 1}), "esperar")
    assert shop.see(ticket).awaits == ["pagamento_confirmado"]
    told = tell(shop, ticket, payload={"valor": 120})
    assert told.delivered
    assert shop.see(ticket).situation == "execucao"
    last = shop.history(ticket)[-1]
    assert (last.actor, last.detail["sent_by"], last.detail["message"]) == (
        "system:message",
        shop.boss.id,
        "pagamento_confirmado",
    )


def test_message_that_nobody_awaits_is_recorded_and_forgotten(shop):
    ticket = shop.open()
    assert not tell(shop, ticket, payload={"valor": 120}).delivered
    assert shop.deeds(ticket) == ["opened", "message"]
    shop.move(ticket, "esperar")
    assert shop.see(ticket).situation == "esperando"  # it was not kept for later
    assert shop.see(ticket).revision == 2


def test_message_told_twice_is_delivered_once(shop):
    ticket = shop.move(shop.open(fields={"numero": 1}), "esperar")
    tell(shop, ticket, payload={"valor": 10}, source="banco", event_id="7")
    shop.move(ticket, "esperar")
    again = tell(shop, ticket, payload={"valor": 10}, source="banco", event_id="7")
    assert again.repeated
    assert shop.see(ticket).situation == "esperando"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "nada"}, "message_unknown"),
        ({"name": "customer_replied"}, "message_reserved"),
        ({"payload": {"preco": 1}}, "payload"),
        ({"payload": {"valor": {"a": 1}}}, "payload"),
    ],
)
def test_messages_that_are_not_declared_so_are_refused(shop, values, code):
    ticket = shop.open()
    with pytest.raises(Invalid) as refusal:
        tell(shop, ticket, **values)
    assert refusal.value.code == code
    assert shop.deeds(ticket) == ["opened"]


def test_agent_may_not_send_messages(shop):
    with pytest.raises(NotPermitted):
        tell(shop, shop.open(), actor=shop.agent)


# --- incidents


def test_stuck_transition_becomes_an_incident_and_closes_when_the_diagram_goes_on(shop):
    ticket = shop.move(shop.open(fields={"numero": 1}), "esperar")
    assert not tell(shop, ticket, payload={"valor": 70}).delivered  # neither enough nor little
    (one,) = rows(shop.world, incident)
    assert (one.kind, one.element, one.closed_at) == ("no_way_out", "quanto", None)
    seen = shop.see(ticket)
    assert (seen.situation, seen.incident) == ("esperando", one.seq)
    assert shop.deeds(ticket)[-1] == "incident"
    assert tell(shop, ticket, payload={"valor": 20}).delivered
    (one,) = rows(shop.world, incident)
    assert one.closed_at == shop.clock.at
    assert shop.see(ticket).incident is None


def test_stuck_again_is_the_same_incident(shop):
    ticket = shop.move(shop.open(fields={"numero": 1}), "esperar")
    for _ in range(3):
        tell(shop, ticket, payload={"valor": 70})
    (one,) = rows(shop.world, incident)
    assert one.tries == 3
    assert shop.deeds(ticket)[-3:] == ["incident", "incident_again", "incident_again"]


# --- activities


def test_finishing_an_activity_sends_its_token_on_and_only_once(shop):
    ticket = shop.move(shop.open(), "executar")
    (one,) = rows(shop.world, activity)
    done = shop.world.run(finish, Finish(activity=one.id), actor=shop.agent)
    assert (done.outcome, done.ticket.situation) == ("done", "execucao")
    (one,) = rows(shop.world, activity)
    assert (one.status, one.outcome, one.finished_by) == ("finished", "done", shop.agent.id)
    with pytest.raises(Conflict) as refusal:
        shop.world.run(finish, Finish(activity=one.id), actor=shop.agent)
    assert refusal.value.code == "activity_finished"
    with pytest.raises(NotFound):
        shop.world.run(finish, Finish(activity=uuid4()), actor=shop.agent)
    with pytest.raises(Invalid):
        shop.world.run(finish, Finish(activity=one.id, outcome="talvez"), actor=shop.agent)
    assert "activity_finished" in shop.deeds(ticket)


def test_activity_of_a_ticket_one_may_not_read_does_not_exist(shop):
    shop.move(shop.open(), "executar")
    (one,) = rows(shop.world, activity)
    outsider = shop.world.person("paula", "cliente_portal")
    with pytest.raises(NotFound) as refusal:
        shop.world.run(finish, Finish(activity=one.id), actor=outsider)
    assert refusal.value.detail == f"Não há atividade {one.id}."


# --- called process


def test_called_process_is_where_the_ticket_stands_and_its_end_returns(shop):
    ticket = shop.move(shop.open(), "visitar")
    assert (ticket.place_process, ticket.situation, ticket.team) == ("visita", "a_agendar", "campo")
    (one,) = rows(shop.world, technical_assistance)
    assert (one.process, one.closed_at) == ("visita", None)
    assert shop.move(ticket, "feita").situation == "triagem"
    (one,) = rows(shop.world, technical_assistance)
    assert (one.outcome, one.closed_at) == ("ended", shop.clock.at)


def test_error_end_is_caught_by_the_caller(shop):
    ticket = shop.move(shop.open(), "visitar")
    moved = shop.move(ticket, "cancelar_visita")
    assert (moved.place_process, moved.situation) == ("pedido", "execucao_urgente")


def test_assistance_is_recorded_only_for_subjects_that_need_it(shop):
    shop.move(shop.open(subject="eletrica"), "visitar")
    assert rows(shop.world, technical_assistance) == []


# --- relocation


def test_relocation_puts_the_ticket_anywhere_and_says_why(shop):
    ticket = shop.move(shop.open(), "executar")
    put(shop, ticket, "esperando", waive=["numero"])
    seen = shop.see(ticket)
    assert (seen.situation, seen.timer_due_at is not None, seen.awaits) == ("esperando", True, ["pagamento_confirmado"])
    last = shop.history(ticket)[-1]
    assert (last.deed, last.left, last.entered, last.reason) == (
        "relocated",
        "pedido:execucao",
        "pedido:esperando",
        "engano",
    )
    assert shop.deeds(ticket)[-2] == "released"
    assert [(a.outcome, a.cause) for a in rows(shop.world, activity)] == [("archived", "relocated")]


def test_relocation_into_a_called_process_and_out_of_it_abandons_the_assistance(shop):
    ticket = shop.open()
    put(shop, ticket, "visita:a_agendar")
    assert shop.see(ticket).place_process == "visita"
    put(shop, ticket, "triagem")
    (one,) = rows(shop.world, technical_assistance)
    assert one.outcome == "abandoned"
    put(shop, ticket, "visita:a_agendar")
    assert shop.move(ticket, "feita").situation == "triagem"


def test_relocation_into_another_process_and_version(shop):
    ticket = shop.open(fields={"numero": 1})
    put(shop, ticket, "novo", process="outro", version=1)
    seen = shop.see(ticket)
    assert (seen.process, seen.situation) == ("outro", "novo")
    assert shop.move(ticket, "seguir").situation == "feito"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"situation": "nada"}, "situation_unknown"),
        ({"situation": "encerrado"}, "situation_unknown"),
        ({"situation": "triagem", "process": "nada"}, "process_unknown"),
        ({"situation": "triagem", "version": 9}, "version_unknown"),
        ({"situation": "triagem", "reason": "  "}, "reason_missing"),
        ({"situation": "esperando"}, "fields_missing"),
    ],
)
def test_relocations_that_do_not_fit_change_nothing(shop, values, code):
    ticket = shop.open()
    with pytest.raises(Invalid) as refusal:
        put(shop, ticket, **values)
    assert refusal.value.code == code
    assert shop.deeds(ticket) == ["opened"]


def test_relocating_needs_its_own_right_and_waiving_another(shop):
    ticket = shop.open()
    with pytest.raises(NotPermitted):
        put(shop, ticket, "esperando", actor=shop.agent)
    with pytest.raises(Stale):
        put(shop, ticket, "triagem", seen=7)


# --- alteration


def test_alteration_changes_several_things_and_tells_old_and_new(shop):
    ticket = shop.open()
    change(shop, ticket, subject="eletrica", priority="alta", team="suporte", responsible="ana", fields={"cor": "azul"})
    seen = shop.see(ticket)
    assert (seen.subject, seen.priority, seen.team, seen.responsible) == (
        "eletrica",
        "alta",
        "suporte",
        shop.agent.user_id,
    )
    assert shop.history(ticket)[-1].detail == {
        "changed": {
            "subject": ["hidraulica", "eletrica"],
            "priority": [None, "alta"],
            "team": ["vendas", "suporte"],
            "responsible": [None, str(shop.agent.user_id)],
        },
        "fields": ["cor"],
    }


def test_alteration_is_refused_while_what_the_place_requires_is_empty(shop):
    ticket = shop.move(shop.open(), "executar")
    with pytest.raises(FieldsMissing) as refusal:
        change(shop, ticket, priority="alta")
    assert refusal.value.extra["missing"] == ["unidade"]
    assert shop.see(ticket).priority is None
    change(shop, ticket, priority="alta", fields={"unidade": "7"})
    assert shop.see(ticket).priority == "alta"


def test_changing_to_a_subject_of_another_process(shop):
    ticket = shop.open(fields={"numero": 1})
    with pytest.raises(ProcessDiffers) as refusal:
        change(shop, ticket, subject="papelada")
    assert refusal.value.code == "process_differs"
    assert shop.see(ticket).subject == "hidraulica"
    with pytest.raises(NotPermitted):
        change(shop, ticket, subject="papelada", situation="novo", reason="era papel", actor=shop.agent)
    change(shop, ticket, subject="papelada", situation="novo", reason="era papel")
    seen = shop.see(ticket)
    assert (seen.process, seen.situation, seen.subject) == ("outro", "novo", "papelada")


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "nada"},
        {"responsible": "ninguem"},
        {"team": "campo", "responsible": "ana"},
        {"subsubject": "hidraulica.nada"},
        {"title": ""},
        {"protocol": "1"},
    ],
)
def test_alterations_that_do_not_fit_change_nothing(shop, changes):
    ticket = shop.open()
    with pytest.raises(Invalid):
        change(shop, ticket, **changes)
    assert shop.deeds(ticket) == ["opened"]


def test_forwarding_to_a_team_the_responsible_is_not_of_queues_it_again(shop):
    ticket = shop.open()
    change(shop, ticket, responsible="ana")
    change(shop, ticket, team="campo")
    assert shop.see(ticket).responsible is None


def test_engine_itself_needs_no_rights(shop):
    ticket = shop.open()
    put(shop, ticket, "execucao", actor=actors.CONSOLE, waive=["unidade"])
    assert shop.see(ticket).situation == "execucao"
