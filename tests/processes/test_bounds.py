"""Large and twisted diagrams are judged without recursion and without end."""

from __future__ import annotations

import random

import pytest

from engine.processes.checking import check
from engine.runtime.process import compile_process

KINDS = ("par", "xor", "sit", "act", "svc", "wait", "end")


def test_three_hundred_nodes_in_a_straight_line_are_fine(sketch, faults):
    line = " ".join(f"{'sit' if n % 2 else 'svc'}_{n}" for n in range(298))
    drawn = sketch().path(f"start {line} end")
    assert faults(drawn) == set()
    compile_process(drawn.read(), {})


def test_one_more_is_told_and_nothing_else(sketch, faults):
    line = " ".join(f"sit_{n}" for n in range(299))
    assert faults(sketch().path(f"start {line} end").path("solto")) == {("too-many-nodes", "p")}
    assert faults(sketch().path(f"start {line} end").boundary("b", "nada")) == {("too-many-nodes", "p")}


def test_too_many_flows_are_told(sketch, faults):
    drawn = sketch().path("start sit_a xor_1 end").path("xor_1 sit_a")
    drawn.flows |= {f"f{n}": ("xor_1", "sit_a", {}) for n in range(1_000)}
    assert faults(drawn) == {("too-many-nodes", "p")}


def test_ten_thousand_nodes_are_told_at_once(sketch, known):
    nodes = "".join(f"<parallelGateway id='n{n}'/>" for n in range(10_000))
    flows = "".join(f"<sequenceFlow id='f{n}' sourceRef='n{n}' targetRef='n{n // 2}'/>" for n in range(8_000))
    raw = sketch().xml().replace(b"</process>", f"{nodes}{flows}</process>".encode())
    assert {finding.rule for finding in check([("p.bpmn", raw)], known).findings} == {"too-many-nodes"}


def test_a_long_chain_of_files_that_call_each_other_is_judged(sketch, faults):
    chain = [sketch(f"n{n}").path(f"start svc_a call_n{n + 1} end") for n in range(400)]
    told = faults(*chain, sketch("n400").path("start sit_a end"))
    assert {rule for rule, _ in told} == {"call-depth"}
    assert len(told) == 395


def test_deep_lanes_are_read(sketch, faults):
    lanes = "<laneSet>" + "<lane id='l{}'><childLaneSet>" * 70
    raw = sketch().path("start sit_a end").xml()
    opened = lanes.format(*range(70)) + "</childLaneSet></lane>" * 70 + "</laneSet>"
    raw = raw.replace(b'isExecutable="true">', b'isExecutable="true">' + opened.encode())
    assert check([("p.bpmn", raw)]).findings == ()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kinds", [KINDS, ("par",), ("par", "xor"), ("par", "act", "sit")])
def test_random_graphs_are_judged(sketch, known, seed, kinds):
    chance = random.Random(seed)
    names = [f"{chance.choice(kinds)}_{n}" for n in range(40)]
    drawn = sketch().path(f"start {names[0]}")
    for _ in range(80):
        drawn.path(f"{chance.choice(names)} {chance.choice(names)}")
    for number, host in enumerate(chance.sample(names, 5)):
        drawn.boundary(f"b{number}", host, interrupting=chance.random() < 0.5).path(f"b{number} {chance.choice(names)}")
    assert check([("p.bpmn", drawn.xml())], known).errors
