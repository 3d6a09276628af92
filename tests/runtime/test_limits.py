"""What may not happen: vanishing, growing, going round and round."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from engine.runtime import hop
from engine.runtime.movement import Stuck


@pytest.mark.parametrize("short_cut", [True, False])
def test_ten_thousand_turns_leave_the_state_as_small_as_the_first(short_cut, drawn, opened, monkeypatch):
    if not short_cut:
        monkeypatch.setattr(hop, "hopped", lambda *_: None)
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    sizes = set()
    for _ in range(2_500):
        for flow in ("anota", "devolve", "assume_urgente", "anota"):
            assert ticket.move(flow).waiting is None
            sizes.add(len(ticket.state))
    assert ticket.live() == ["em_atendimento"]
    assert max(sizes) < 50
    assert len(sizes) == 2  # one for each of the two situations of the loop


def test_a_loop_with_timers_calls_and_branches_stays_small(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    sizes = []
    for _ in range(150):
        ticket.move("pergunta")
        ticket.tick(60)
        ticket.say("customer_replied")
        ticket.move("chama")
        ticket.move("agenda")
        ticket.move("executa")
        ticket.finish("fotos")
        sizes.append(len(ticket.state))
        ticket.finish("relatorio")
        ticket.move("recusa")
        ticket.move("cancela")
        assert ticket.live() == ["em_atendimento"]
    assert max(sizes) == min(sizes) < 200


def test_twenty_tokens_nearly_all_with_timers_of_their_own_are_a_kilobyte(drawn, opened):
    ticket = opened(drawn("vigia"))
    for _ in range(19):
        ticket.say("customer_replied")
    assert len(ticket.live()) == 20
    assert len(ticket.state) < 1_100


def test_the_twenty_first_token_stops_the_step(drawn, opened):
    ticket = opened(drawn("vigia"))
    for _ in range(19):
        ticket.say("customer_replied")
    before = ticket.state
    with pytest.raises(Stuck) as stuck:
        ticket.say("customer_replied")
    assert stuck.value.kind == "too_many_tokens"
    assert ticket.state == before


def test_going_round_without_a_rest_stops_the_step(draw, compiled, opened):
    sketch = draw("voltas")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.gateway("m"), sketch.service("a"), "m")
    ticket = opened(compiled(sketch))
    with pytest.raises(Stuck) as stuck:
        ticket.move("s__m")
    assert stuck.value.kind == "too_many_steps"


def test_splits_that_double_and_double_stop_the_step(draw, compiled, opened):
    sketch = draw("bomba")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.parallel("p0"))
    for number in range(14):
        sketch.gateway(f"m{number}")
        sketch.flow(f"p{number}", f"m{number}", f"a{number}")
        sketch.flow(f"p{number}", f"m{number}", f"b{number}")
        sketch.path(f"m{number}", sketch.parallel(f"p{number + 1}"))
    sketch.path("p14", sketch.situation("t"), sketch.end("fim"))
    ticket = opened(compiled(sketch))
    with pytest.raises(Stuck) as stuck:
        ticket.move("s__p0")
    assert stuck.value.kind in {"too_many_steps", "too_many_tokens"}


def test_a_process_that_calls_itself_stops_the_step(draw, compiled, opened):
    sketch = draw("eu")
    sketch.path(sketch.start(), sketch.call("chama", "eu"), sketch.situation("s"), sketch.end("fim"))
    with pytest.raises(Stuck) as stuck:
        opened(compiled(sketch, sketch))
    assert stuck.value.kind == "too_many_steps"


def test_walking_changes_nothing_in_a_process(draw, compiled, opened):
    process = drawn_once(draw, compiled)
    before = described(process)
    for flow in ("vai", "volta") * 3:
        ticket = opened(process)
        ticket.move(flow)
        ticket.say("customer_replied")
    assert described(process) == before


def drawn_once(draw, compiled):
    sketch = draw("quieto")
    sketch.path(sketch.start(), sketch.gateway("m"), sketch.situation("s"), sketch.gateway("g"))
    sketch.flow("g", sketch.parallel("abre"), "vai")
    sketch.flow("g", "m", "volta")
    sketch.boundary("ouve", "s", sketch.message("customer_replied"), interrupting=False)
    sketch.path("ouve", sketch.activity("x"), sketch.end("fim_x"))
    sketch.path("abre", sketch.activity("a"), sketch.parallel("fecha"), sketch.end("fim"))
    sketch.path("abre", sketch.activity("b"), "fecha")
    return compiled(sketch)


def described(process):
    specs = process.specs[process.key].task_specs
    return {name: {key: repr(value) for key, value in vars(spec).items()} for name, spec in specs.items()}


def test_a_path_that_ends_without_an_end_does_not_lose_the_ticket(draw, compiled, opened):
    sketch = draw("some")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.service("a"))
    ticket = opened(compiled(sketch))
    with pytest.raises(Stuck) as stuck:
        ticket.move("s__a")
    assert stuck.value.kind == "lost"
    inner = draw("dentro")
    inner.path(inner.start(), inner.situation("s"), inner.service("a"))
    top = draw("topo")
    top.path(top.start(), top.call("chama", "dentro"), top.end("fim"))
    ticket = opened(compiled(top, inner))
    with pytest.raises(Stuck) as stuck:
        ticket.move("s__a")
    assert (stuck.value.kind, stuck.value.process) == ("lost", "dentro")


def test_a_line_of_three_hundred_nodes_is_walked(draw, compiled, opened):
    sketch = draw("linha")
    tasks = [sketch.service(f"t{number}") for number in range(296)]
    sketch.path(sketch.start(), sketch.situation("s"), *tasks, sketch.situation("t"), sketch.end("fim"))
    movement = opened(compiled(sketch)).move("s__t0")
    assert movement.place.element == "t"
    assert len(movement.acts) == 296


def test_threads_share_a_process(drawn, opened):
    process = drawn("compras")

    def walked(seed):
        random = Random(seed)
        ticket = opened(process, {"priority": "alta"})
        for _ in range(40):
            ticket.move("cota")
            for element in random.sample(("orcamento", "credito"), 2):
                assert ticket.finish(element).waiting.cause == "join"
            assert ticket.tick(45).place.element == "comprado"
            ticket.move("repete")
        return ticket.live()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(walked, range(8))) == [["analise"]] * 8
