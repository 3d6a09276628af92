"""What happens in one place only."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = [file for name in ("engine", "api", "permissions") for file in sorted((ROOT / name).rglob("*.py"))]


def places(pattern):
    found = re.compile(pattern)
    return {str(file.relative_to(ROOT)) for file in PRODUCT if found.search(file.read_text())}


def test_one_place_begins_and_commits():
    assert places(r"\.commit\(|(?<!tree)\.begin\(\)|sessionmaker|Session\(") == {
        "engine/unit/running.py",
        "engine/migrating.py",
    }


def test_one_folder_knows_spiffworkflow():
    assert {place.rpartition("/")[0] for place in places(r"\bSpiffWorkflow\.|import SpiffWorkflow")} == {
        "engine/runtime"
    }


def test_nothing_evaluates_text_as_python():
    assert places(r"(?<![\w.])(eval|exec|__import__)\(") == set()
    assert places(r"\bpickle\b|\bmarshal\b|\bshelve\b") == set()


def test_the_clock_is_read_in_few_places():
    assert places(r"datetime\.now\(|utcnow\(") <= {
        "engine/unit/running.py",  # the engine's default clock
        "engine/starting.py",
        "engine/processes/trial.py",  # the trial start has no ticket and no clock
    }


def test_rows_are_written_by_the_unit_alone():
    """`connection.execute` reads; only the deletion of old answers, which no history tells of, is an exception."""
    assert places(r"\.(insert|update|delete)\(\)") == {"engine/unit/answers.py"}


def test_what_no_history_tells_of_is_written_in_few_places():
    """Counters, last uses, what was announced when, figures counted anew, and what goes because its time is over."""
    assert places(r"unit\.(insert|update|delete)\(\s*None") == {
        "engine/clocks/activities_anew.py",  # the number of the ticket's last row, which tells of the activity
        "engine/clocks/tickets_anew.py",  # it tells only of limits that really changed
        "engine/people/attempts.py",
        "engine/people/sessions.py",
        "engine/people/tokens.py",
        "engine/queues/announcing.py",
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "build", "-q", "--wheel", "--out-dir", folder, ROOT], check=True, timeout=300)
    (found,) = folder.glob("*.whl")
    return found


def test_wheel_holds_the_product_and_what_it_ships(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "engine/unit/running.py",
        "engine/migrations/versions/0001_foundation.py",
        "engine/expressions/grammar.lark",
        "api/__init__.py",
        "permissions/presets/agente.toml",
        "bpmn/atendimento.bpmn",
        "bpmn/campos_obrigatorios.dmn",
    ):
        assert wanted in names, wanted
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_wheel_installed_alone_maps_engine_api_and_permissions_to_us(wheel, tmp_path):
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, tmp_path / "v"], check=True, timeout=120)
    python = tmp_path / "v" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--no-deps", "--python", python, wheel], check=True, timeout=300)
    code = (
        "import importlib.metadata as m, importlib.util as u\n"
        "found = m.packages_distributions()\n"
        "assert all(found[n] == ['tramita'] for n in ('engine', 'api', 'permissions')), found\n"
        "assert u.find_spec('bpmn').submodule_search_locations[0].startswith(u.find_spec('engine').origin[:-19])\n"
        "print(u.find_spec('engine').origin)"
    )
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.stdout.startswith(str(tmp_path))
