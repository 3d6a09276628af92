"""`tramita check` and `tramita deploy`, as a designer uses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "bpmn"
DEMONSTRATION = ROOT / "engine" / "registry" / "demonstration"


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "desenhos"
    found.mkdir()
    for name in ("atendimento.bpmn", "assistencia_tecnica.bpmn", "campos_obrigatorios.dmn"):
        shutil.copy(SHIPPED / name, found)
    return found


def test_what_is_delivered_has_no_finding_with_the_demonstration_registry(tramita):
    done = tramita("check", SHIPPED, "--registry", DEMONSTRATION, "--format", "json")
    report = json.loads(done.output)
    assert (done.exit_code, report["errors"], report["findings"]) == (0, 0, [])
    assert report["files"] == 5


def test_without_anything_to_compare_with_that_is_said_once(tramita, folder, tmp_path):
    done = tramita("check", folder, "--format", "json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["findings"]) == (0, [])
    assert done.stderr.count("sem cadastro para comparar") == 1
    assert not (tmp_path / "data").exists()


def test_the_configured_database_knows_the_names(tramita, furnished, folder):
    clean = tramita("check", folder)
    assert (clean.exit_code, clean.stderr) == (0, "")
    file = folder / "atendimento.bpmn"
    file.write_text(file.read_text().replace('name="team" value="atendimento"', 'name="team" value="marcianos"', 1))
    done = tramita("check", folder)
    assert done.exit_code == 1
    assert "marcianos" in done.stdout


def test_errors_end_with_1_and_say_where_and_what_to_do(tramita, folder):
    file = folder / "atendimento.bpmn"
    file.write_text(file.read_text().replace('name="team" value="atendimento"', 'name="team" value="marcianos"', 1))
    done = tramita("check", folder, "--registry", DEMONSTRATION)
    assert done.exit_code == 1
    first, hint = done.output.splitlines()[:2]
    assert first.startswith(f"{file}:")
    assert "marcianos" in first
    assert hint.strip().startswith("→")
    assert done.output.splitlines()[-1].startswith("3 arquivos, 1 erro, ")
    told = json.loads(tramita("check", folder, "--registry", DEMONSTRATION, "--format", "json").output)
    (finding,) = [one for one in told["findings"] if one["severity"] == "error"]
    assert set(finding) == {"file", "line", "element", "rule", "severity", "message", "hint"}
    assert finding["file"] == str(file)


def test_messages_of_the_installation_are_known(tramita, tmp_path):
    text = (SHIPPED / "atendimento.bpmn").read_text().replace('name="customer_replied"', 'name="chave_entregue"')
    (tmp_path / "a.bpmn").write_text(text)
    unknown = tramita("check", tmp_path / "a.bpmn")
    assert "chave_entregue" in unknown.output
    known = tramita("check", tmp_path / "a.bpmn", messages="chave_entregue")
    assert "chave_entregue" not in known.output


@pytest.mark.parametrize(
    "words", [[], ["nada.bpmn"], [".", "--format", "yaml"], [".", "--registry", "nada"], ["--nada"]]
)
def test_wrong_use_ends_with_2(tramita, words):
    done = tramita("check", *words)
    assert done.exit_code == 2
    assert "Usage" in done.output


def test_a_folder_without_files_is_wrong_use(tramita, tmp_path):
    assert tramita("check", tmp_path).exit_code == 2


def test_a_registry_folder_that_cannot_be_read_is_told(tramita, folder, tmp_path):
    registry = tmp_path / "cadastro"
    registry.mkdir()
    (registry / "a.toml").write_text("isto não é TOML")
    (registry / "b.toml").write_text("[marcianos.x]\nlabel = 'X'")
    done = tramita("check", folder, "--registry", registry)
    assert done.exit_code == 1
    assert "a.toml" in done.output
    assert "marcianos" in done.output
    assert "Traceback" not in done.output


def test_deploying_tells_what_became_of_each_file(tramita, furnished, folder):
    same = tramita("deploy", folder)
    assert same.exit_code == 0, same.output
    assert "processo atendimento, versão 1: sem mudança" in same.output
    file = folder / "assistencia_tecnica.bpmn"
    file.write_text(file.read_text().replace('name="sla" value="PT8H"', 'name="sla" value="PT9H"'))
    changed = tramita("deploy", file)
    assert changed.output.splitlines()[:2] == [
        "processo assistencia_tecnica, versão 2: versão nova",
        "processo atendimento, versão 2: versão nova, porque algo que ele chama mudou",
    ]


def test_what_cannot_be_deployed_is_listed_and_nothing_is_stored(tramita, furnished, folder):
    file = folder / "atendimento.bpmn"
    file.write_text(file.read_text().replace('value="atendimento"', 'value="marcianos"'))
    done = tramita("deploy", folder)
    assert done.exit_code == 1
    assert "marcianos" in done.output
    assert "→" in done.output
    file.write_text((SHIPPED / "atendimento.bpmn").read_text())
    assert "versão 1: sem mudança" in tramita("deploy", file).output
