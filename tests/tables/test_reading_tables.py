"""Reading DMN files: everything that is wrong is told at once, with line, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runtime.tables import read_decisions
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


@pytest.mark.parametrize(
    ("old", "new", "rule", "word"),
    [
        ("<decisionTable", '<informationRequirement><requiredDecision href="#x"/></informationRequirement><decisionTable', "unsupported-decision", "outra decisão"),
        ("<decisionTable", '<knowledgeRequirement><requiredKnowledge href="#x"/></knowledgeRequirement><decisionTable', "unsupported-decision", "BKM"),
        ("<decision ", '<businessKnowledgeModel id="b" name="b"/><decision ', "unsupported-decision", "BKM"),
        ("<decision ", '<decisionService id="b" name="b"/><decision ', "unsupported-decision", "Serviços"),
        ("<decision ", '<itemDefinition id="b" name="b"/><decision ', "unsupported-decision", "Tipos"),
        ("<decision ", '<import namespace="x" importType="y"/><decision ', "unsupported-decision", "Importar"),
        ("<decision ", '<decision id="campos"><decisionTable><input><inputExpression><text>subject</text></inputExpression></input><output name="f"/></decisionTable></decision><decision ', "decision-id", "duas vezes"),
        ("</decision>", "<contextEntry/></decision>", "unsupported-decision", "contextEntry"),
        ('name="field" typeRef="string"/>', 'name="field"><defaultOutputEntry><text>"x"</text></defaultOutputEntry></output>', "unsupported-decision", "saída padrão"),
        ('<inputEntry id="r1c1">', '<inputEntry id="r1c1" expressionLanguage="javascript">', "expression-language", "javascript"),
        ('<outputEntry id="r1c2">', '<outputEntry id="r1c2" expressionLanguage="groovy">', "expression-language", "groovy"),
        ("<inputExpression ", '<inputExpression expressionLanguage="juel" ', "expression-language", "juel"),
        ('id="d"', 'id="d" expressionLanguage="python"', "expression-language", "python"),
        ("</rule>", "<inputEntry><text>-</text></inputEntry></rule>", "table-shape", "cada coluna"),
        ('<inputEntry id="r1c1"><text>"a"</text></inputEntry>', "", "table-shape", "cada coluna"),
        ("</rule>", "<script/></rule>", "unsupported-decision", "script"),
    ],
)  # fmt: skip
def test_what_else_may_be_in_a_file(findings, old, new, rule, word):
    from conftest import drawn

    raw = drawn([['"a"', '"x"']]).decode()
    assert old in raw
    found = findings(raw=raw.replace(old, new, 1).encode())
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
        "<decision id='a'><decisionTable><input><inputExpression/></input><output name='f'/></decisionTable></decision>",
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


def test_what_is_drawn_around_a_table_means_nothing(now):
    from conftest import drawn

    raw = drawn([['"a"', '"x"']]).decode()
    raw = raw.replace(
        "<decision ", '<inputData id="i" name="Assunto"/><knowledgeSource id="k" name="Norma"/><decision '
    )
    raw = raw.replace(
        "<decisionTable", '<informationRequirement><requiredInput href="#i"/></informationRequirement><decisionTable'
    )
    raw = raw.replace("</rule>", "<annotationEntry><text>por isso</text></annotationEntry></rule>")
    raw = raw.replace(
        "</definitions>", '<other:thing xmlns:other="urn:other"><other:decision/></other:thing></definitions>'
    )
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
