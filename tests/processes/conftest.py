"""A pencil for small diagrams, and the names of an installation."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.processes.checking import Known, check
from engine.runtime import diagram as diagrams

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
)
TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "sit": "userTask",
    "act": "userTask",
    "svc": "serviceTask",
    "xor": "exclusiveGateway",
    "par": "parallelGateway",
    "call": "callActivity",
    "rule": "businessRuleTask",
    "wait": "intermediateCatchEvent",
}
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


class Sketch:
    """A process whose elements tell their kind by their name: `sit_a`, `par_1`, `end` …

    Flows are drawn by paths: `start sit_a xor_1 end`. A flow's id is `source-target`, its name the same.
    """

    def __init__(self, key="p", **properties):
        self.key = key
        self.parts = {}
        self.defaults = {}
        self.flows = {}
        self.roots = {}
        self.properties = properties

    def path(self, names, **flow):
        names = names.split()
        for name in names:
            self.node(name)
        for source, target in pairwise(names):
            self.flows.setdefault(f"{source}-{target}", (source, target, flow))
        return self

    def node(self, name, /, inner="", properties=None, **attributes):
        if name in self.parts and not (inner or properties or attributes):
            return self
        kind = name.partition("_")[0]
        had = {"name": name, **attributes}
        properties = dict(properties or {})
        if kind == "act":
            properties.setdefault("activity", "call")
        if kind == "svc":
            properties.setdefault("action", "notify_team")
        if kind == "call" and "calledElement" not in had:
            had["calledElement"] = name.partition("_")[2]
        if kind == "wait" and not inner:
            inner = HOUR
        self.parts[name] = (TAGS.get(kind, kind), had, inner, properties)
        return self

    def boundary(self, name, host, inner=HOUR, *, interrupting=True):
        more = {} if interrupting else {"cancelActivity": "false"}
        self.parts[name] = ("boundaryEvent", {"name": name, "attachedToRef": host, **more}, inner, {})
        return self

    def message(self, name):
        self.roots[f"m_{name}"] = f"<message id='m_{name}' name='{name}'/>"
        return f"<messageEventDefinition messageRef='m_{name}'/>"

    def error(self, code, kind="error"):
        self.roots[f"e_{code}"] = f"<{kind} id='e_{code}' {kind}Code='{code}' name='x'/>"
        return f"<{kind}EventDefinition {kind}Ref='e_{code}'/>"

    def xml(self):
        body = _properties(self.properties)
        for name, (tag, had, inner, properties) in self.parts.items():
            default = {"default": self.defaults[name]} if name in self.defaults else {}
            attributes = "".join(f" {key}={quoteattr(value)}" for key, value in {**had, **default}.items())
            body += f'\n<{tag} id="{name}"{attributes}>{_properties(properties)}{inner}</{tag}>'
        for own, (source, target, flow) in self.flows.items():
            condition = flow.get("condition")
            inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
            body += (
                f'\n<sequenceFlow id="{own}" name="{own}" sourceRef="{source}" targetRef="{target}">'
                f"{_properties(flow.get('properties', {}))}{inner}</sequenceFlow>"
            )
        roots = "".join(self.roots.values())
        return f'{HEAD}{roots}<process id="{self.key}" isExecutable="true">{body}</process></definitions>'.encode()

    def read(self):
        return diagrams.read(self.xml(), f"{self.key}.bpmn")


def _properties(properties):
    if not properties:
        return ""
    each = "".join(f"<camunda:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in properties.items())
    return f"<extensionElements><camunda:properties>{each}</camunda:properties></extensionElements>"


@pytest.fixture
def sketch():
    return Sketch


@pytest.fixture
def known():
    return Known(
        teams={"atendimento", "comercial", "engenharia"},
        calendars={"comercial"},
        fields={"unit"},
        subjects={"infiltracao", "boleto", "contrato"},
        messages={"pagamento_confirmado": {"valor"}},
        replies={"recebemos"},
        decisions=(),
        processes=(),
    )


@pytest.fixture
def faults(known):
    """The (rule, element) pairs of some sketches checked together."""

    def ask(*sketches, **more):
        report = check([(f"{one.key}.bpmn", one.xml()) for one in sketches], known, **more)
        return {(finding.rule, finding.element) for finding in report.findings}

    return ask
