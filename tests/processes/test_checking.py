"""What a check reports: everything, of all files, in one go."""

from __future__ import annotations

import json

import pytest

from engine.processes.checking import Known, check

GUARD = {"condition": "fields.unidade = 1"}


def test_findings_of_all_files_come_in_one_go(sketch):
    one = sketch("um").path("start sit_a end").node("sit_a", properties={"colour": "x", "sla": "1h"})
    two = sketch("dois").path("start sit_a").boundary("solto", "nada")
    report = check([("um.bpmn", one.xml()), ("vazio.bpmn", b""), ("dois.bpmn", two.xml())])
    assert report.files == ("um.bpmn", "vazio.bpmn", "dois.bpmn")
    assert [(f.file, f.rule, f.element) for f in report.findings] == [
        ("um.bpmn", "property-value", "sit_a"),
        ("um.bpmn", "unknown-property", "sit_a"),
        ("vazio.bpmn", "unreadable-file", None),
        ("dois.bpmn", "dead-end", "sit_a"),
        ("dois.bpmn", "dangling-reference", "solto"),
        ("dois.bpmn", "dead-end", "solto"),
    ]
    assert (report.errors, report.warnings) == (6, 0)
    assert set(report.diagrams) == {"um", "dois"}


def test_the_report_as_json(sketch):
    drawn = sketch().path("start sit_a xor_1 end").path("xor_1 end_b")
    drawn.node("sit_a", properties={"team": "vendas"})
    report = check([("p.bpmn", drawn.xml())])
    shown = json.loads(json.dumps(report.as_dict()))
    assert (shown["files"], shown["errors"], shown["warnings"]) == (1, 0, 1)
    assert shown["findings"] == [
        {
            "file": "p.bpmn",
            "line": 3,
            "element": "sit_a",
            "rule": "unknown-team",
            "severity": "warning",
            "message": "A equipe “vendas” não está cadastrada.",
            "hint": "Cadastre a equipe, ou corrija a chave.",
        }
    ]


def test_the_report_as_text(sketch):
    report = check([("p.bpmn", sketch().path("start sit_a").xml())])
    assert report.as_text().splitlines() == [
        "p.bpmn:3: erro [dead-end] sit_a: De “sit_a” não sai nenhum fluxo.",
        "    → Ligue-a a um evento de fim ou a outra situação; o que pode ser reaberto oferece uma opção de volta.",
        "1 arquivo, 1 erro, 0 avisos",
    ]


def test_without_lists_unknown_names_are_warnings_told_once(sketch):
    drawn = sketch(requires="unidade", calendar="sabado").path("start sit_a xor_1 end", **GUARD)
    drawn.flows["sit_a-xor_1"] = ("sit_a", "xor_1", {})
    drawn.flows["start-sit_a"] = ("start", "sit_a", {})
    drawn.path("xor_1 call_outro end", **GUARD).path("xor_1 end")
    drawn.flows["call_outro-end"] = ("call_outro", "end", {})
    drawn.node("sit_a", properties={"team": "vendas", "requires_decision": "campos"})
    drawn.boundary("ouve", "sit_a", drawn.message("algo")).path("ouve end")
    report = check([("p.bpmn", drawn.xml())])
    assert sorted(finding.rule for finding in report.findings) == [
        "missing-decision",
        "missing-process",
        "unknown-calendar",
        "unknown-field",
        "unknown-message",
        "unknown-name",
        "unknown-team",
    ]
    assert report.errors == 0


def test_with_empty_lists_they_are_errors_told_everywhere(sketch):
    drawn = sketch(team="vendas").path("start sit_a end").node("sit_a", properties={"team": "vendas"})
    report = check([("p.bpmn", drawn.xml())], Known(teams=()))
    assert [(f.rule, f.element, f.severity) for f in report.findings] == [
        ("unknown-team", "p", "error"),
        ("unknown-team", "sit_a", "error"),
    ]


def test_names_of_the_same_batch_are_known(sketch, known):
    caller = sketch("p").path("start sit_a call_q end")
    called = sketch("q").path("start sit_b end")
    alone = check([("p.bpmn", caller.xml())], known)
    assert {finding.rule for finding in alone.findings} == {"missing-process"}
    assert check([("p.bpmn", caller.xml()), ("q.bpmn", called.xml())], known).findings == ()
    deployed = Known(processes={"q"}, diagrams={"q": called.read()})
    assert check([("p.bpmn", caller.xml())], deployed).findings == ()


def test_a_batch_replaces_what_is_deployed(sketch):
    caller = sketch("p").path("start sit_a call_q end")
    caller.boundary("falha", "call_q", caller.error("e")).path("falha end")
    old = sketch("q").path("start sit_b xor_1 end").path("xor_1 end_erro")
    old.node("end_erro", inner=old.error("e"))
    new = sketch("q").path("start sit_b end")
    known = Known(diagrams={"q": old.read()})
    assert check([("p.bpmn", caller.xml())], known).findings == ()
    both = check([("p.bpmn", caller.xml()), ("q.bpmn", new.xml())], known)
    assert {(f.rule, f.element) for f in both.findings} == {("never-thrown", "falha")}


def test_endless_names_do_not_make_endless_messages(sketch):
    drawn = sketch().path("start sit_a")
    drawn.node("sit_a", properties={"x" * 50_000: "y"}, name="n" * 50_000)
    report = check([("p.bpmn", drawn.xml())])
    assert {finding.rule for finding in report.findings} == {"dead-end", "unknown-property"}
    assert len(report.as_text()) < 4_000


def test_the_spellings_of_properties_do_not_add_up(sketch, known):
    drawn = sketch().path("start sit_a end")
    drawn.node("sit_a", inner="", properties={"team": "atendimento"})
    raw = drawn.xml().replace(
        b"</camunda:properties>",
        b"</camunda:properties><zeebe:properties><zeebe:property name='team' value='comercial'/></zeebe:properties>",
    )
    report = check([("p.bpmn", raw)], known)
    assert [(f.rule, f.element) for f in report.findings] == [("duplicate-property", "sit_a")]


@pytest.mark.parametrize("name", ["p.bpmn", "P.BPMN", "p.bpmn20.xml", "p"])
def test_every_name_but_dmn_is_a_diagram(sketch, name):
    raw = sketch().path("start sit_a end").xml()
    assert check([(name, raw)]).findings == ()
    [finding] = check([("p.dmn", raw)]).findings
    assert finding.rule == "unreadable-file"


def test_nothing_to_check():
    report = check([])
    assert report.as_dict() == {"files": 0, "errors": 0, "warnings": 0, "findings": []}
