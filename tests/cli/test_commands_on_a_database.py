"""Set-up, people, tokens, registries and explaining, from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api import create_app
from api.serving import application
from engine.actors import CONSOLE
from engine.clocks.refreshing import ReadRefreshes, read_refreshes
from engine.config import Settings
from engine.db import metadata
from engine.starting import start
from engine.tickets.opening import Open, open_ticket

ADD = ("user", "add", "novo", "--name", "Novo", "--profile", "agente", "--team", "atendimento")


@pytest.fixture
def engine(furnished):
    found = start(Settings(database_url=furnished))
    yield found
    found.database.dispose()


def test_a_fresh_database_is_migrated_and_has_profiles(tramita, tmp_path):
    done = tramita("migrate")
    assert done.exit_code == 0
    assert re.search(r"migração \d{4}", done.output)
    assert "administrador" in done.output
    assert "Perfis" not in tramita("migrate").output
    assert (tmp_path / "data" / "tramita.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("schedule",),
        ADD,
        ("token", "issue", "x"),
        ("explain", "x"),
        ("deploy", "bpmn/"),
        ("registry", "load", "engine/registry/demonstration"),
    ],
)
@pytest.mark.parametrize("made", [False, True])
def test_a_database_that_is_not_there_or_not_migrated_is_told(tramita, tmp_path, words, made):
    if made:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "tramita.db").touch()
    done = tramita(*(Path(__file__).parents[2] / word if "/" in word else word for word in words))
    assert done.exit_code == 1, done.output
    assert "tramita migrate" in done.output
    assert made or f"Não há banco em {tmp_path / 'data' / 'tramita.db'} (TRAMITA_DATA_DIR)" in done.output
    assert "Traceback" not in done.output
    assert made or not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["migrate", "up"])
def test_a_data_folder_that_cannot_be_used_is_named(tramita, tmp_path, command):
    (tmp_path / "file").touch()
    done = tramita(command, data_dir=str(tmp_path / "file"))
    assert done.exit_code == 2
    assert "TRAMITA_DATA_DIR" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("port", "seis", "TRAMITA_PORT"),
        ("database_url", "mysql://x", "TRAMITA_DATABASE_URL"),
        ("zone", "Marte/Fobos", "TRAMITA_ZONE"),
        ("log_level", "LOUD", "TRAMITA_LOG_LEVEL"),
        ("prot", "1", "TRAMITA_PROT"),
        ("messages", "Com Maiúscula", "TRAMITA_MESSAGES"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "schedule", "migrate", "up"])
def test_a_bad_setting_is_named(tramita, command, name, value, wanted):
    done = tramita(command, **{name: value})
    assert done.exit_code == 2
    assert wanted in done.output
    assert "Traceback" not in done.output


def test_a_server_that_starts_with_another_calendar_orders_limits_anew_once(tramita, engine, monkeypatch):
    def started(**more):
        assert tramita("serve", **more).exit_code == 0
        found = engine.read(read_refreshes, ReadRefreshes(), actor=CONSOLE)
        return [(one["what"], one["because"]) for one in found]

    monkeypatch.setattr("api.cli.serve", lambda engine, started: None)
    known = started()
    assert started() == known
    ordered = [("activities", "TRAMITA_CALENDAR"), ("tickets", "TRAMITA_CALENDAR")]
    assert started(calendar="plantao") == ordered + known
    assert started(calendar="plantao") == ordered + known
    served = application()  # as gunicorn's workers begin
    served.extensions["tramita"]["engine"].database.dispose()
    assert started(calendar="plantao") == ordered + known


def test_a_bad_database_url_is_named_without_its_password(tramita):
    done = tramita("serve", database_url="mysql://user:segredo@host/x")
    assert "TRAMITA_DATABASE_URL" in done.output
    assert "segredo" not in done.output


def test_a_database_that_is_away_is_told(tramita, tmp_path):
    done = tramita("serve", database_url=f"postgresql://x@/x?host={tmp_path}")
    assert done.exit_code == 1
    assert "banco de dados" in done.output
    assert str(tmp_path) in done.output
    assert len(done.output.splitlines()) == 1
    assert "Traceback" not in done.output


def test_a_person_added_here_acts_through_the_api(tramita, engine):
    assert tramita(*ADD).exit_code == 0
    issued = tramita("token", "issue", "novo", "--days", "3")
    token = issued.output.strip()
    assert re.fullmatch("tk_[A-Za-z0-9_-]{43}", token)
    client = create_app(engine).test_client()
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.json["login"], answer.json["teams"]) == ("novo", ["atendimento"])


def test_refusals_are_told_and_end_with_1(tramita, furnished):
    for words, wanted in (
        ((*ADD[:3], "--name", "N", "--profile", "rei"), "rei"),
        ((*ADD[:2], "ana.souza", "--name", "N", "--profile", "agente"), "Já existe"),
        ((*ADD[:2], "Ana!", "--name", "N", "--profile", "agente"), "login"),
        (("token", "issue", "nunca_vi"), "nunca_vi"),
        (("explain", "2026-0000000-0"), "2026-0000000-0"),
    ):
        done = tramita(*words)
        assert done.exit_code == 1, words
        assert wanted in done.output, words
        assert "Traceback" not in done.output


def test_explaining_shows_every_move_with_its_reasons(tramita, engine):
    ticket = engine.run(open_ticket, Open(title="Pia", subject="hidraulica"), actor=CONSOLE).ticket
    free = tramita("explain", ticket.protocol)
    assert free.exit_code == 0, free.output
    assert "situação: Aberto (atendimento:aberto), aberto" in free.output
    assert "✘ Iniciar atendimento [iniciar_atendimento]  → Em atendimento" in free.output
    assert "Falta preencher: Unidade." in free.output
    assert "→ Envie unidade em `fields`." in free.output
    bound = tramita("explain", ticket.protocol, "--profile", "cliente_portal")
    assert "O perfil “Cliente do portal” não pode alterar situação pela opção “Iniciar atendimento”" in bound.output
    assert tramita("explain", ticket.protocol, "--profile", "rei").exit_code == 1


REGISTRY = """
[calendars.util]
label = "Dias úteis"

[teams.campo]
label = "Campo"
calendar = "util"

[subjects.obra]
label = "Obra"
process = "obra"
team = "campo"

[subsubjects."obra.muro"]
label = "Muro"

[fields.altura]
label = "Altura"
type = "number"

[[customers]]
key = "C-1"
name = "Cliente"

[[people]]
login = "zeca.lima"
name = "Zeca"
profile = "agente"
teams = ["campo"]
"""
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
  <bpmn:process id="obra" name="Obra" isExecutable="true">
    <bpmn:startEvent id="inicio"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="nova" name="Nova">
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>fechar</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="fim" name="Fim"><bpmn:incoming>fechar</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="a" sourceRef="inicio" targetRef="nova" />
    <bpmn:sequenceFlow id="fechar" name="Fechar" sourceRef="nova" targetRef="fim" />
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture
def rows(engine):
    """How many rows each table holds: what a refused import must not change."""

    def count():
        with engine.reading.connect() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar()
                for name, table in metadata.tables.items()
            }

    return count


def test_a_folder_is_loaded_around_a_deployment_and_again(tramita, engine, tmp_path):
    def subject():
        return engine.read(lambda unit, _: unit.catalogue.registries.subjects["obra"], None, actor=CONSOLE)

    def load():
        return tramita("registry", "load", "--yes", tmp_path)

    (tmp_path / "tudo.toml").write_text(REGISTRY)
    (tmp_path / "obra.bpmn").write_text(DIAGRAM)
    first = load()
    assert first.exit_code == 0, first.output
    assert "7 novos, 0 mudam, 0 aposentados, 0 iguais." in first.output
    assert "subjects/obra: o processo 'obra' ainda não está implantado" in first.output
    assert first.output.endswith("Importado.\n")
    assert (subject().process, subject().team) == (None, "campo")
    assert tramita("deploy", tmp_path / "obra.bpmn").exit_code == 0
    second = load()
    assert (second.exit_code, second.output) == (
        0,
        'subjects/obra: muda\n    process: "obra"\n0 novos, 1 mudam, 0 aposentados, 6 iguais.\nImportado.\n',
    )
    assert subject().process == "obra"
    third = load()
    assert (third.exit_code, third.output) == (0, "0 novos, 0 mudam, 0 aposentados, 7 iguais.\n")


def test_entries_that_do_not_fit_are_all_told_and_nothing_is_loaded(tramita, rows, tmp_path):
    (tmp_path / "a.toml").write_text(
        "[teams.a]\nlabel='A'\n[teams.b]\ncalendar='nunca'\n[teams.c]\nlabel='C'\ncor='azul'\n[teams.D]\nlabel='D'\n"
        "[fields.e]\nlabel='E'\ntype='cor'\n[fields.f]\nlabel=5\n"
        "[[customers]]\nkey='x'\n[[customers]]\nkey='y'\nname=5\n[[people]]\nlogin='p'\nname='P'\nprofile='agente'\nidade=3\n"
    )
    before = rows()
    done = tramita("registry", "load", "--yes", tmp_path)
    assert done.exit_code == 1
    assert "8 itens não servem; nada foi importado." in done.output
    assert rows() == before
    for name in ("teams/b", "teams/c", "teams/D", "fields/e", "fields/f", "customers/x", "customers/y", "people/p"):
        assert re.search(f"{name}(: | não serve: )", done.output), name
    assert "teams/a" not in done.output
    assert "Traceback" not in done.output
    assert "__init__" not in done.output


def test_the_openapi_document_is_written(tramita):
    import json

    document = json.loads(tramita("openapi").output)
    assert document["openapi"] == "3.1.0"
