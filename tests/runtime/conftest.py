"""Diagrams beside these tests, and a pencil for those that a test draws itself."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.runtime import diagram as diagrams
from engine.runtime import walk
from engine.runtime.movement import Place
from engine.runtime.process import compile_process

HERE = Path(__file__).parent / "diagrams"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:test"'
)


class Drawing:
    """A process, element by element; each method returns the element's id."""

    def __init__(self, key, **properties):
        self.key = key
        self.properties = properties
        self.parts = []
        self.roots = {}

    def element(self, tag, name, inner="", properties=None, **attributes):
        had = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
        inside = _properties(properties or {}) + inner
        self.parts.append(f"<{tag} id={quoteattr(name)}{had}>{inside}</{tag}>")
        return name

    def start(self, name="inicio"):
        return self.element("startEvent", name)

    def end(self, name, inner="", **properties):
        return self.element("endEvent", name, inner, properties)

    def situation(self, name, **properties):
        return self.element("userTask", name, "", properties)

    def activity(self, name, kind="call"):
        return self.element("userTask", name, "", {"activity": kind})

    def service(self, name, action="notify_team", **more):
        return self.element("serviceTask", name, "", {"action": action, **more})

    def rule(self, name, decision):
        return self.element("businessRuleTask", name, **{"camunda:decisionRef": decision})

    def gateway(self, name, default=None):
        return self.element("exclusiveGateway", name, default=default)

    def parallel(self, name):
        return self.element("parallelGateway", name)

    def call(self, name, called):
        return self.element("callActivity", name, calledElement=called)

    def catch(self, name, event):
        return self.element("intermediateCatchEvent", name, event)

    def boundary(self, name, host, event, *, interrupting=True):
        cancel = "true" if interrupting else "false"
        return self.element("boundaryEvent", name, event, attachedToRef=host, cancelActivity=cancel)

    def flow(self, source, target, name=None, condition=None, **properties):
        inner = "" if condition is None else f"<conditionExpression>{escape(condition)}</conditionExpression>"
        name = name or f"{source}__{target}"
        return self.element("sequenceFlow", name, inner, properties, sourceRef=source, targetRef=target)

    def path(self, *elements):
        for source, target in pairwise(elements):
            self.flow(source, target)

    def timer(self, text, kind="timeDuration"):
        return f"<timerEventDefinition><{kind}>{escape(text)}</{kind}></timerEventDefinition>"

    def message(self, name):
        self.roots[f"message_{name}"] = f'<message id="message_{name}" name="{name}"/>'
        return f'<messageEventDefinition messageRef="message_{name}"/>'

    def error(self, code=""):
        return self._coded("error", code)

    def escalation(self, code=""):
        return self._coded("escalation", code)

    def _coded(self, kind, code):
        if not code:
            return f"<{kind}EventDefinition/>"
        name = f"{kind}_{code}"
        self.roots[name] = f'<{kind} id="{name}" name="{code}" {kind}Code="{code}"/>'
        return f'<{kind}EventDefinition {kind}Ref="{name}"/>'

    def xml(self):
        parts = "\n    ".join([_properties(self.properties), *self.parts])
        roots = "\n  ".join(self.roots.values())
        return (
            f"<definitions {NAMESPACES}>\n  {roots}\n"
            f'  <process id={quoteattr(self.key)} isExecutable="true">\n    {parts}\n  </process>\n</definitions>\n'
        ).encode()

    def read(self):
        return diagrams.read(self.xml(), f"{self.key}.bpmn")


class Ticket:
    """A ticket that remembers nothing but what a database would."""

    def __init__(self, process, facts=None, tables=None):
        self.process, self.facts, self.tables = process, facts or {}, tables or no_tables
        self.now, self.state, self.place = NOW, b"", None
        self.begin = lambda: self._keep(walk.begin(process, self.facts, self.now, self.tables))

    def move(self, flow):
        return self._keep(walk.advance(*self._at(), flow, self.facts, self.now, self.tables))

    def say(self, name, **payload):
        return self._keep(walk.deliver(*self._at(), name, payload, self.facts, self.now, self.tables))

    def tick(self, minutes=0):
        self.now += timedelta(minutes=minutes)
        return self._keep(walk.tick(*self._at(), self.facts, self.now, self.tables))

    def finish(self, element, outcome="done"):
        token = next(t.token for t in self.tokens() if t.element == element)
        return self._keep(walk.finish(*self._at(), token, outcome, self.facts, self.now, self.tables))

    def relocate(self, process, element):
        return self._keep(walk.relocate(self.process, Place(process, element), self.facts, self.now, self.tables))

    def tokens(self):
        return walk.live(self.process, self.state)

    def live(self):
        return sorted(token.element for token in self.tokens())

    def _at(self):
        return self.process, self.state, self.place

    def _keep(self, movement):
        if movement is not None:
            self.state, self.place = movement.state, movement.place
        return movement


def _properties(had):
    if not had:
        return ""
    each = "".join(f"<camunda:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in had.items())
    return f"<extensionElements><camunda:properties>{each}</camunda:properties></extensionElements>"


def _beside(name):
    spec = importlib.util.spec_from_file_location(f"runtime_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def no_tables(decision):
    raise KeyError(decision)


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def tables():
    return no_tables


@pytest.fixture(scope="session")
def draw():
    return Drawing


@pytest.fixture(scope="session")
def compiled():
    """Compile the first of some drawings; it may call the others."""

    def compile_drawings(first, *called):
        return compile_process(first.read(), {each.key: each.read() for each in called})

    return compile_drawings


@pytest.fixture(scope="session")
def drawn():
    """A process from the folder of diagrams beside this file, with those it calls."""
    read = {path.stem: diagrams.read(path.read_bytes(), path.name) for path in sorted(HERE.glob("*.bpmn"))}

    @cache
    def process(key):
        return compile_process(read[key], read)

    return process


@pytest.fixture
def opened():
    """Open a ticket in a process."""

    def open_ticket(process, facts=None, tables=None):
        ticket = Ticket(process, facts, tables)
        ticket.begin()
        return ticket

    return open_ticket


@pytest.fixture(scope="session")
def sketching():
    return _beside("sketching")


@pytest.fixture(scope="session")
def oracle():
    return _beside("oracle")
