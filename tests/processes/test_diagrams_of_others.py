"""Diagrams that others drew, for other engines, are accepted or refused in words a designer understands."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.processes.checking import check

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "bpmn"
FILES = sorted(FOLDER.glob("*.bpmn"))
# What each is refused for, at least: looked at once, by a person, in the drawing.
EXPECTED = {
    "bvis-all_gateway_types.bpmn": {"not-executable", "unsupported-element"},
    "camunda-FourEyesAdvanced.bpmn": {"foreign-extension", "one-main-branch"},
    "camunda-bpmn-transaction.bpmn": {"unsupported-element", "foreign-extension"},
    "camunda-incidentManagement.bpmn": {"one-process"},
    "hmcts-caseworker_makes_decision_general_application.bpmn": {"several-flows-out", "foreign-extension"},
    "hmcts-claimant_response.bpmn": {"foreign-extension", "bad-expression", "incomplete-action"},
    "hmcts-court_officer_order.bpmn": {"unsupported-event", "unknown-property"},
    "miwg-A.1.0.bpmn": {"not-executable", "unsupported-element"},
    "miwg-A.4.1.bpmn": {"one-process"},
    "miwg-B.1.0.bpmn": {"one-process"},
    "miwg-C.1.0.bpmn": {"one-process"},
    "miwg-C.9.0.bpmn": {"unsupported-element", "unknown-name"},
    "moddle-i18n.bpmn": {"unsupported-element"},
    "sarto-escalation-events.bpmn": {"unsupported-element", "unknown-property"},
    "sarto-food-ordering-process.bpmn": {"unsupported-element", "foreign-extension"},
}


@pytest.mark.skipif(not FILES, reason=f"the diagrams of others are not in {FOLDER.name}/")
def test_all_of_them_are_here():
    assert {file.name for file in FILES} >= set(EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_is_accepted_or_refused_in_words(file):
    raw = file.read_bytes()
    report = check([(file.name, raw)])
    rules = {finding.rule for finding in report.findings if finding.severity == "error"}
    assert rules >= EXPECTED.get(file.name, set()), report.as_text()
    lines = raw.count(b"\n") + 1
    ids = raw.decode("latin-1")
    for finding in report.findings:
        assert 1 <= finding.line <= lines
        assert finding.element is None or f'"{finding.element}"' in ids
        assert finding.message.endswith(".")
        assert finding.hint.endswith((".", "?"))
        for foreign in ("Traceback", "Error", "None", "lxml", "object at"):
            assert foreign not in finding.message + finding.hint
