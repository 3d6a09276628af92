"""Every rule on its own two diagrams, which are the documentation's, too."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import pytest
from lxml import etree

from engine.processes.checking import check
from engine.processes.ruling import all_rules

ROOT = Path(__file__).parents[2]
DIAGRAMS = ROOT / "bpmn" / "rules"
PAGE = (ROOT / "docs" / "bpmn.md").read_text(encoding="utf-8")
# The elements each wrong diagram is wrong at; None: the file as a whole.
WRONG_AT = {
    "automatic-needs-condition": {"flow_normal"},
    "automatic-without-default": {"prioridade"},
    "bad-expression": {"flow_resolver"},
    "bad-id": {"2a_via", "emissao final"},
    "bad-timer": {"ciclo", "silencio", "vencimento"},
    "boundary-host": {"erro", "lembrete"},
    "call-depth": {"atendimento"},
    "cycle-without-wait": {"juntar"},
    "dangling-reference": {"escolha", "flow_cancelar", "silencio"},
    "dead-end": {"em_analise"},
    "decision-cell": {"entrada_2", "linha_1_entrada_1", "linha_2_saida_1"},
    "decision-fit": {"aberto", "definir"},
    "decision-table": {"formula", "prioridade"},
    "doctype": {None},
    "duplicate-id": {"em_analise"},
    "duplicate-process": {"atendimento"},
    "duplicate-property": {"aberto"},
    "error-end-at-top": {"cancelado"},
    "escalate-without-sla": {"aberto"},
    "first-situation": {"ligar"},
    "fleeting-name": {"flow_sim"},
    "foreign-extension": {"avisar", "em_atendimento"},
    "hit-policy": {"tabela"},
    "impossible-flow": {"flow_reabrir"},
    "incomplete-action": {"avisar", "integrar", "responder"},
    "join-without-split": {"juncao"},
    "leaking-block": {"demorou"},
    "misplaced-condition": {"flow_resolver"},
    "misplaced-property": {"avisado", "flow_resolver", "resolvido"},
    "missing-decision": {"aberto", "definir"},
    "missing-process": {"assistencia"},
    "mixed-gateway": {"escolha"},
    "nameless-move": {"flow_resolver"},
    "nameless-situation": {"aberto"},
    "never-thrown": {"captura"},
    "not-executable": {"atendimento"},
    "one-main-branch": {"bifurcacao"},
    "one-process": {None},
    "one-start": {"inicio_portal"},
    "open-end": {"em_garantia"},
    "parallel-without-join": {"bifurcacao"},
    "property-value": {"aberto", "aguardando", "flow_aguardar", "resolvido"},
    "recursive-call": {"assistencia"},
    "requires-without-situation": {"flow_decidir"},
    "several-flows-out": {"aberto"},
    "side-end": {"cobrado"},
    "side-joins-main": {"flow_cobrado"},
    "situation-in-block": {"orcar"},
    "situation-nobody-leaves": {"sem_dono"},
    "situation-off-main": {"cobrando"},
    "too-many-branches": {"bifurcacao"},
    "too-many-nodes": {"atendimento"},
    "two-catchers": {"respondeu_de_novo", "resposta_na_chamada"},
    "uncaught-end": {"assistencia"},
    "uneven-join": {"juncao"},
    "unknown-calendar": {"atendimento"},
    "unknown-field": {"flow_resolver"},
    "unknown-message": {"falhou", "pagou"},
    "unknown-name": {"flow_cancelar", "flow_resolver"},
    "unknown-property": {"aberto"},
    "unknown-reply": {"responder"},
    "unknown-subject": {"linha_2"},
    "unknown-team": {"aberto", "raia_obra"},
    "unreachable": {"visita"},
    "unreachable-end": {"duplicado"},
    "unreadable-file": {None},
    "unsupported-element": {"avisar", "contrato", "contrato_ref", "registrar", "repetir"},
    "unsupported-event": {"encerrado", "inicio", "sinal"},
}
RULES = [rule.id for rule in all_rules()]


def files_of(rule, side):
    found = sorted(DIAGRAMS.glob(f"{rule}-{side}*"))
    assert found, f"{rule} has no {side} diagram"
    return [(file.name, file.read_bytes()) for file in found]


def checked(rule, side, known):
    # Nobody may leave the situation with this telling id, and somebody every other.
    return check(files_of(rule, side), known, leavable=lambda _, situation: situation != "sem_dono")


@pytest.mark.parametrize("rule", RULES)
def test_the_right_diagram_has_no_finding(rule, known):
    assert checked(rule, "right", known).as_text().splitlines()[:-1] == []


@pytest.mark.parametrize("rule", RULES)
def test_the_wrong_diagram_has_this_finding_only_and_at_the_right_place(rule, known):
    report = checked(rule, "wrong", known)
    assert {finding.rule for finding in report.findings} == {rule}, report.as_text()
    assert {finding.element for finding in report.findings} == WRONG_AT[rule]
    raws = dict(files_of(rule, "wrong"))
    for finding in report.findings:
        if finding.element is not None:
            assert finding.line in lines_of(finding.element, raws[finding.file])


def lines_of(element, raw):
    """The lines over which the elements with the id stretch."""
    found = [each for each in etree.fromstring(raw).iter() if each.get("id") == element]
    assert found, element
    return {line for each in found for inner in each.iter() for line in [inner.sourceline]}


@pytest.mark.parametrize("rule", RULES)
def test_every_finding_says_what_to_do_instead(rule, known):
    for finding in checked(rule, "wrong", known).findings:
        assert finding.message.endswith("."), finding.message
        assert finding.hint.endswith((".", "?")), finding.hint
        assert finding.message != finding.hint


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_section_that_links_all_its_diagrams(rule):
    section = re.search(rf"^### {rule}\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, f"docs/bpmn.md has no section {rule}"
    linked = set(re.findall(r"\(\.\./bpmn/rules/([^)]+)\)", section[1]))
    assert linked == {file.name for side in ("right", "wrong") for file in DIAGRAMS.glob(f"{rule}-{side}*")}
    severity = next(each.severity for each in all_rules() if each.id == rule)
    assert section[1].strip().startswith(f"*{severity.capitalize()}.*")


def test_the_page_has_no_section_of_a_rule_that_is_not():
    rules = PAGE.partition("\n## Rules\n")[2]
    assert sorted(re.findall(r"^### (.+)$", rules, re.MULTILINE)) == sorted(RULES)
    assert set(re.findall(r"\]\(#([a-z-]+)\)", rules)) <= {*RULES, "properties"}


def test_no_diagram_belongs_to_no_rule():
    owned = {file for rule in RULES for side in ("right", "wrong") for file in DIAGRAMS.glob(f"{rule}-{side}*")}
    assert set(DIAGRAMS.iterdir()) == owned


def test_rules_are_unique_and_documented():
    assert len(set(RULES)) == len(RULES)
    for rule in all_rules():
        judge = rule.of_diagram or rule.of_file
        assert judge.__doc__
        assert inspect.getdoc(sys.modules[judge.__module__]), rule.id
        assert judge.__module__.endswith("." + rule.id.replace("-", "_"))
