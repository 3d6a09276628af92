from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from engine.builtin import ACTIVITY_KINDS
from engine.processes.checking import check
from engine.processes.properties import PROPERTIES, STANDINGS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DELIVERED = sorted((ROOT / "bpmn").glob("*.bpmn"))
RULES = sorted((ROOT / "bpmn" / "rules").rglob("*.bpmn"))
# What is wrong with these, the modeler itself does not read.
UNREADABLE = ("bad-id-wrong", "dangling-reference-wrong", "duplicate-id-wrong", "unreadable-file-wrong")
TABLES = sorted((ROOT / "bpmn").rglob("*.dmn"))
TEMPLATES = sorted((ROOT / "bpmn" / "templates").glob("*.json"))


@pytest.fixture(scope="module")
def told():
    node = Path(sys.executable).parent / "node"
    if not (HERE / "node_modules" / "bpmn-moddle").is_dir() or not node.exists():
        pytest.fail("the modelers' libraries are not installed: run `make test`")
    asked = {"bpmn": [*DELIVERED, *RULES], "dmn": TABLES, "templates": TEMPLATES}
    run = subprocess.run(
        [node, HERE / "read.mjs"],
        input=json.dumps(asked, default=str).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("path", [*DELIVERED, *RULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_stock_modeler_opens_a_diagram_without_a_word_and_saves_all_of_it(told, path):
    said = told["diagrams"][str(path)]
    if path.stem in UNREADABLE:
        assert said["warnings"]
        return
    assert said["warnings"] == []
    assert content(said["xml"].encode()) == content(path.read_bytes())


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_stock_modeler_opens_a_table_without_a_word_and_saves_all_of_it(told, path):
    said = told["tables"][str(path)]
    assert said["warnings"] == []
    assert content(said["xml"].encode()) == content(path.read_bytes())


@pytest.mark.parametrize("path", DELIVERED, ids=lambda path: path.name)
def test_saving_a_delivered_diagram_unchanged_changes_nothing(told, path):
    assert told["diagrams"][str(path)]["xml"] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_stock_modeler_accepts_the_element_templates(told, path):
    assert told["templates"][str(path)]
    assert [one for one in told["templates"][str(path)] if not one["valid"] or one["complaints"]] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_element_templates_offer_every_property_and_no_other(path):
    offered = {
        one["binding"]["name"]: {choice["value"] for choice in one.get("choices", ())}
        for template in json.loads(path.read_text(encoding="utf-8"))
        for one in template["properties"]
        if one["binding"]["type"] in {"camunda:property", "zeebe:property"}
    }
    assert set(offered) == set(PROPERTIES)
    assert offered["standing"] - {""} <= set(STANDINGS)
    assert offered["activity"] == set(ACTIVITY_KINDS)


def test_fields_left_empty_in_an_element_template_are_no_properties():
    path = ROOT / "bpmn" / "assistencia_tecnica.bpmn"
    before = check([(path.name, path.read_bytes())])
    written = 'name="team" value="assistencia" />'
    empty = "".join(f'<camunda:property name="{name}" value="" />' for name in PROPERTIES if name != "team")
    raw = path.read_text(encoding="utf-8").replace(written, written + empty)
    after = check([(path.name, raw.encode())])
    assert empty in raw
    assert after.findings == before.findings
    assert after.diagrams["assistencia_tecnica"].properties == before.diagrams["assistencia_tecnica"].properties


def content(raw: bytes) -> list[tuple[object, ...]]:
    """Every element with its path, attributes and text, whatever the order and the prefixes.

    The hit policy UNIQUE is DMN's default; the modeler leaves it out.
    """
    found: list[tuple[object, ...]] = []
    for element in etree.fromstring(raw, etree.XMLParser(remove_comments=True)).iter(etree.Element):
        path = "/".join([element.tag, *(up.get("id") or up.tag for up in element.iterancestors())])
        text = (element.text or "").strip()
        attributes = {item for item in element.attrib.items() if item != ("hitPolicy", "UNIQUE")}
        found.append((path, tuple(sorted(attributes)), text))
    return sorted(found, key=repr)
