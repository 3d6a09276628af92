from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.activities.model import activity
from engine.errors import (
    Conflict,
    FieldsMissing,
    Invalid,
    MovedMeanwhile,
    NoSuchMove,
    NotFound,
    NotPermitted,
    ProcessDiffers,
    Stale,
)
from engine.outbox import outbox
from engine.registry.customers import PutCustomer, put_customer
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.tickets.cloning import Clone, clone
from engine.tickets.model import field_value
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.protocol import is_protocol

DIAGRAMS = Path(__file__).parent / "diagrams"
PEDIDO = (DIAGRAMS / "pedido.bpmn").read_bytes()
VISITA = (DIAGRAMS / "visita.bpmn").read_bytes()


def rows(world, table):
    return world.read(lambda unit, _: unit.connection.execute(select(table)).all(), None)


def everything(world):
    """Every row of every table: a refusal must leave all of it as it was."""
    return world.read(
        lambda unit, _: {t.name: unit.connection.execute(t.select()).all() for t in metadata.sorted_tables}, None
    )


def refused(shop, kind, ticket, name, **values):
    before = everything(shop.world)
    with pytest.raises(kind) as refusal:
        shop.move(ticket, name, **values)
    assert everything(shop.world) == before
    return refusal.value


def codes(refusal):
    return [reason.code for reason in refusal.reasons]


def test_ticket_begins_where_its_subjects_process_begins(shop):
    ticket = shop.open(description="Debaixo da pia", customer="c1", fields={"numero": 7, "quando": "2026-03-01"})
    seen = shop.see(ticket)
    assert is_protocol(seen.protocol)
    assert (seen.process, seen.situation, seen.standing, seen.team) == ("pedido", "triagem", "open", "vendas")
    assert seen.fields == {"numero": 7, "quando": "2026-03-01"}
    assert seen.opened_by == shop.agent.id
    assert seen.shown == ["pedido", "triagem"]
    assert shop.deeds(ticket) == ["opened"]
    assert {(r.field, r.revision) for r in rows(shop.world, field_value)} == {("numero", 1), ("quando", 1)}


def test_subsubjects_team_comes_first(shop):
    assert shop.open(subsubject="hidraulica.cano").team == "campo"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"subject": "nada"}, "subject"),
        ({"subsubject": "nada.x"}, "subsubject"),
        ({"subject": "eletrica", "subsubject": "hidraulica.cano"}, "subsubject"),
        ({"team": "nada"}, "team"),
        ({"title": "  "}, "title"),
        ({"fields": {"cor": "roxo"}}, "cor"),
        ({"fields": {"numero": "sete"}}, "numero"),
        ({"fields": {"quando": "ontem"}}, "quando"),
        ({"fields": {"pronto": "sim"}}, "pronto"),
        ({"fields": {"nada": 1}}, "nada"),
        ({"customer": "c9"}, "customer"),
        ({"subject": None, "process": "nada"}, "processo"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_opened(shop, values, named):
    before = everything(shop.world)
    with pytest.raises((Invalid, NotFound), match=named):
        shop.open(**values)
    assert everything(shop.world) == before


def test_process_of_the_subject_cannot_be_overruled(shop):
    with pytest.raises(ProcessDiffers):
        shop.open(process="outro")


def test_opening_asks_for_what_the_first_situation_requires_unless_a_message_opens(shop):
    with pytest.raises(FieldsMissing) as refusal:
        shop.open(subject="papelada")
    assert refusal.value.extra["missing"] == ["numero"]
    assert shop.open(subject="papelada", fields={"numero": 1}).situation == "novo"
    inbound = shop.open(subject="papelada", inbound=True)
    assert inbound.incomplete == ["numero"]


def test_what_is_incomplete_is_asked_at_the_next_move(shop):
    ticket = shop.open(subject="papelada", inbound=True)
    refusal = refused(shop, FieldsMissing, ticket, "seguir")
    assert refusal.extra["missing"] == ["numero"]
    moved = shop.move(ticket, "seguir", fields={"numero": 3})
    assert (moved.situation, moved.incomplete) == ("feito", [])


def test_natural_key_opens_once_for_ever(shop):
    first = shop.open(source="legado", external_id="77")
    shop.clock.forward(days=4000)
    again = shop.world.run(open_ticket, Open(title="Outro", source="legado", external_id="77"), actor=shop.agent)
    assert again.repeated
    assert again.ticket.protocol == first.protocol
    assert shop.open(source="outro", external_id="77").protocol != first.protocol


def test_move_leads_where_the_diagram_says(shop):
    ticket = shop.open()
    moved = shop.move(ticket, "esperar", reason="cliente viaja")
    assert (moved.situation, moved.revision) == ("esperando", 2)
    last = shop.history(ticket)[-1]
    assert (last.deed, last.left, last.entered, last.reason) == (
        "moved",
        "pedido:triagem",
        "pedido:esperando",
        "cliente viaja",
    )
    assert last.cause["element"] == "esperar"
    assert [r.topic for r in rows(shop.world, outbox)] == ["ticket.opened", "ticket.moved"]


def test_default_move_is_taken_when_none_is_named(shop):
    assert shop.move(shop.open(), None).situation == "execucao"


def test_entering_a_situation_with_a_team_reroutes_and_frees_the_responsible(shop):
    from engine.tickets.alteration import Alter, alter

    ticket = shop.open()
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={"responsible": "ana"}), actor=shop.agent)
    moved = shop.move(ticket, "executar")
    assert (moved.team, moved.responsible) == ("suporte", shop.agent.user_id)  # ana is of both teams
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={}, fields={"unidade": "1"}), actor=shop.agent)
    shop.move(ticket, "devolver")
    moved = shop.move(ticket, "visitar")
    assert (moved.team, moved.responsible) == ("campo", None)


def test_all_missing_fields_are_named_at_once_and_nothing_is_stored(shop):
    ticket = shop.move(shop.open(), "executar")
    refusal = refused(shop, FieldsMissing, ticket, "concluir")
    assert refusal.extra["missing"] == ["unidade", "solucao"]
    assert "Unidade" in refusal.detail
    assert "Solução" in refusal.detail
    refusal = refused(shop, FieldsMissing, ticket, "concluir", fields={"unidade": "12"})
    assert refusal.extra["missing"] == ["solucao"]
    moved = shop.move(ticket, "concluir", fields={"unidade": "12", "solucao": "troca"})
    assert (moved.situation, moved.standing) == ("concluido", "finished")
    assert shop.see(ticket).fields == {"unidade": "12", "solucao": "troca"}
    assert shop.history(ticket)[-1].detail["fields"] == ["solucao", "unidade"]


def test_empty_text_does_not_fill_a_field(shop):
    ticket = shop.move(shop.open(), "executar")
    assert refused(shop, FieldsMissing, ticket, "concluir", fields={"unidade": "", "solucao": "x"}).extra[
        "missing"
    ] == ["unidade"]


def test_required_field_of_the_wrong_kind_is_told_as_that_and_not_as_missing(shop):
    ticket = shop.move(shop.open(), "esperar")  # esperando asks for numero
    refusal = refused(shop, Invalid, ticket, "desistir", fields={"numero": "sete"})
    assert codes(refusal) == ["field_value"]


def test_guard_tells_what_is_missing_and_what_is_not_true(shop):
    ticket = shop.open()
    undecided = refused(shop, Invalid, ticket, "escalar")
    assert undecided.code == "guard_undecided"
    assert undecided.reasons[0].details["missing"] == ["priority"]
    ticket = shop.open(priority="baixa")
    false = refused(shop, Invalid, ticket, "escalar")
    assert false.code == "guard_false"
    assert false.reasons[0].details["values"] == {"priority": "baixa"}
    assert shop.move(shop.open(priority="alta"), "escalar").situation == "execucao_urgente"


def test_move_that_does_not_exist_and_move_of_another_situation(shop):
    ticket = shop.open()
    assert codes(refused(shop, NoSuchMove, ticket, "voar")) == ["no_such_move"]
    shop.move(ticket, "esperar")
    refusal = refused(shop, MovedMeanwhile, ticket, "executar")
    assert refusal.status == 409
    assert refusal.extra["present"]["situation"] == "esperando"
    assert refusal.extra["happened"]["actor"] == shop.agent.id


def test_stale_revision_is_refused_with_what_happened(shop):
    ticket = shop.open()
    shop.move(ticket, "repetir")
    refusal = refused(shop, Stale, ticket, "repetir", seen=1)
    assert refusal.status == 412
    assert refusal.extra["present"]["revision"] == 2
    assert shop.move(ticket, "repetir", seen=2).revision == 3


def test_fields_that_the_move_does_not_ask_for(shop):
    ticket = shop.open()
    refusal = refused(shop, Invalid, ticket, "esperar", fields={"subject": "eletrica"})
    assert refusal.code == "field_not_for_this_move"
    assert refused(shop, Invalid, ticket, "esperar", fields={"nada": 1}).code == "field_not_for_this_move"
    assert refused(shop, Invalid, ticket, "esperar", fields={"cor": "roxo"}).code == "field_value"
    assert shop.move(ticket, "esperar", fields={"cor": "azul"}).fields == {"cor": "azul"}  # agents may fill


def test_profile_without_the_right_is_refused_first_with_all_reasons(shop):
    designer = shop.world.person("davi", "desenhista")
    ticket = shop.open()
    before = everything(shop.world)
    with pytest.raises((NotPermitted, NotFound)):
        shop.move(ticket, "escalar", actor=designer)
    assert everything(shop.world) == before


def test_who_may_not_read_cannot_tell_a_ticket_from_none(shop):
    outsider = shop.world.person("paula", "cliente_portal")
    ticket = shop.open()
    texts = []
    for protocol in (ticket.protocol, "2026-0000000-0"):
        with pytest.raises(NotFound) as refusal:
            shop.world.run(move, Move(ticket=protocol, move="esperar"), actor=outsider)
        texts.append((refusal.value.detail.replace(protocol, ""), refusal.value.extra, refusal.value.reasons))
    assert texts[0] == texts[1]


def test_event_told_twice_is_done_once(shop):
    ticket = shop.open()
    ask = Move(ticket=ticket.protocol, move="repetir", source="erp", event_id="e1")
    assert not shop.world.run(move, ask, actor=shop.agent).repeated
    assert shop.world.run(move, ask, actor=shop.agent).repeated
    assert shop.see(ticket).revision == 2
    other = shop.open()
    with pytest.raises(Conflict) as refusal:
        shop.world.run(move, Move(ticket=other.protocol, move="repetir", source="erp", event_id="e1"), actor=shop.agent)
    assert refusal.value.code == "event_elsewhere"


def test_parallel_activity_is_queued_and_archived_when_the_ticket_closes(shop):
    ticket = shop.move(shop.open(), "executar")
    (one,) = rows(shop.world, activity)
    assert (one.element, one.kind, one.team, one.status) == ("ligar", "call", "suporte", "queued")
    shop.move(ticket, "concluir", fields={"unidade": "1", "solucao": "x"})
    (one,) = rows(shop.world, activity)
    assert (one.status, one.outcome, one.cause) == ("finished", "archived", "ticket_closed")
    assert shop.see(ticket).shown == ["pedido", "concluido"]


def test_stuck_move_is_refused_and_says_where(shop):
    ticket = shop.open(fields={"numero": 7})
    refusal = refused(shop, Invalid, ticket, "conferir")
    assert refusal.code == "stuck"
    assert refusal.reasons[0].details["element"] == "confere"
    assert shop.move(shop.open(fields={"numero": 20}), "conferir").situation == "execucao"


def test_all_that_is_wrong_with_what_is_said_is_named_at_once(shop):
    before = everything(shop.world)
    with pytest.raises(Invalid) as refused:
        shop.open(title=" ", subject="nada", team="nada", customer="ninguem", fields={"numero": "três", "lua": 1})
    found = [(one.code, one.details.get("member") or one.details["fields"][0]) for one in refused.value.reasons]
    assert found == [
        ("invalid", "subject"),
        ("invalid", "team"),
        ("invalid", "title"),
        ("customer_unknown", "customer"),
        ("field_value", "numero"),
        ("field_not_for_this_move", "lua"),
    ]
    assert refused.value.code == "invalid"
    with shop.refused(NotFound, "customer_unknown"):
        shop.open(customer="ninguem")
    assert everything(shop.world) == before


def test_running_tickets_keep_their_version_and_cosmetic_changes_show_at_once(shop):
    ticket = shop.open()
    renamed = shop.world.deploy(("pedido.bpmn", PEDIDO.replace(b'name="Triagem"', b'name="Primeira leitura"')))
    assert [(d.what, d.number) for d in renamed.deployments] == [("cosmetic", 1)]
    seen = shop.see(ticket)
    assert seen.diagram.situations[seen.place].label == "Primeira leitura"
    changed = shop.world.deploy(("pedido.bpmn", PEDIDO.replace(b"P7D", b"P9D")))
    assert [(d.what, d.number) for d in changed.deployments] == [("version", 2)]
    assert shop.see(ticket).version_id != shop.open().version_id
    assert shop.move(ticket, "esperar").situation == "esperando"


def test_new_version_of_a_called_process_makes_a_new_version_of_its_callers(shop):
    done = shop.world.deploy(("visita.bpmn", VISITA.replace(b'value="campo"', b'value="suporte"')))
    assert {(d.key, d.number, d.why) for d in done.deployments} == {("visita", 2, "file"), ("pedido", 2, "called")}


def test_retired_subject_is_not_offered_but_its_tickets_go_on(shop):
    ticket = shop.open()
    shop.world.run(
        put, Put(registry="subjects", key="hidraulica", values={"label": "H", "process": "pedido", "retired": True})
    )
    with pytest.raises(Invalid, match="hidraulica"):
        shop.open()
    assert shop.move(ticket, "esperar").situation == "esperando"


def test_history_numbers_have_no_gap(shop):
    ticket = shop.open()
    for _ in range(5):
        shop.move(ticket, "repetir")
    assert [row.seq for row in shop.history(ticket)] == list(range(1, 7))
    assert shop.see(ticket).seq == 6


def test_count_of_rows_of_a_plain_move(shop):
    ticket = shop.open()
    before = {name: len(found) for name, found in everything(shop.world).items()}
    shop.move(ticket, "repetir")
    after = {name: len(found) for name, found in everything(shop.world).items()}
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "ticket_history": 1,
        "outbox": 1,
    }
    assert shop.world.read(lambda unit, _: unit.connection.scalar(select(func.count()).select_from(outbox)), None) == 2


def test_nothing_new_is_opened_for_a_retired_customer_but_what_comes_from_outside(shop):
    kept = shop.open(customer="c1")
    shop.world.run(put_customer, PutCustomer(key="c1", name="Cliente Um", retired=True))
    with shop.refused(Invalid, "customer_retired"):
        shop.open(customer="c1")
    with shop.refused(Invalid, "customer_retired"):
        shop.world.run(clone, Clone(ticket=kept.protocol), actor=shop.agent)
    assert shop.move(kept, "esperar", fields={"numero": 1}).situation == "esperando"
    assert shop.open(customer="c1", inbound=True).customer_key == "c1"
