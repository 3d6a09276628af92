"""What cannot be replayed is told with file and line, in Portuguese, before anything is changed."""

from __future__ import annotations

import pytest

from engine.config import Settings
from engine.replay.errors import ReplayError, ReplayStopped
from engine.replay.log import read_log
from engine.replay.mapping import Columns, read_map, strangers
from engine.replay.replaying import replay

HEADER = "case_id,event_no,activity,timestamp,resource\n"
GOOD = HEADER + "a,1,Insert ticket,2026-01-05T09:00:00Z,Ana\na,2,Closed,2026-01-06T09:00:00Z,Ana\n"

LOGS = {
    "missing column": (
        "case_id,event_no,activity,when\n",
        ", linha 1: falta a coluna timestamp, resource; existem: case",
    ),
    "column twice": (HEADER.replace("resource", "case_id,resource"), ", linha 1: a coluna case_id aparece duas vezes"),
    "no events": (HEADER, ", linha 1: não há eventos"),
    "empty file": ("", ", linha 1: falta a coluna"),
    "bad timestamp": (
        GOOD + "b,1,Closed,05/01/2026,Ana\n",
        ", linha 4: o instante '05/01/2026' não é uma data ISO 8601",
    ),
    "before time": (GOOD + "b,1,Closed,0001-01-01T00:00:00+14:00,Ana\n", ", linha 4: o instante '0001"),
    "bad number": (
        GOOD + "b,x,Closed,2026-01-05T09:00:00Z,Ana\n",
        ", linha 4: o número do evento 'x' não é um inteiro",
    ),
    "other digits": (GOOD + "b,²,Closed,2026-01-05T09:00:00Z,Ana\n", ", linha 4: o número do evento '²'"),
    "the same event twice": (
        GOOD + "a,2,Wait,2026-01-05T09:00:00Z,Ana\n",
        ", linha 4: o evento a#2 já está na linha 3",
    ),
    "too few columns": (GOOD + "b,1,Closed\n", ", linha 4: tem 3 colunas; o cabeçalho tem 5"),
    "no case": (GOOD + " ,1,Closed,2026-01-05T09:00:00Z,Ana\n", ", linha 4: o caso ou a atividade está em branco"),
    "a long case": (
        GOOD + "b" * 181 + ",1,Closed,2026-01-05,Ana\n",
        ", linha 4: o nome do caso tem 181 caracteres; cabem 180",
    ),
    "open quote": (GOOD + 'b,1,"Closed,2026-01-05T09:00:00Z,Ana\n', ", linha 4: não é CSV"),
    "not UTF-8": (GOOD.encode() + b"b,1,Fe\xe7hado,2026-01-05,Ana\n", ", linha 4: não é texto em UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ", linha 1: não é texto em UTF-8"),
    "a null byte": (GOOD + "b,1,Clo\0sed,2026-01-05,Ana\n", ", linha 4: há um byte nulo"),
    "a diagram": ('<?xml version="1.0"?>\n<definitions/>\n', ", linha 1: falta a coluna case_id"),
}

MAPS = {
    "not TOML": ("[activities\n", "(at line 1, column"),
    "unknown table": ("[activity]\n'Closed' = 'fechado'\n", "'activity' não existe aqui; existem columns, activities"),
    "unknown column": ("[columns]\n\nwhen = 'x'\n", ", linha 3: 'when' não existe aqui; existem case, event"),
    "no case": ("[columns]\ncase = ''\n", "case, activity e timestamp precisam do nome de uma coluna"),
    "not a text": ("[activities]\nClosed = 7\n", ", linha 2: 'Closed' precisa de um texto"),
    "not a list": ("[open]\nactivities = 'Closed'\n", ", linha 2: [open] activities precisa de uma lista"),
    "not a table": ("activities = 'Closed'\n", ", linha 1: activities precisa ser uma tabela"),
    "unknown situation": (
        "[activities]\n'Closed' = 'fechadoo'\n'Insert ticket' = 'abertoo'\n",
        ", linha 2: 'fechadoo' não é uma situação, um fim ou um movimento de 'helpdesk'",
    ),
    "unknown process": ("[activities]\n'Closed' = 'outro:fechado'\n", ", linha 2: 'outro:fechado' não é uma situação"),
    "misspelt activity": (
        "[activities]\n'Insert ticket' = 'aberto'\nClosd = 'fechado'\n",
        ", linha 3: o log não tem a atividade 'Closd'; seria 'Closed'?",
    ),
    "nothing mapped": (
        "[activities]\n'Wait' = 'aguardando'\n",
        ": nenhuma atividade do log está no mapa; o log tem Closed, Insert ticket",
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_bad_log(name, a_log):
    content, wanted = LOGS[name]
    path = a_log(content)
    with pytest.raises(ReplayError) as refusal:
        read_log(path, Columns())
    assert str(refusal.value).startswith(str(path))
    assert wanted in str(refusal.value)


def test_ten_bad_lines_are_told_at_once(a_log):
    lines = "".join(f"a,{n},Closed,ontem,Ana\n" for n in range(1, 14))
    with pytest.raises(ReplayError) as refusal:
        read_log(a_log(HEADER + lines), Columns())
    told = str(refusal.value).splitlines()
    assert len(told) == 11
    assert "linha 11" in told[9]
    assert told[10] == "… e mais 3 linhas"


@pytest.mark.parametrize("name", MAPS)
def test_a_bad_map(name, a_log, a_map, tmp_path):
    text, wanted = MAPS[name]
    chart, database = a_map(text), tmp_path / "novo.db"
    with pytest.raises(ReplayError) as refusal:
        replay(
            a_log(GOOD), process="helpdesk", mapping=chart, settings=Settings(), database_url=f"sqlite:///{database}"
        )
    assert str(chart) in str(refusal.value)
    assert wanted in str(refusal.value)
    assert not database.exists()


def test_all_unknown_situations_are_named_with_those_that_exist(a_log, a_map):
    with pytest.raises(ReplayError) as refusal:
        replay(a_log(GOOD), process="helpdesk", mapping=a_map(MAPS["unknown situation"][0]), settings=Settings())
    told = str(refusal.value).splitlines()
    assert "linha 2" in told[0]
    assert "linha 3" in told[1]
    assert told[2].startswith("Situações de 'helpdesk': aberto, classificado")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (
            {"process": "vendas", "mapping": "balcao"},
            "O processo 'vendas' não existe; vêm prontos: assistencia",
        ),
        ({"process": "vendas"}, "Não vem um mapa para o processo 'vendas'; diga com --mapping qual usar."),
        ({"log": "nenhum.csv"}, "nenhum.csv: este arquivo não existe"),
        ({"log": "."}, "este arquivo não existe"),
        ({"mapping": "nenhum"}, "nenhum.toml: este arquivo não existe"),
        ({"database_url": "mysql://x/y"}, "--database-url: use sqlite:///ARQUIVO ou postgresql://"),
        ({"database_url": "sqlite:///:memory:"}, "--database-url: use sqlite:///ARQUIVO"),
        ({"database_url": "onde"}, "--database-url: use sqlite:///ARQUIVO"),
        ({"database_url": "sqlite:////nenhuma/pasta/x.db"}, "O banco de dados falhou: unable to open database file"),
        ({"database_url": "postgresql://x@/y?host=/nenhuma"}, "O banco de dados falhou: connection"),
    ],
)
def test_what_does_not_exist(more, wanted, a_log, a_map, tmp_path):
    ask = {"log": a_log(GOOD), "process": "helpdesk", "database_url": f"sqlite:///{tmp_path / 'novo.db'}"} | more
    if isinstance(ask["log"], str):
        ask["log"] = tmp_path / ask["log"]
    if name := ask.get("mapping"):
        ask["mapping"] = a_map("[activities]\nClosed = 'x'\n") if name == "balcao" else tmp_path / f"{name}.toml"
    with pytest.raises(ReplayError) as refusal:
        replay(ask.pop("log"), settings=Settings(), **ask)
    assert wanted in str(refusal.value)
    assert not (tmp_path / "novo.db").exists()


def test_an_unknown_process_changes_nothing_in_a_database_that_is_there(counter, a_map):
    rows = counter.rows()
    with pytest.raises(ReplayError, match="'vendas' não existe; implantados: balcao; vêm prontos: assis"):
        counter.replay(process="vendas")
    with pytest.raises(ReplayError, match=r"'recebida' não é uma situação"):
        counter.replay(
            mapping=a_map(
                "[columns]\ncase='pedido'\nevent='n'\nactivity='feito'\ntimestamp='quando'\n"
                "resource=''\n[activities]\nChegada = 'recebida'\n"
            )
        )
    assert counter.rows() == rows


def test_a_process_that_cannot_be_deployed_says_why(a_log, a_map):
    """The delivered `atendimento` needs teams and fields that an empty database does not have."""
    chart = a_map("[activities]\nClosed = 'resolvido'\n'Insert ticket' = 'aberto'\n")
    with pytest.raises(ReplayError) as refusal:
        replay(a_log(GOOD), process="atendimento", mapping=chart, settings=Settings())
    told = str(refusal.value).splitlines()
    assert told[0].startswith("O processo 'atendimento' não pode ser implantado neste banco.")
    assert any("atendimento.bpmn, linha" in line for line in told[1:])


def test_a_refusal_midway_says_where_and_keeps_what_was_told(counter, a_log, a_map):
    """The newest version cannot even begin without a priority, and a log has none."""
    chart = a_map(
        "[columns]\ncase='c'\nevent=''\nactivity='a'\ntimestamp='t'\nresource=''\n[activities]\nAtender='em_atendimento'\n"
    )
    log = a_log("c,a,t\n1,Atender,2026-01-05\n")
    counter.replay(log, mapping=chart)
    counter.world.deploy(("balcao.bpmn", UNDECIDED))
    rows = counter.rows()
    log = a_log("c,a,t\n1,Atender,2026-01-05\n2,Atender,2026-01-06\n")

    with pytest.raises(ReplayStopped) as refusal:
        counter.replay(log, mapping=chart)

    assert str(refusal.value).startswith("log.csv, linha 3: 'Atender' do caso '2' foi recusado: ")
    assert "priority" in str(refusal.value)
    assert counter.rows() == rows


UNDECIDED = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
  <process id="balcao" name="Urgente" isExecutable="true">
    <startEvent id="inicio" />
    <sequenceFlow id="f1" sourceRef="inicio" targetRef="urgente" />
    <exclusiveGateway id="urgente" default="nao" />
    <sequenceFlow id="sim" sourceRef="urgente" targetRef="em_atendimento">
      <conditionExpression>priority = "alta"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="nao" sourceRef="urgente" targetRef="recebido" />
    <userTask id="recebido" name="Recebido" />
    <sequenceFlow id="ir" name="Ir" sourceRef="recebido" targetRef="em_atendimento" />
    <userTask id="em_atendimento" name="Em atendimento" />
    <sequenceFlow id="vir" name="Vir" sourceRef="em_atendimento" targetRef="recebido" />
  </process>
</definitions>"""


def test_a_part_of_a_log_may_lack_what_the_map_names(a_log, a_map):
    chart = read_map(a_map("[activities]\nClosed = 'fechado'\nWait = 'aguardando'\n"))
    assert strangers(chart, read_log(a_log(GOOD), Columns())) == ["Wait"]
