"""Service tasks, business rule tasks and automatic gateways."""

import pytest

from engine.runtime.movement import Stuck
from engine.runtime.tables import read_decisions

ROWS = (
    ("rede", "infra", "alta"),
    ("senha", "balcao", "baixa"),
    ("dupla", "balcao", "baixa"),
    ("dupla", "infra", "baixa"),
)


def table():
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>"{subject}"</text></inputEntry>'
        f'<outputEntry id="t{n}"><text>"{team}"</text></outputEntry>'
        f'<outputEntry id="p{n}"><text>"{priority}"</text></outputEntry></rule>'
        for n, (subject, team, priority) in enumerate(ROWS)
    )
    raw = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">'
        '<decision id="rota" name="Rota"><decisionTable id="t" hitPolicy="UNIQUE">'
        '<input id="i"><inputExpression id="e" typeRef="string"><text>subject</text></inputExpression></input>'
        '<output id="o1" name="team" typeRef="string"/><output id="o2" name="priority" typeRef="string"/>'
        f"{rules}</decisionTable></decision></definitions>"
    )
    return read_decisions(raw.encode(), "rota.dmn")[0]


@pytest.fixture
def routed(draw, compiled, opened):
    def move(subject, known=("rota",), **facts):
        sketch = draw("triagem")
        sketch.path(sketch.start(), sketch.situation("s"), sketch.rule("decide", "rota"), sketch.gateway("g", "resto"))
        sketch.flow("g", sketch.service("avisa", team="plantao"), "urgente", 'team = "infra" and priority = "alta"')
        sketch.flow("g", sketch.situation("normal"), "resto")
        sketch.path("avisa", sketch.situation("urgencia"), sketch.end("fim"))
        sketch.path("normal", sketch.end("fim_normal"))
        ticket = opened(compiled(sketch), {"subject": subject, **facts}, dict.fromkeys(known, (table(), 7)).__getitem__)
        return ticket.move("s__decide")

    return move


def test_what_a_table_sets_is_seen_by_the_gateways_behind_it(routed):
    movement = routed("rede", priority="baixa", team="balcao")
    assert movement.place.element == "urgencia"
    assert movement.sets == {"team": "infra", "priority": "alta"}
    assert movement.decisions == (("decide", "rota", 7),)
    (act,) = movement.acts
    assert (act.process, act.element, act.action) == ("triagem", "avisa", "notify_team")
    assert act.properties["team"] == "plantao"


def test_each_subject_has_its_row(routed):
    movement = routed("senha")
    assert movement.place.element == "normal"
    assert movement.sets == {"team": "balcao", "priority": "baixa"}
    assert movement.acts == ()


def test_a_table_without_a_row_sets_nothing(routed):
    movement = routed("outro", team="infra", priority="alta")
    assert movement.place.element == "urgencia"
    assert movement.sets == {}
    assert movement.decisions == (("decide", "rota", 7),)


@pytest.mark.parametrize(("subject", "known"), [("dupla", ("rota",)), ("rede", ())])
def test_a_table_that_fails_or_is_not_there_stops_the_step(subject, known, routed):
    with pytest.raises(Stuck) as stuck:
        routed(subject, known)
    assert (stuck.value.kind, stuck.value.process, stuck.value.element) == ("table", "triagem", "decide")
    assert stuck.value.details["decision"] == "rota"


@pytest.fixture
def asked(draw, compiled, opened):
    def move(facts, default=None):
        sketch = draw("pergunta")
        sketch.path(sketch.start(), sketch.situation("s"), sketch.service("antes"), sketch.gateway("g", default))
        sketch.flow("g", sketch.situation("a"), "para_a", 'priority = "alta"')
        sketch.flow("g", sketch.situation("b"), "para_b", 'channel = "email"')
        sketch.flow("g", sketch.situation("c"), "para_c", 'channel = "email" and priority = "baixa"')
        for name in "abc":
            sketch.path(name, sketch.end(f"fim_{name}"))
        return opened(compiled(sketch), facts).move("s__antes")

    return move


def test_the_first_true_condition_in_the_order_of_the_file_wins(asked):
    assert asked({"priority": "baixa", "channel": "email"}).place.element == "b"
    assert asked({"priority": "alta", "channel": "email"}).place.element == "a"


def test_the_default_is_taken_when_no_other_is_true(asked):
    assert asked({"priority": "baixa", "channel": "fone"}, default="para_b").place.element == "b"
    assert asked({"priority": "baixa", "channel": "email"}, default="para_b").place.element == "c"


def test_no_way_out(asked):
    with pytest.raises(Stuck) as stuck:
        asked({"priority": "baixa", "channel": "fone"})
    assert (stuck.value.kind, stuck.value.process, stuck.value.element) == ("no_way_out", "pergunta", "g")


def test_a_missing_value_is_named(asked):
    with pytest.raises(Stuck) as stuck:
        asked({"channel": "email"}, default="para_b")
    assert (stuck.value.kind, stuck.value.details["names"]) == ("undecided", ("priority",))


def test_values_that_do_not_fit_are_told(asked):
    with pytest.raises(Stuck) as stuck:
        asked({"priority": 3, "channel": "email"})
    assert (stuck.value.kind, stuck.value.details["names"]) == ("undecided", ())


def test_the_situation_is_known_to_conditions(draw, compiled, opened):
    sketch = draw("onde")
    sketch.path(sketch.start(), sketch.situation("s"), sketch.service("antes"), sketch.gateway("g", default="nao"))
    sketch.flow("g", sketch.situation("certo"), "sim", 'situation = "s"')
    sketch.flow("g", sketch.situation("errado"), "nao")
    for name in ("certo", "errado"):
        sketch.path(name, sketch.end(f"fim_{name}"))
    assert opened(compiled(sketch), {"situation": "outra"}).move("s__antes").place.element == "certo"
