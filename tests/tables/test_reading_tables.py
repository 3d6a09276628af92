"""Reading DMN files: everything that is wrong is told at once, with line, row and column."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.runtime.tables import TableError, TableFailed, read_decisions
from engine.runtime.xml import XmlRefused

HERE = Path(__file__).parent


def told(findings):
    return [(finding.rule, finding.row, finding.column) for finding in findings]


@pytest.mark.parametrize("name", ["editor_1_1.dmn", "editor_1_2.dmn", "editor_1_3.dmn"])
def test_what_stock_editors_save_is_read(now, name):
    fields, route = read_decisions((HERE / name).read_bytes(), name)
    assert (fields.id, fields.name, fields.file) == ("campos", "Campos obrigatórios", name)
    assert [column.label for column in fields.inputs] == ["Assunto", "Opção"]
    assert [column.text for column in fields.inputs] == ["subject", "move"]
    assert fields.names == {"subject", "move"}
    assert [row.id for row in fields.rows] == ["regra_1", "regra_2"]
    assert all(row.line > fields.line for row in fields.rows)
    assert fields.evaluate({"subject": "vazamento", "move": "resolver"}, now) == [
        {"field": "unidade"},
        {"field": "solucao"},
    ]
    assert route.hit_policy == "UNIQUE"
    assert route.evaluate({"priority": "alta"}, now) == [{"team": "plantao"}]


def test_a_delivered_table_is_read():
    delivered = HERE.parents[1] / "bpmn" / "campos_obrigatorios.dmn"
    (table,) = read_decisions(delivered.read_bytes(), delivered.name)
    assert table.outputs_possible()["field"]


def test_everything_is_told_at_once_where_it_stands(findings):
    rows = [
        ['"a"', '"x"'],
        ["hidraulica", "unidade"],
        ["5", '"x"'],
        ['"a" or "b"', "3"],
        ['not "a"', "-"],
        ['"a"', ""],
        ['"a"', '"x" + "y"'],
        ['"a"', "null"],
    ]
    found = findings(*rows)
    assert told(found) == [
        ("table-cell", 2, 1),
        ("table-output", 2, 2),
        ("table-cell", 3, 1),
        ("table-cell", 4, 1),
        ("table-output", 4, 2),
        ("table-cell", 5, 1),
        ("table-output", 5, 2),
        ("table-output", 6, 2),
        ("table-output", 7, 2),
        ("table-output", 8, 2),
    ]
    assert [finding.element for finding in found[:2]] == ["r2c1", "r2c2"]
    assert [finding.line - found[0].line for finding in found] == [0, 0, 1, 2, 2, 3, 3, 4, 5, 6]
    assert 'escreva "hidraulica", entre aspas' in found[0].detail
    assert all(finding.detail.startswith(f"Linha {finding.row}, coluna {finding.column} (“") for finding in found)
    assert all(finding.hint for finding in found)


@pytest.mark.parametrize(
    ("shape", "rule", "word"),
    [
        ({"hit_policy": 'hitPolicy="PRIORITY"'}, "hit-policy", "PRIORITY"),
        ({"hit_policy": 'hitPolicy="OUTPUT ORDER"'}, "hit-policy", "OUTPUT ORDER"),
        ({"hit_policy": 'hitPolicy="unique"'}, "hit-policy", "unique"),
        ({"hit_policy": 'hitPolicy="COLLECT" aggregation="SUM"'}, "hit-policy", "SUM"),
        ({"inputs": ("Assunto",)}, "table-input", "Assunto"),
        ({"inputs": ("subjetc",)}, "table-input", "quis dizer subject?"),
        ({"inputs": ("fields.unit",)}, "table-input", "fields.unit"),
        ({"inputs": ("team",)}, "table-input", "team"),
        ({"inputs": ("",)}, "table-input", "vazia"),
        ({"inputs": ("${subject}",)}, "table-input", "Camunda 7"),
        ({"types": ("number",)}, "table-input", "número"),
        ({"types": ("tAssunto",)}, "table-type", "tAssunto"),
        ({"output_types": ("tCampo",)}, "table-type", "tCampo"),
        ({"output_types": ("boolean",)}, "table-output", "verdadeiro/falso"),
        ({"outputs": ("",)}, "table-output", "nome"),
        ({"outputs": ("o campo",)}, "table-output", "o campo"),
        ({"key": ""}, "decision-id", "sem id"),
        ({"namespace": "https://www.omg.org/spec/DMN/20230324/MODEL/"}, "no-dmn", "1.3"),
        ({"namespace": "http://www.omg.org/spec/BPMN/20100524/MODEL"}, "no-dmn", "DMN"),
    ],
)
def test_what_does_not_run_is_refused(findings, shape, rule, word):
    (found,) = findings(['"a"', '"x"'], **shape)
    assert found.rule == rule
    assert word in found.detail


TABLE, DECISION = "<decisionTable", "<decision "
OUTPUT, CELL, ANSWER = 'typeRef="string"/>', '<inputEntry id="r1c1">', '<outputEntry id="r1c2">'
ASKED = "<input><inputExpression><text>subject</text></inputExpression></input>"
TWIN = f'<decision id="campos">{TABLE}>{ASKED}<output name="f"/></decisionTable></decision>'
DEFAULT = "<defaultOutputEntry><text>1</text></defaultOutputEntry></output>"
OTHER = '<informationRequirement><requiredDecision href="#x"/></informationRequirement>'
MODEL = '<knowledgeRequirement><requiredKnowledge href="#x"/></knowledgeRequirement>'


@pytest.mark.parametrize(
    ("at", "put", "rule", "word"),
    [
        (TABLE, OTHER, "unsupported-decision", "outra decisão"),
        (TABLE, MODEL, "unsupported-decision", "BKM"),
        (DECISION, '<businessKnowledgeModel id="b" name="b"/>', "unsupported-decision", "BKM"),
        (DECISION, '<decisionService id="b" name="b"/>', "unsupported-decision", "Serviços"),
        (DECISION, '<itemDefinition id="b" name="b"/>', "unsupported-decision", "Tipos"),
        (DECISION, '<import namespace="x" importType="y"/>', "unsupported-decision", "Importar"),
        (DECISION, TWIN, "decision-id", "duas vezes"),
        ("</decision>", "<contextEntry/>", "unsupported-decision", "contextEntry"),
        ("</rule>", "<script/>", "unsupported-decision", "script"),
        ("</rule>", "<inputEntry><text>-</text></inputEntry>", "table-shape", "cada coluna"),
    ],
)
def test_what_may_not_be_added_to_a_file(draw, findings, at, put, rule, word):
    raw = draw([['"a"', '"x"']]).decode()
    assert at in raw
    found = findings(raw=raw.replace(at, put + at, 1).encode())
    assert (rule, True) in [(one.rule, word in one.detail) for one in found]


@pytest.mark.parametrize(
    ("old", "new", "rule", "word"),
    [
        (OUTPUT, OUTPUT.replace("/>", ">") + DEFAULT, "unsupported-decision", "saída padrão"),
        (CELL, CELL.replace(">", ' expressionLanguage="javascript">'), "expression-language", "javascript"),
        (ANSWER, ANSWER.replace(">", ' expressionLanguage="groovy">'), "expression-language", "groovy"),
        ("<inputExpression", '<inputExpression expressionLanguage="juel"', "expression-language", "juel"),
        ('id="d"', 'id="d" expressionLanguage="python"', "expression-language", "python"),
        (CELL + '<text>"a"</text></inputEntry>', "", "table-shape", "cada coluna"),
    ],
)
def test_what_may_not_be_changed_in_a_file(draw, findings, old, new, rule, word):
    raw = draw([['"a"', '"x"']]).decode()
    assert old in raw
    found = findings(raw=raw.replace(old, new, 1).encode())
    assert all(one.element for one in found)
    assert (rule, True) in [(one.rule, word in one.detail) for one in found]


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<decision id='a'/>",
        "<decision id='a'><literalExpression><text>1</text></literalExpression></decision>",
        "<decision id='a'><decisionTable/></decision>",
        "<decision id='a'><decisionTable><output name='f'/></decisionTable></decision>",
        "<decision id='a'><decisionTable><input/><output name='f'/></decisionTable></decision>",
        "<decision id='a'><decisionTable><input><inputExpression/></input><output/></decisionTable></decision>",
        "<decision id='a'><decisionTable/><decisionTable/></decision>",
        "<decision id='a'><invocation/></decision>",
        "<decision id='a'><context/></decision>",
        "<decision id='a'><relation/></decision>",
        "<elementCollection id='x' name='x'/>",
    ],
)
def test_files_without_a_proper_table(findings, inner):
    raw = f"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='d'>{inner}</definitions>"
    assert findings(raw=raw.encode())


def test_what_is_drawn_around_a_table_means_nothing(draw, now):
    raw = draw([['"a"', '"x"']]).decode()
    for at, put in (
        (DECISION, '<inputData id="i" name="Assunto"/><knowledgeSource id="k" name="Norma"/>'),
        (TABLE, '<informationRequirement><requiredInput href="#i"/></informationRequirement>'),
        ("</rule>", "<annotationEntry><text>por isso</text></annotationEntry>"),
        ("</definitions>", '<other:thing xmlns:other="urn:other"><other:decision/></other:thing>'),
    ):
        raw = raw.replace(at, put + at, 1)
    (table,) = read_decisions(raw.encode(), "x.dmn")
    assert table.evaluate({"subject": "a"}, now) == [{"field": "x"}]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x",
        b"<definitions",
        b"<!DOCTYPE d [<!ENTITY a 'b'>]><definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/'>&a;</definitions>",
    ],
)
def test_what_is_no_xml_is_refused_at_the_door(raw):
    with pytest.raises(XmlRefused):
        read_decisions(raw, "x.dmn")


def test_nothing_in_a_cell_is_run(findings, tmp_path):
    canary = tmp_path / "canary"
    payload = f"open('{canary}', 'w').write('x')"
    found = findings([payload, payload], ['"a"', f'__import__("os").system("touch {canary}")'], inputs=(payload,))
    assert told(found) == [
        ("table-input", None, 1),
        ("table-cell", 1, 1),
        ("table-output", 1, 2),
        ("table-output", 2, 2),
    ]
    assert not canary.exists()


@pytest.mark.parametrize(
    "rows", [[["-", '"x"']] * 2_001, [[",".join(["1"] * 900), '"x"']] * 200], ids=["rows", "characters"]
)
def test_a_file_that_would_take_too_long_is_refused(findings, rows):
    assert told(findings(*rows)) == [("table-size", None, None)]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.data())
def test_a_mutilated_file_is_read_or_refused_and_never_breaks(now, data):
    root = etree.fromstring((HERE / "editor_1_3.dmn").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        element = data.draw(st.sampled_from(list(root.iter())))
        other = data.draw(st.sampled_from(list(root.iter())))
        match data.draw(st.sampled_from(["drop", "copy", "text", "rename", "attribute"])):
            case "drop" if element.getparent() is not None:
                element.getparent().remove(element)
            case "copy":
                other.append(copy.deepcopy(element))
            case "text":
                element.text = data.draw(st.sampled_from(["", "-", "x", '"a', "null", "1", "$", '"a","b"', "not()"]))
            case "rename":
                element.tag = other.tag
            case "attribute" if element.attrib:
                name = data.draw(st.sampled_from(sorted(element.attrib)))
                element.set(name, data.draw(st.sampled_from(["", "x", "COLLECT", "string", "boolean"])))
    read = outcome(lambda: read_decisions(etree.tostring(root), "x.dmn"))
    if isinstance(read, TableError):
        assert read.findings
        assert all(one.line >= 1 and one.detail and one.hint for one in read.findings)
        return
    facts = {"subject": "a", "move": "b", "priority": "alta"}
    answers = [outcome(lambda one=table: one.evaluate(facts, now)) for table in read]
    assert all(isinstance(answer, (list, TableFailed)) for answer in answers)


def outcome(deed):
    try:
        return deed()
    except (TableError, TableFailed) as refused:
        return refused
