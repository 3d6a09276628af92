"""A BPMN file is read with everything in it, the wrong things too."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runtime import diagram as diagrams
from engine.runtime.xml import XmlRefused

FILES = Path(__file__).parent / "diagrams"


def test_a_diagram_of_camunda_modeler():
    diagram = diagrams.read((FILES / "modeler.bpmn").read_bytes(), "modeler.bpmn")
    assert (diagram.key, diagram.name, diagram.executable) == ("vistoria", "Vistoria de entrega", True)
    assert diagram.documentation == "Da chave à assinatura."
    assert diagram.properties == {"requires": "unit"}
    assert diagram.lines["vistoria", "requires"] == 10
    node = diagram.nodes["marcar"]
    assert (node.kind, node.tag, node.name, node.is_situation) == ("user_task", "userTask", "A marcar", True)
    assert (node.incoming, node.outgoing) == (("flow_marcar",), ("flow_escolher",))
    assert node.documentation == "Ligar antes."
    assert node.lane == "Engenharia"
    assert [lane.name for lane in diagram.lanes_of("marcar")] == ["Engenharia", "Obra"]
    assert [lane.properties for lane in diagram.lanes_of("marcar")] == [{"team": "engenharia"}, {"team": "obra"}]
    assert diagram.nodes["conferir"].is_activity
    flow = diagram.flows["flow_reprovar"]
    assert (flow.name, flow.condition) == ("Reprovar a entrega", 'priority = "alta" and fields.unit != null')
    assert flow.properties == {"requires": "description"}
    assert diagram.nodes["escolha"].default == "flow_aprovar"
    assert diagram.choices == {"escolha"}
    assert diagram.called == {"reparo"}
    assert diagram.decisions == {"prioridade", "campos"}
    wrong = (diagram.foreign, diagram.strange, diagram.stray, diagram.duplicates, diagram.nameless)
    assert wrong == ((), (), (), (), ())


def test_events_know_what_they_wait_for():
    diagram = diagrams.read((FILES / "modeler.bpmn").read_bytes(), "modeler.bpmn")
    events = {
        name: (node.event.kind, node.event.name, node.event.timer, node.interrupting, node.attached_to)
        for name, node in diagram.nodes.items()
        if node.event
    }
    assert events["silencio"] == ("timer", "", ("duration", "P7D"), False, "marcar")
    assert events["respondeu"] == ("message", "customer_replied", None, True, "marcar")
    assert events["cancelado"] == ("error", "reparo_cancelado", None, True, "reparar")
    assert events["qualquer"] == ("escalation", "", None, False, "reparar")
    assert events["inicio"] == ("none", "", None, True, None)
    assert events["acabou"] == ("terminate", "", None, True, None)


@pytest.mark.parametrize("prefix", ["camunda", "zeebe", "spiffworkflow"])
def test_properties_in_three_spellings(sketch, prefix):
    raw = sketch().path("start sit_a end").node("sit_a", properties={"sla": " PT8H "}).xml()
    raw = raw.replace(b"camunda:prop", prefix.encode() + b":prop")
    assert diagrams.read(raw, "p.bpmn").nodes["sit_a"].properties == {"sla": "PT8H"}


def test_called_processes_and_decisions_in_three_spellings(sketch):
    extensions = "<extensionElements>{}</extensionElements>"
    for inner in (
        "<zeebe:calledDecision decisionId='d' resultVariable='r'/>",
        "<spiffworkflow:calledDecisionId>d</spiffworkflow:calledDecisionId>",
    ):
        drawn = sketch().path("start rule_a end").node("rule_a", inner=extensions.format(inner))
        assert drawn.read().nodes["rule_a"].decision == "d"
        assert drawn.read().decisions == {"d"}
    drawn = sketch().path("start call_a end")
    drawn.node("call_a", inner=extensions.format("<zeebe:calledElement processId='q'/>"), calledElement="")
    assert drawn.read().called == {"q"}


def test_what_other_engines_would_do_is_kept_apart(sketch):
    drawn = sketch().path("start sit_a end")
    drawn.node("sit_a", **{"camunda:assignee": "x", "camunda:asyncBefore": "true"})
    raw = drawn.xml().replace(
        b"</userTask>", b"<extensionElements><zeebe:userTask/><zeebe:formDefinition/></extensionElements></userTask>"
    )
    diagram = diagrams.read(raw, "p.bpmn")
    assert [(element, name) for element, name, _ in diagram.foreign] == [
        ("sit_a", "camunda:assignee"),
        ("sit_a", "zeebe:formDefinition"),
    ]


def test_broken_references_do_not_break_the_graph(sketch):
    drawn = sketch().path("start sit_a end").path("sit_a nada_1").path("nada_2 end")
    del drawn.parts["nada_1"], drawn.parts["nada_2"]
    diagram = drawn.boundary("solto", "nada_3").path("solto end").read()
    assert {flow.id for flow in diagram.dangling} == {"sit_a-nada_1", "nada_2-end"}
    assert [node.id for node in diagram.successors("sit_a")] == ["end"]
    assert [node.id for node in diagram.predecessors("end")] == ["sit_a", "solto"]


def test_elements_without_and_with_twice_given_ids(sketch):
    raw = sketch().path("start sit_a end").xml()
    raw = raw.replace(b'<userTask id="sit_a"', b'<userTask id="sit_a"/><userTask/><userTask id="sit_a"')
    diagram = diagrams.read(raw, "p.bpmn")
    assert diagram.duplicates == (("sit_a", 3),)
    assert diagram.nameless == (("userTask", 3),)
    assert diagram.nodes["sit_a"].name == ""


def test_prefixed_references_are_understood(sketch):
    drawn = sketch().path("start sit_a end")
    definition = drawn.message("visit_done").replace("messageRef='", "messageRef='tns:")
    drawn.boundary("feita", "sit_a", definition).path("feita end")
    assert drawn.read().nodes["feita"].event.name == "visit_done"


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("not_bpmn", b"<html/>"),
        ("not_bpmn", b"<definitions/>"),
        ("no_process", b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'),
        (
            "several_processes",
            b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process/><process/></definitions>',
        ),
    ],
)
def test_a_file_is_one_process(code, raw):
    with pytest.raises(XmlRefused) as refused:
        diagrams.read(raw, "p.bpmn")
    assert refused.value.code == code


def test_an_empty_process_is_read():
    raw = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process/></definitions>'
    diagram = diagrams.read(raw, "p.bpmn")
    assert (diagram.key, diagram.nodes, diagram.nameless) == ("", {}, (("process", 1),))
