"""Timers and messages."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.runtime import walk
from engine.runtime.movement import Stuck


@pytest.fixture
def waiting(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    ticket.asked = ticket.move("pergunta")
    return ticket


def test_timers_are_set_on_entering_from_the_step_s_clock(waiting):
    assert waiting.asked.timer_due_at == waiting.now + timedelta(minutes=60)
    later = waiting.now + timedelta(days=1)
    due = [(timer.element, timer.due_at) for timer in walk.due(waiting.process, waiting.state, later)]
    assert due == [
        ("lembra", waiting.now + timedelta(minutes=60)),
        ("silencio", waiting.now + timedelta(minutes=240)),
    ]


def test_a_tick_before_the_instant_does_nothing_and_at_the_instant_fires(waiting):
    assert waiting.tick(59) is None
    movement = waiting.tick(1)
    assert (movement.cause.kind, movement.cause.element) == ("timer", "lembra")
    assert movement.cause.due_at == waiting.now
    assert [act.action for act in movement.acts] == ["reply"]
    assert movement.entered == ()
    assert waiting.tick() is None


def test_one_tick_fires_one_timer_the_earliest(waiting):
    assert waiting.tick(10_000).cause.element == "lembra"
    movement = waiting.tick()
    assert movement.cause.element == "silencio"
    assert movement.cause.due_at == waiting.now - timedelta(minutes=9_760)
    assert movement.place.element == "resolvido"
    assert waiting.tick() is None


def test_a_move_fires_no_timer_however_late_it_is(waiting):
    waiting.now += timedelta(days=30)
    movement = waiting.move("respondido")
    assert movement.place.element == "em_atendimento"
    assert movement.acts == ()
    assert waiting.tick() is None


def test_a_message_fires_no_timer_either(waiting):
    waiting.now += timedelta(days=30)
    movement = waiting.say("customer_replied")
    assert (movement.cause.kind, movement.cause.element) == ("message", "respondeu")
    assert movement.place.element == "em_atendimento"
    assert movement.acts == ()


def test_a_timer_set_by_a_tick_belongs_to_the_next(draw, compiled, opened):
    sketch = draw("seguidos")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.catch("logo", sketch.timer("PT0S")))
    sketch.path("logo", sketch.catch("tambem", sketch.timer("PT0S")), sketch.situation("t"), sketch.end("fim"))
    ticket = opened(compiled(sketch))
    assert ticket.move("s__logo").waiting.cause == "timer"
    assert ticket.tick().waiting.element == "tambem"
    assert ticket.tick().place.element == "t"


def test_of_timers_for_one_instant_the_outer_goes_first_and_then_the_one_drawn_first(draw, compiled, opened):
    inside = draw("dentro")
    inside.path(inside.start(), inside.situation("s"), inside.end("fim"))
    top = draw("topo")
    top.path(top.start(), top.call("chama", "dentro"), top.end("fim"))
    for sketch, host, names in ((inside, "s", ("i1", "i2")), (top, "chama", ("t1", "t2"))):
        for name in names:
            sketch.boundary(name, host, sketch.timer("PT5M"), interrupting=False)
            sketch.path(name, sketch.end(f"fim_{name}"))
    ticket = opened(compiled(top, inside))
    ticket.now += timedelta(minutes=5)
    assert [ticket.tick().cause.element for _ in range(4)] == ["t1", "t2", "i1", "i2"]


def test_a_date_timer_and_one_that_is_counted_from_a_fact(draw, compiled, opened):
    sketch = draw("datas")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.end("fim"))
    sketch.boundary("natal", "s", sketch.timer("2026-12-25T08:00:00-03:00", "timeDate"))
    sketch.boundary("prazo", "s", sketch.timer("fields.prazo"), interrupting=False)
    for name in ("natal", "prazo"):
        sketch.path(name, sketch.end(f"fim_{name}"))
    process = compiled(sketch)
    ticket = opened(process, {"fields.prazo": timedelta(microseconds=1)})
    due = walk.due(process, ticket.state, datetime(2027, 1, 1, tzinfo=UTC))
    assert [(timer.element, timer.due_at) for timer in due] == [
        ("prazo", ticket.now + timedelta(microseconds=1)),
        ("natal", datetime(2026, 12, 25, 11, tzinfo=UTC)),
    ]
    with pytest.raises(Stuck) as stuck:
        opened(process, {})
    assert (stuck.value.kind, stuck.value.element) == ("timer", "prazo")
    assert stuck.value.details["names"] == ("fields.prazo",)


def test_a_message_that_nobody_awaits_does_nothing(waiting):
    state = waiting.state
    assert waiting.say("visit_done") is None
    assert waiting.state == state


def test_a_host_hears_a_message_again_but_a_timer_once(drawn, opened):
    ticket = opened(drawn("vigia"))
    for number in range(1, 4):
        ticket.say("customer_replied")
        assert ticket.live() == ["averiguar"] * number + ["ronda"]
    assert ticket.tick(15).cause.element == "sem_resposta"
    assert ticket.tick(0).cause.element == "sem_resposta"
    assert ticket.tick(0).cause.element == "sem_resposta"
    assert ticket.tick(30) is None


def test_the_innermost_catcher_gets_it(draw, compiled, opened):
    inside = draw("dentro")
    inside.path(inside.start(), inside.situation("s"), inside.end("fim"))
    inside.boundary("aqui", "s", inside.message("customer_replied"))
    inside.path("aqui", inside.situation("ouviu"), inside.end("fim_aqui"))
    top = draw("topo")
    top.path(top.start(), top.call("chama", "dentro"), top.end("fim"))
    top.boundary("fora", "chama", top.message("customer_replied"))
    top.path("fora", top.situation("ouviu_fora"), top.end("fim_fora"))
    ticket = opened(compiled(top, inside))
    assert ticket.say("customer_replied").place.element == "ouviu"
    assert ticket.say("customer_replied").place.element == "ouviu_fora"


def test_a_payload_is_seen_as_message_and_never_as_a_fact(draw, compiled, opened):
    sketch = draw("carta")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.catch("ouve", sketch.message("chegou")))
    sketch.path("ouve", sketch.gateway("g1", default="g1_nao"))
    sketch.flow("g1", sketch.situation("errado"), "g1_sim", 'priority = "alta"')
    sketch.flow("g1", sketch.gateway("antes"), "g1_nao")
    sketch.path("antes", sketch.service("passa"), sketch.gateway("g2", default="g2_nao"))
    sketch.flow("g2", sketch.situation("certo"), "g2_sim", 'message.priority = "alta"')
    sketch.flow("g2", "errado", "g2_nao")
    for name in ("certo", "errado"):
        sketch.path(name, sketch.end(f"fim_{name}"))
    ticket = opened(compiled(sketch), {"priority": "baixa"})
    ticket.move("s__ouve")
    assert ticket.say("chegou", priority="alta").place.element == "certo"


def test_a_timer_of_a_situation_knows_that_one_as_the_ticket_s(draw, compiled, opened):
    sketch = draw("aqui")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.situation("t"), sketch.end("fim"))
    text = 'if situation = "t" then duration("PT1H") else duration("PT9H")'
    sketch.boundary("prazo", "t", sketch.timer(text))
    sketch.path("prazo", sketch.end("fim_prazo"))
    ticket = opened(compiled(sketch))
    assert ticket.move("s__t").timer_due_at == ticket.now + timedelta(hours=1)
