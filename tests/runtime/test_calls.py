"""Called processes, and what leaves them."""

import pytest

from engine.runtime.movement import Place, Stuck


@pytest.fixture
def assisted(drawn, opened):
    ticket = opened(drawn("atendimento"))
    ticket.move("assume")
    ticket.called = ticket.move("chama")
    return ticket


def test_its_situations_are_the_ticket_s(assisted):
    assert assisted.called.place == Place("visita", "a_agendar")
    assert assisted.called.called == ("visita",)
    assert assisted.called.waiting is None
    assert assisted.live() == ["a_agendar", "assistencia"]


def test_its_end_returns_the_token_and_is_no_place_of_the_ticket(assisted):
    assisted.move("agenda")
    assert assisted.say("visit_done").place == Place("visita", "em_aceite")
    movement = assisted.move("aceita")
    assert movement.returned == ("visita",)
    assert movement.entered == (Place("atendimento", "resolvido"),)
    assert movement.timer_due_at is None  # the call's own timer is gone
    assert assisted.live() == ["resolvido"]


def test_side_work_inside_keeps_the_call_open(assisted):
    assisted.move("agenda")
    assisted.say("visit_done")
    assert [new.element for new in assisted.tick(90).created] == ["avaliar"]
    movement = assisted.move("aceita")
    assert (movement.waiting.process, movement.waiting.element) == ("atendimento", "assistencia")
    assert movement.waiting.cause == "call"
    assert movement.place == Place("visita", "em_aceite")
    assert movement.returned == ()
    movement = assisted.finish("avaliar")
    assert movement.place == Place("atendimento", "resolvido")
    assert movement.returned == ("visita",)


def test_an_error_end_is_caught_at_the_boundary(assisted):
    movement = assisted.move("cancela")
    assert movement.place == Place("atendimento", "em_atendimento")
    assert movement.returned == ("visita",)
    assert assisted.live() == ["em_atendimento"]


def test_a_timer_of_the_call_interrupts_what_is_inside(assisted):
    assisted.move("agenda")
    created = {new.token for new in assisted.move("executa").created}
    movement = assisted.tick(900)
    assert (movement.cause.process, movement.cause.element) == ("atendimento", "prazo")
    assert dict(movement.dropped) == dict.fromkeys(created, "interrupted")
    assert len(created) == 2
    assert movement.place == Place("atendimento", "aberto")
    assert movement.returned == ("visita",)


def test_an_escalation_that_does_not_interrupt_is_heard_each_time(assisted):
    assisted.move("agenda")
    movement = assisted.tick(120)
    assert [new.element for new in movement.created] == ["cobrar"]
    assert movement.place == Place("visita", "agendada")
    assert movement.waiting is None
    assisted.move("remarca")
    assisted.move("agenda")
    assert [new.element for new in assisted.tick(120).created] == ["cobrar"]
    assert assisted.live() == ["agendada", "assistencia", "cobrar", "cobrar"]


def test_terminate_inside_ends_only_the_called_process(assisted):
    assisted.move("agenda")
    assisted.say("visit_done")
    assisted.tick(90)
    movement = assisted.move("abandona")
    assert [cause for _, cause in movement.dropped] == ["interrupted"]
    assert movement.place == Place("atendimento", "resolvido")
    assert not movement.ended


def test_an_error_that_nobody_catches_stops_the_step(drawn, opened):
    ticket = opened(drawn("visita"))
    with pytest.raises(Stuck) as stuck:
        ticket.move("cancela")
    assert (stuck.value.kind, stuck.value.element) == ("uncaught", "cancelou")
    assert ticket.live() == ["a_agendar"]


@pytest.fixture
def thrown(draw, compiled, opened):
    """A ticket two calls deep, with these boundary events on the outer and the inner call."""

    def throw(ending, outer=(), inner=()):
        deep = draw("fundo")
        deep.path(deep.start(), deep.situation("s"), deep.end("fim", ending(deep)))
        middle = draw("meio")
        middle.path(middle.start(), middle.call("chama_fundo", "fundo"), middle.end("fim"))
        top = draw("topo")
        top.path(top.start(), top.call("chama_meio", "meio"), top.situation("normal"), top.end("fim"))
        for sketch, host, events in ((middle, "chama_fundo", inner), (top, "chama_meio", outer)):
            for name, event in events:
                sketch.boundary(name, host, event(sketch))
                sketch.path(name, sketch.situation(f"s_{name}"), sketch.end(f"fim_{name}"))
        ticket = opened(compiled(top, middle, deep))
        return ticket, ticket.move("s__fim")

    return throw


def test_the_innermost_boundary_that_fits_catches(thrown):
    _, movement = thrown(
        lambda d: d.error("x"),
        outer=[("fora", lambda d: d.error("x"))],
        inner=[("dentro", lambda d: d.error("x")), ("outro", lambda d: d.error("y"))],
    )
    assert movement.place == Place("meio", "s_dentro")
    assert movement.returned == ("fundo",)


def test_the_code_goes_before_any(thrown):
    any_or_x = [("qualquer", lambda d: d.error()), ("certo", lambda d: d.error("x"))]
    assert thrown(lambda d: d.error("x"), inner=any_or_x)[1].place == Place("meio", "s_certo")
    assert thrown(lambda d: d.error("z"), inner=any_or_x)[1].place == Place("meio", "s_qualquer")
    assert thrown(lambda d: d.error(), inner=any_or_x)[1].place == Place("meio", "s_qualquer")


def test_an_error_climbs_and_leaves_every_process_on_its_way(thrown):
    ticket, movement = thrown(lambda d: d.error("x"), outer=[("fora", lambda d: d.error("x"))])
    assert movement.place == Place("topo", "s_fora")
    assert movement.returned == ("fundo", "meio")
    assert ticket.live() == ["s_fora"]


def test_an_escalation_that_nobody_catches_is_an_ordinary_end(thrown):
    _, movement = thrown(lambda d: d.escalation("x"), inner=[("outro", lambda d: d.escalation("y"))])
    assert movement.place == Place("topo", "normal")
    assert movement.returned == ("fundo", "meio")


def test_an_interrupting_escalation_leaves_the_call(thrown):
    _, movement = thrown(lambda d: d.escalation("x"), outer=[("fora", lambda d: d.escalation("x"))])
    assert movement.place == Place("topo", "s_fora")
    assert movement.returned == ("fundo", "meio")


def test_an_escalation_outside_the_call_is_not_the_call_s(draw, compiled, opened):
    inside = draw("dentro")
    inside.path(inside.start(), inside.situation("s"), inside.end("fim"))
    top = draw("topo")
    top.path(top.start(), top.parallel("alem"), top.call("chama", "dentro"), top.situation("t"), top.end("fim"))
    top.path("alem", top.activity("a"), top.end("grita", top.escalation("x")))
    top.boundary("apanha", "chama", top.escalation("x"))
    top.path("apanha", top.situation("errado"), top.end("fim_errado"))
    ticket = opened(compiled(top, inside))
    movement = ticket.finish("a")
    assert movement.place == Place("dentro", "s")
    assert ticket.live() == ["chama", "s"]
