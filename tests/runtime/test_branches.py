"""Parallel blocks, side branches and activities."""

from engine.runtime.movement import Place


def quoted(opened, drawn, **facts):
    ticket = opened(drawn("compras"), {"priority": "alta", **facts})
    ticket.move("cota")
    return ticket


def test_a_block_opens_activities_and_waits(drawn, opened):
    ticket = opened(drawn("compras"), {"priority": "alta"})
    movement = ticket.move("cota")
    assert [new.element for new in movement.created] == ["orcamento", "credito"]
    assert all(len(new.token) == 16 for new in movement.created)
    assert movement.place == Place("compras", "analise")
    assert movement.entered == ()
    assert (movement.waiting.element, movement.waiting.cause) == ("orcamento", "activity")
    assert [act.action for act in movement.acts] == ["webhook"]
    assert movement.acts[0].properties["event"] == "conferencia"


def test_once_a_branch_is_there_the_ticket_waits_at_the_join(drawn, opened):
    ticket = quoted(opened, drawn)
    movement = ticket.finish("credito")
    assert (movement.waiting.element, movement.waiting.cause) == ("fecha", "join")
    assert movement.cause.kind == "activity"
    assert movement.cause.element == "credito"
    assert movement.dropped == ()


def test_the_join_goes_on_with_the_last_branch(drawn, opened):
    ticket = quoted(opened, drawn)
    ticket.finish("orcamento")
    ticket.finish("credito")
    movement = ticket.tick(45)
    assert movement.place == Place("compras", "comprado")
    assert movement.waiting is None
    assert ticket.live() == ["comprado"]


def test_a_join_in_a_loop_never_fires_early(drawn, opened):
    ticket = opened(drawn("compras"), {"priority": "alta"})
    for _ in range(60):
        ticket.move("cota")
        for element in ("orcamento", "credito"):
            assert ticket.finish(element).waiting.cause == "join"
        assert ticket.tick(45).place == Place("compras", "comprado")
        ticket.move("repete")
    assert ticket.live() == ["analise"]


def test_an_interrupting_event_withdraws_its_activity(drawn, opened):
    ticket = quoted(opened, drawn)
    (credit,) = (t.token for t in ticket.tokens() if t.element == "credito")
    movement = ticket.tick(30)
    assert movement.dropped == ((credit, "interrupted"),)
    assert movement.waiting.cause == "join"


def test_two_tokens_by_one_flow_do_not_make_up_for_a_missing_one(draw, compiled, opened):
    sketch = draw("dois")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.parallel("abre"))
    for name in ("a", "b"):
        sketch.path("abre", sketch.activity(name))
    sketch.path("a", sketch.gateway("junta"), sketch.parallel("fecha"), sketch.situation("t"), sketch.end("fim"))
    sketch.path("b", "fecha")
    sketch.flow("abre", "junta")
    ticket = opened(compiled(sketch))
    ticket.move("s__abre")
    assert ticket.finish("a").waiting.cause == "join"
    assert ticket.live() == ["b", "fecha", "fecha"]
    movement = ticket.finish("b")
    assert movement.place.element == "t"
    assert ticket.live() == ["fecha", "t"]  # what is too many stays where it is, as BPMN has it


def test_a_join_tells_apart_two_flows_from_one_gateway(draw, compiled, opened):
    sketch = draw("flechas")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.parallel("abre"), sketch.activity("a"))
    sketch.parallel("fecha")
    sketch.path("a", "fecha", sketch.situation("t"), sketch.end("fim"))
    sketch.flow("abre", "fecha", "uma")
    sketch.flow("abre", "fecha", "outra")
    ticket = opened(compiled(sketch))
    ticket.move("s__abre")
    assert ticket.live() == ["a", "fecha", "fecha"]
    assert ticket.finish("a").place.element == "t"
    assert ticket.live() == ["t"]


def test_a_side_branch_outlives_the_situation(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    movement = ticket.move("resolve_ja")
    assert movement.place.element == "resolvido"
    assert movement.waiting is None
    assert [new.element for new in movement.created] == ["pesquisa"]
    ticket.move("reabre")
    assert ticket.live() == ["em_atendimento", "pesquisa"]
    movement = ticket.finish("pesquisa")
    assert (movement.place.element, movement.entered, movement.waiting) == ("em_atendimento", (), None)
    assert ticket.live() == ["em_atendimento"]


def test_a_closed_situation_takes_side_branches_with_it(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    (call,) = ticket.move("resolve_ja").created
    movement = ticket.move("finaliza")
    assert movement.dropped == ((call.token, "ticket_closed"),)
    assert not movement.ended
    assert ticket.live() == ["finalizado"]


def test_an_open_end_leaves_side_branches_alone(drawn, opened):
    ticket = opened(drawn("vigia"))
    ticket.say("customer_replied")
    movement = ticket.move("sai")
    assert movement.ended
    assert movement.place == Place("vigia", "fim")
    assert movement.waiting is None
    assert ticket.live() == ["averiguar"]
    movement = ticket.finish("averiguar")
    assert (movement.ended, movement.place, movement.entered) == (True, Place("vigia", "fim"), ())
    assert ticket.state == b""


def test_an_activity_on_the_main_path_holds_the_ticket_between_situations(drawn, opened):
    ticket = opened(drawn("vigia"))
    waiting = ticket.move("encerra").waiting
    assert (waiting.element, waiting.cause) == ("troca", "message")
    waiting = ticket.say("visit_done").waiting
    assert (waiting.element, waiting.cause) == ("entrega", "activity")
    movement = ticket.finish("entrega", "archived")
    assert (movement.place.element, movement.waiting) == ("descanso", None)


def test_the_outcome_of_an_activity_is_known_behind_it(draw, compiled, opened):
    sketch = draw("depois")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.activity("a"), sketch.gateway("viu", default="nao"))
    sketch.flow("viu", sketch.situation("feita"), "sim", 'activity.outcome = "done"')
    sketch.flow("viu", sketch.situation("arquivada"), "nao")
    for name in ("feita", "arquivada"):
        sketch.path(name, sketch.end(f"fim_{name}"))
    for outcome, element in (("done", "feita"), ("archived", "arquivada")):
        ticket = opened(compiled(sketch))
        ticket.move("s__a")
        assert ticket.finish("a", outcome).place.element == element


def test_a_terminating_end_takes_everything(draw, compiled, opened):
    sketch = draw("corta")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.gateway("g"))
    sketch.flow("g", sketch.parallel("alem"), "vai")
    sketch.flow("g", sketch.end("corte", "<terminateEventDefinition/>", standing="cancelled"), "corta")
    sketch.path("alem", sketch.gateway("volta"), "s")
    sketch.path("alem", sketch.activity("a"), sketch.end("fim_lateral"))
    ticket = opened(compiled(sketch))
    (asked,) = ticket.move("vai").created
    movement = ticket.move("corta")
    assert movement.dropped == ((asked.token, "ticket_closed"),)
    assert movement.ended
    assert movement.place.element == "corte"
    assert ticket.state == b""
