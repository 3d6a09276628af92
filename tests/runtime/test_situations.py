"""Situations, their moves, and what a compiled process says about them."""

import pytest

from engine.runtime import walk
from engine.runtime.movement import Place


def test_a_ticket_begins_in_the_first_situation(drawn, opened):
    ticket = opened(drawn("atendimento"))
    assert ticket.place == Place("atendimento", "aberto")
    assert drawn("atendimento").start_situation_hint == ticket.place
    assert ticket.live() == ["aberto"]


def test_two_flows_to_one_target_are_two_moves(drawn, opened):
    for flow in ("assume", "assume_urgente"):
        ticket = opened(drawn("atendimento"))
        movement = ticket.move(flow)
        assert movement.place == Place("atendimento", "em_atendimento")
        assert (movement.cause.kind, movement.cause.element) == ("move", flow)
        assert movement.left == Place("atendimento", "aberto")


def test_a_self_loop_enters_again(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    movement = ticket.move("anota")
    assert movement.entered == (movement.left,) == (movement.place,)


def test_a_guard_is_weighed_by_the_caller_not_by_the_step(drawn, opened):
    ticket = opened(drawn("atendimento"), {"subject.technical_assistance": False})
    ticket.move("assume")
    assert ticket.move("chama").place == Place("visita", "a_agendar")


def test_what_is_not_offered_cannot_be_taken(drawn, opened):
    ticket = opened(drawn("atendimento"))
    before = ticket.state
    for flow in ("resolve_ja", "f3", "nenhum"):
        with pytest.raises(KeyError):
            ticket.move(flow)
    ticket.place = Place("atendimento", "resolvido")
    with pytest.raises(KeyError):
        ticket.move("reabre")
    assert ticket.state == before


def test_elements_called_like_spiffworkflow_s_own_are_ordinary_ones(drawn, opened):
    ticket = opened(drawn("atendimento"))  # its start is `Start`, its end `End`
    movement = ticket.move("descarta")
    assert movement.ended
    assert movement.place == Place("atendimento", "End")
    assert ticket.state == b""
    assert ticket.live() == []
    assert ticket.tick(10**6) is None
    assert ticket.say("customer_replied") is None


def test_labels_teams_and_calendars(drawn):
    process = drawn("atendimento")
    situations = {place.element: situation for place, situation in process.situations.items()}
    assert situations["aguardando"].label == "Aguardando cliente"
    assert situations["aguardando"].pauses_sla
    assert situations["aguardando"].customer_label == "Esperamos por você"
    assert not situations["aberto"].pauses_sla
    teams = {name: (s.team, s.own_team) for name, s in situations.items()}
    assert teams["aberto"] == ("balcao", True)  # its lane's
    assert teams["em_atendimento"] == ("geral", False)  # the process's: it does not reroute
    assert teams["finalizado"] == ("arquivo", True)
    assert teams["a_agendar"] == (None, False)  # a called process says nothing for its caller's
    assert situations["resolvido"].calendar == "comercial"
    assert situations["finalizado"].standing == "finished"
    assert process.settings["atendimento"].requires == ("subject", "fields.unit")
    assert process.settings["visita"].requires == ()
    assert process.ends[Place("atendimento", "End")].standing == "cancelled"
    assert list(process.ends) == [Place("atendimento", "End")]
    activity = process.activities[Place("atendimento", "pesquisa")]
    assert (activity.kind, activity.team, activity.label) == ("call", "pos_venda", "Ligar para o cliente")


def test_moves_say_where_they_lead_when_that_is_certain(drawn):
    process = drawn("atendimento")
    moves = {move.id: move for s in process.situations.values() for move in s.moves}
    assert moves["assume"].leads_to == Place("atendimento", "em_atendimento")  # past a merge
    assert moves["resolve_ja"].leads_to == Place("atendimento", "resolvido")  # past a side branch
    assert moves["chama"].leads_to == Place("visita", "a_agendar")  # into a called process
    assert moves["encerra"].leads_to == Place("atendimento", "End")
    assert moves["cancela"].leads_to is None  # an error end: its caller decides
    assert moves["executa"].leads_to is None  # activities come first
    assert moves["resolve_ja"].requires == ("description",)
    assert moves["chama"].guard.text == "subject.technical_assistance"
    assert [m.id for m in process.situations[Place("atendimento", "aberto")].moves if m.default] == ["assume"]
    assert process.situations[Place("atendimento", "aberto")].default == "assume"
    assert process.situations[Place("atendimento", "resolvido")].default is None


def test_one_flow_out_of_a_situation_is_one_move(drawn, opened):
    process = drawn("compras")
    assert [(m.id, m.label, m.guard) for m in process.situations[Place("compras", "analise")].moves] == [
        ("cota", "Cotar", None)
    ]
    assert opened(process, {"priority": "alta"}).move("cota").waiting is not None


def test_messages_that_are_awaited(drawn, opened):
    process = drawn("atendimento")
    assert process.messages == {"customer_replied", "visit_done"}
    assert process.awaited(Place("atendimento", "aguardando")) == {"customer_replied"}
    assert process.awaited(Place("atendimento", "aberto")) == frozenset()
    ticket = opened(process)
    ticket.move("assume")
    assert ticket.move("pergunta").awaits == {"customer_replied"}
    assert ticket.say("customer_replied").awaits == frozenset()


def test_a_process_that_begins_with_an_activity_waits_before_its_first_situation(draw, compiled, opened):
    sketch = draw("antes")
    sketch.path(sketch.start(), sketch.activity("liga"), sketch.situation("aberto"), sketch.end("fim"))
    ticket = opened(compiled(sketch))
    movement = ticket.begin()
    assert (movement.place, movement.entered) == (Place("antes", "aberto"), ())
    assert (movement.waiting.element, movement.waiting.cause) == ("liga", "activity")
    with pytest.raises(KeyError):
        ticket.move("aberto__fim")
    assert ticket.finish("liga").entered == (Place("antes", "aberto"),)


@pytest.mark.parametrize("element", ["aberto", "finalizado", "aguardando"])
def test_relocation_begins_one_token_at_a_situation(element, drawn, opened):
    ticket = opened(drawn("atendimento"))
    movement = ticket.relocate("atendimento", element)
    assert movement.place == Place("atendimento", element)
    assert movement.cause.kind == "relocation"
    assert ticket.live() == [element]
    assert (movement.timer_due_at is not None) == (element == "aguardando")


def test_relocation_goes_into_a_called_process(drawn, opened):
    ticket = opened(drawn("atendimento"))
    movement = ticket.relocate("visita", "em_aceite")
    assert movement.place == Place("visita", "em_aceite")
    assert movement.called == ("visita",)
    assert ticket.live() == ["assistencia", "em_aceite"]
    due = {timer.element for timer in walk.due(ticket.process, ticket.state, ticket.now.replace(year=2027))}
    assert due == {"prazo", "sem_aceite"}
    assert ticket.move("aceita").place == Place("atendimento", "resolvido")


def test_relocation_knows_situations_only(drawn, opened):
    for place in (("atendimento", "End"), ("atendimento", "pesquisa"), ("visita", "aberto"), ("compras", "analise")):
        with pytest.raises(KeyError):
            opened(drawn("atendimento")).relocate(*place)
