"""`tramita replay` as a person or a program uses it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli_replay import Progress, register
from engine.replay.report import Report

HERE = Path(__file__).parent
ARGUMENTS = ["replay", str(HERE / "balcao.csv"), "--process", "balcao", "--mapping", str(HERE / "balcao.toml")]


@pytest.fixture
def run():
    group = click.Group("tramita")
    register(group)

    def invoke(*arguments):
        return CliRunner().invoke(group, [str(each) for each in arguments])

    return invoke


def test_people_read_a_table(counter, run):
    told = run(*ARGUMENTS, "--database-url", counter.world.url)
    assert told.exit_code == 0
    assert told.stderr == ""
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert lines[0] == f"balcao.csv em “Balcão” (balcao, versão 1; {counter.world.engine.database.dialect.name})"
    for line in (
        "Casos que cabem no diagrama 53,85 % 7 de 13",
        "Precisão 98,08 % 8 de 9 opções usadas",
        "realocações 4",
        "já feitas 1 uma transição automática chegou antes",
        "1 Em atendimento Faturar realocado",
        "1 Recebido Telefonema sem mapa; ficou",
        "1 Dispensado Dispensar sem caminho; ficou",
        "Concluído 6 10,0 d 10,0 d 1",
        "Recebido 13 10,0 min 30,0 min 0",
        "Faturado 0 – – 1",
    ):
        assert line in lines
    assert not any(line.startswith("já contados antes") for line in lines)

    again = run(*ARGUMENTS, "--database-url", counter.world.url)
    lines = [" ".join(line.split()) for line in again.stdout.splitlines()]
    assert "já contados antes 42 por uma execução anterior deste log" in lines
    assert "Precisão – nada foi decidido nesta execução" in lines


def test_programs_read_json(counter, run):
    told = run(*ARGUMENTS, "--database-url", counter.world.url, "--format", "json")
    assert told.exit_code == 0
    report = json.loads(told.stdout)
    assert report.keys() == Report.__dataclass_fields__.keys()
    assert report["fitting_percent"] == 53.85
    assert report["deviations"][0] == {
        "process": "balcao",
        "situation": "arquivado",
        "label": "Arquivado",
        "activity": "Concluir",
        "kind": "relocated",
        "cases": 1,
    }


def test_without_a_database_nothing_is_left_behind(run, tmp_path, monkeypatch, a_log):
    """The delivered process and its delivered map, in a folder that stays as it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    log = a_log("case_id,event_no,activity,timestamp,resource\na,1,Insert ticket,2026-01-05T09:00:00Z,Ana\n")
    told = run("replay", log, "--process", "helpdesk_temporizador")
    assert told.exit_code == 0, told.stderr
    assert "(helpdesk_temporizador, versão 1; sqlite, banco temporário)" in told.stdout
    assert "O log não tem estas atividades do mapa: Assign seriousness, " in told.stdout
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["log.csv"]


def test_what_is_wrong_is_told_on_standard_error(run, tmp_path):
    told = run("replay", tmp_path / "nada.csv", "--process", "helpdesk")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"Erro: {tmp_path / 'nada.csv'}: este arquivo não existe\n"


def test_a_wrong_setting_is_told_too(run, monkeypatch):
    monkeypatch.setenv("TRAMITA_ZONE", "Marte")
    told = run(*ARGUMENTS)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "TRAMITA_ZONE='Marte'" in told.stderr


def test_usage(run):
    assert run("replay", "x.csv").exit_code == 2
    told = run("replay", "--help")
    assert told.exit_code == 0
    assert all(option in told.stdout for option in ("--process", "--mapping", "--database-url", "--format [text|json]"))


def test_progress_is_told_now_and_then(counter, run, monkeypatch):
    monkeypatch.setattr(Progress, "other_s", 0.0)
    told = run(*ARGUMENTS, "--database-url", counter.world.url)
    lines = told.stderr.splitlines()
    assert len(lines) == 42
    assert lines[20] == "21 de 42 eventos (50 %), 05/01/2026"
    assert lines[-1] == "42 de 42 eventos (100 %), 20/01/2026"
