from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine import actors
from engine.errors import Invalid, NotDeployable, NotPermitted
from engine.history import change_history
from engine.processes import trial
from engine.processes.deploying import Deploy, deploy, deploy_files
from engine.processes.digest import digest
from engine.processes.model import decision_version, process_version
from engine.runtime.diagram import read

DIAGRAMS = Path(__file__).parent / "diagrams"
PEDIDO = (DIAGRAMS / "pedido.bpmn").read_bytes()
VISITA = (DIAGRAMS / "visita.bpmn").read_bytes()
TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="campos" namespace="urn:test">
  <decision id="campos" name="Campos">
    <decisionTable id="t" hitPolicy="COLLECT">
      <input id="i"><inputExpression id="ie" typeRef="string"><text>subject</text></inputExpression></input>
      <output id="o" name="field" typeRef="string" />
      <rule id="r1">
        <inputEntry id="c1"><text>"hidraulica"</text></inputEntry><outputEntry id="c2"><text>"cor"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def rows(world, table):
    return world.read(lambda unit, _: unit.connection.execute(select(table)).all(), None)


def meaning(raw):
    return digest(read(raw, "pedido.bpmn"), [])


def told(deployed):
    return {(d.key, d.number, d.what, d.why) for d in deployed.deployments}


def test_the_same_file_again_is_unchanged_and_leaves_no_trace(shop):
    before = len(rows(shop.world, change_history))
    assert told(shop.world.deploy(("pedido.bpmn", PEDIDO))) == {("pedido", 1, "unchanged", "file")}
    assert len(rows(shop.world, change_history)) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'name="Em execu\xc3\xa7\xc3\xa3o"', b'name="Fazendo"'),
        (b'name="Esperar"', b'name="Aguardar"'),
        (b'value="Recebido"', b'value="Chegou"'),
        (b'name="Pedido"', b'name="Pedidos"'),
        (b"<startEvent id", b"<documentation>Novo texto</documentation>\n    <startEvent id"),
    ],
)
def test_names_labels_and_texts_are_cosmetic(old, new):
    assert old in PEDIDO
    assert meaning(PEDIDO.replace(old, new)) == meaning(PEDIDO)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'value="unidade"', b'value="unidade, cor"'),
        (b'priority = "alta"', b'priority = "baixa"'),
        (b"P15D", b"P20D"),
        (b' default="executar"', b""),
        (b'id="repetir"', b'id="de_novo"'),
        (b'name="pauses_sla" value="true"', b'name="pauses_sla" value="false"'),
    ],
)
def test_what_means_something_makes_a_version(old, new):
    assert old in PEDIDO
    assert meaning(PEDIDO.replace(old, new)) != meaning(PEDIDO)


def test_cosmetic_change_is_stored_once(shop):
    changed = PEDIDO.replace(b'name="Esperar"', b'name="Aguardar"')
    assert told(shop.world.deploy(("pedido.bpmn", changed))) == {("pedido", 1, "cosmetic", "file")}
    assert told(shop.world.deploy(("pedido.bpmn", changed))) == {("pedido", 1, "unchanged", "file")}


def test_new_labels_show_on_running_tickets_also_when_the_same_file_changes_more(shop):
    ticket = shop.open()
    called = shop.move(shop.open(), "visitar")

    def labels(one):
        seen = shop.see(one)
        situation = seen.diagram.situations[seen.place]
        return situation.label, {m.id: m.label for m in situation.moves}, situation.customer_label

    changed = (
        PEDIDO.replace(b'name="Triagem"', b'name="Leitura"')
        .replace(b'name="Esperar"', b'name="Aguardar"')
        .replace(b'value="Recebido"', b'value="Chegou"')
        .replace(b"P7D", b"P9D")
    )
    assert told(shop.world.deploy(("pedido.bpmn", changed))) == {("pedido", 2, "version", "file")}
    label, moves, customer = labels(ticket)
    assert (label, moves["esperar"], customer) == ("Leitura", "Aguardar", "Chegou")
    assert shop.see(ticket).version == 1
    again = changed.replace(b'name="Leitura"', b'name="Triagem de novo"')
    assert told(shop.world.deploy(("pedido.bpmn", again))) == {("pedido", 2, "cosmetic", "file")}
    assert labels(ticket)[0] == "Triagem de novo"
    shop.world.deploy(("visita.bpmn", VISITA.replace(b'name="A agendar"', b'name="Por agendar"')))
    assert labels(called)[0] == "Por agendar"
    due = shop.see(shop.move(ticket, "esperar")).timer_due_at
    assert due == shop.clock.at.replace(day=9)  # P7D still: the meaning is the version's own


def test_caller_is_bound_to_the_exact_version_it_calls(shop):
    first = shop.move(shop.open(), "visitar")
    renamed = VISITA.replace(b'id="feita"', b'id="pronta"')
    assert told(shop.world.deploy(("visita.bpmn", renamed))) == {
        ("visita", 2, "version", "file"),
        ("pedido", 2, "version", "called"),
    }
    second = shop.move(shop.open(), "visitar")
    assert shop.move(first, "feita").situation == "triagem"
    assert shop.move(second, "pronta").situation == "triagem"


def test_findings_refuse_everything_and_are_told_all_at_once(shop):
    wrong = PEDIDO.replace(b'value="suporte"', b'value="nada"').replace(b"P7D", b"sete dias")
    before = rows(shop.world, process_version)
    with pytest.raises(NotDeployable) as refusal:
        shop.world.deploy(("pedido.bpmn", wrong), ("outro.bpmn", (DIAGRAMS / "outro.bpmn").read_bytes()))
    found = refusal.value.extra["findings"]
    assert {f["file"] for f in found} == {"pedido.bpmn"}
    assert len({f["element"] for f in found}) >= 3
    assert all(f["line"] > 0 and f["hint"] for f in found)
    assert rows(shop.world, process_version) == before


def test_a_called_process_that_no_longer_fits_its_caller_is_refused_in_the_callers_name(shop):
    catching = VISITA.replace(
        b'<startEvent id="inicio" />',
        b'<startEvent id="inicio" />\n<boundaryEvent id="b" attachedToRef="a_agendar">'
        b'<errorEventDefinition id="x" errorRef="e_visita" /></boundaryEvent>',
    )
    with pytest.raises(NotDeployable):
        shop.world.deploy(("visita.bpmn", catching))


def test_tables_have_versions_of_their_own(shop):
    assert told(shop.world.deploy(("campos.dmn", TABLE))) == {("campos", 1, "new", "file")}
    assert told(shop.world.deploy(("campos.dmn", TABLE))) == {("campos", 1, "unchanged", "file")}
    changed = TABLE.replace(b'"cor"', b'"numero"')
    assert told(shop.world.deploy(("campos.dmn", changed))) == {("campos", 2, "version", "file")}
    assert len(rows(shop.world, decision_version)) == 2


def test_table_decides_what_a_move_requires_and_the_newest_counts_at_once(shop):
    asking = PEDIDO.replace(
        b'<camunda:property name="team" value="vendas" />',
        b'<camunda:property name="team" value="vendas" /><camunda:property name="requires_decision" value="campos" />',
    )
    shop.world.deploy(("pedido.bpmn", asking), ("campos.dmn", TABLE))
    ticket = shop.open(fields={"cor": "azul"})
    assert shop.move(ticket, "repetir").situation == "triagem"
    shop.world.deploy(("campos.dmn", TABLE.replace(b'"cor"', b'"numero"')))
    with pytest.raises(Invalid) as refusal:
        shop.move(ticket, "repetir")
    assert refusal.value.extra["missing"] == ["numero"]
    electric = shop.open(subject="eletrica")
    assert shop.move(electric, "repetir").situation == "triagem"


def test_deploying_needs_the_right(shop):
    with pytest.raises(NotPermitted):
        deploy_files(shop.world.engine, [("pedido.bpmn", PEDIDO)], actor=shop.agent)


def test_files_that_were_not_tried_are_our_mistake(shop):
    with pytest.raises(AssertionError, match="tried"):
        shop.world.run(deploy, Deploy(files=(("pedido.bpmn", PEDIDO),), tried=b"other"), actor=actors.CONSOLE)


def test_nothing_to_deploy(shop):
    with pytest.raises(Invalid, match="arquivo"):
        shop.world.deploy()


def test_trial_start_that_needs_too_much_is_refused(monkeypatch):
    assert trial.try_start([("pedido.bpmn", PEDIDO), ("visita.bpmn", VISITA)], []) is None
    monkeypatch.setattr(trial, "MEMORY_BYTES", 32 << 20)
    problem = trial.try_start([("pedido.bpmn", PEDIDO), ("visita.bpmn", VISITA)], [])
    assert "MiB" in problem
