"""Profiles as a folder, and why somebody may not, from the command line."""

from __future__ import annotations

import pytest

from engine.actors import CONSOLE
from engine.config import Settings
from engine.starting import start
from engine.tickets.opening import Open, open_ticket

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def protocol(furnished):
    engine = start(Settings(database_url=furnished))
    found = engine.run(open_ticket, Open(title="Vazamento", subject="hidraulica"), actor=CONSOLE).ticket.protocol
    engine.database.dispose()
    return found


def test_profiles_go_out_and_come_back_with_a_diff_first(tramita, furnished, tmp_path):
    folder = tmp_path / "permissions"
    assert "perfis em" in tramita("permissions", "export", folder).output
    assert "Perfis que mudam: 0; regras: 0;" in tramita("permissions", "import", folder).output
    file = folder / "agente.toml"
    file.write_text(file.read_text().replace('scope = "all"', 'scope = "team"').replace('  "ticket.clone",\n', "", 1))
    shown = tramita("permissions", "import", folder, "--dry-run").output
    assert "scope: 'all' → 'team'" in shown
    assert "ticket.clone: permite → nada" in shown
    assert tramita("permissions", "import", folder).exit_code == 1  # nobody says yes
    assert "Importado." in tramita("permissions", "import", folder, "--yes").output
    assert "Perfis que mudam: 0;" in tramita("permissions", "import", folder).output


def test_a_file_with_a_mistake_is_told_by_file_and_key(tramita, furnished, tmp_path):
    tramita("permissions", "export", tmp_path)
    file = tmp_path / "agente.toml"
    file.write_text(file.read_text().replace('"ticket.read"', '"ticket.reed"'))
    done = tramita("permissions", "import", tmp_path, "--yes")
    assert done.exit_code == 1
    assert "agente.toml: profile.allow: a ação 'ticket.reed' não existe" in done.output
    assert "Não há arquivos" in tramita("permissions", "import", tmp_path / "..").output


def test_explaining_names_rules_and_the_change(tramita, furnished, protocol):
    asked = ("permissions", "explain", protocol)
    done = tramita(*asked, "--profile", "desenhista", "--action", "ticket.note").output
    assert "✘ desenhista: ticket.note em atendimento:aberto" in done
    assert "mudança que bastaria: desenhista/atendimento/aberto/ticket.note: permite" in done
    done = tramita(*asked, "--actor", "ana.souza", "--action", "ticket.note").output
    assert "✔ ana.souza (agente)" in done
    assert "permite  agente/ticket.note  (por linha de comando" in done
    assert tramita(*asked).exit_code == 2
