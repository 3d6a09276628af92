"""Right diagrams with something changed are judged, and what is still accepted can be compiled and begun."""

from __future__ import annotations

import contextlib
import json
import random
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from engine.processes.checking import check
from engine.runtime import walk
from engine.runtime.movement import Stuck
from engine.runtime.process import compile_process

SEEDS = sorted((Path(__file__).parents[2] / "bpmn" / "rules").glob("*-right*"))
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TAGS = """
userTask scriptTask serviceTask manualTask callActivity subProcess transaction startEvent endEvent boundaryEvent
intermediateThrowEvent intermediateCatchEvent exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway
complexGateway sequenceFlow laneSet lane dataObject process definitions documentation extensionElements script
conditionExpression timerEventDefinition signalEventDefinition linkEventDefinition compensateEventDefinition
multiInstanceLoopCharacteristics standardLoopCharacteristics ioSpecification message error incoming textAnnotation
""".split()  # noqa: SIM905 - a list of words reads best as words
WORDS = [
    *"""
* aberto inicio flow_abrir atendimento ação -1 1000000000 true R0/PT0S R/PT0.001S 9999-12-31T23:59:59Z P9999Y PT1H
P1DT1H open finished reply webhook ${1} __import__('os').system('true') 1=1 priority activity.outcome="done"
message.channel COLLECT UNIQUE PRIORITY ../../x sit:a %s{0} \u202e \U0001f600
""".split(),  # noqa: SIM905
    "",
    " ",
    "a b",
    "x" * 300,
    "not(" * 50,
]
NAMES = """
id name sourceRef targetRef default attachedToRef cancelActivity calledElement isExecutable messageRef errorRef value
isForCompensation hitPolicy typeRef triggeredByEvent language {http://camunda.org/schema/1.0/bpmn}class
{http://camunda.org/schema/1.0/bpmn}decisionRef
""".split()  # noqa: SIM905


def mutant(chance, seeds):
    """A seed's file with up to five changes, and the files it belongs to."""
    name = chance.choice(sorted(seeds))
    root = deepcopy(seeds[name])
    for _ in range(chance.randint(1, 5)):
        change(chance, root)
    group = name.partition("-right")[0]
    others = [(n, etree.tostring(seeds[n])) for n in seeds if n.partition("-right")[0] == group and n != name]
    return [(name, etree.tostring(root)), *others]


def change(chance, root):
    elements = [each for each in root.iter() if each is not root and "/DI" not in each.tag and "/DC" not in each.tag]
    if not elements:
        return
    here, other = chance.choice(elements), chance.choice(elements)
    kind = chance.randrange(8)
    if kind == 0:
        here.getparent().remove(here)
    elif kind == 1:
        other.append(deepcopy(here))
    elif kind == 2 and here not in other.iterancestors() and here is not other:
        other.append(here)
    elif kind == 3:
        here.tag = BPMN + chance.choice(TAGS)
    elif kind == 4 and here.attrib:
        here.set(chance.choice(list(here.attrib)), chance.choice(WORDS))
    elif kind == 5:
        here.set(chance.choice(NAMES), chance.choice([chance.choice(WORDS), other.get("id") or ""]))
    elif kind == 6:
        here.text = chance.choice(WORDS)
    elif kind == 7:
        etree.SubElement(here, BPMN + chance.choice(TAGS), id=f"novo{chance.randrange(9)}")


def judge(files):
    """Check the files; what is accepted, begin. Answers whether it was."""
    report = check(files)
    json.dumps(report.as_dict())
    for finding in report.findings:
        assert finding.line >= 1
        assert finding.message.endswith((".", "?", "…"))
        assert finding.hint
    if report.errors:
        return False
    for diagram in report.diagrams.values():
        if closed(diagram, report):
            process = compile_process(diagram, report.diagrams)
            with contextlib.suppress(Stuck):
                walk.begin(process, {"priority": "alta"}, NOW, lambda key: (report.tables[key], 1))
    return True


def closed(diagram, report):
    """Whether all it calls and asks is in the files: without a list, what is missing is a warning."""
    called = [report.diagrams.get(key) for key in diagram.called]
    return diagram.decisions <= report.tables.keys() and all(each and closed(each, report) for each in called)


@pytest.fixture(scope="module")
def seeds():
    return {file.name: etree.parse(file).getroot() for file in SEEDS if file.stat().st_size < 100_000}


def run(seeds, seed, many):
    chance = random.Random(seed)
    accepted = sum(judge(mutant(chance, seeds)) for _ in range(many))
    assert many * 0.02 < accepted < many * 0.7  # most changes are noticed, and not everything is refused
    return accepted


@pytest.mark.parametrize("seed", range(4))
def test_mutants_are_judged(seeds, seed):
    run(seeds, seed, 250)


@pytest.mark.long
def test_many_mutants_are_judged(seeds):
    for seed in range(1_000, 1_100):
        run(seeds, seed, 1_000)
