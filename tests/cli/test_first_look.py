"""`tramita up`: from nothing to a moved ticket, with the line that was printed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TRAMITA = Path(sys.executable).parent / "tramita"


@pytest.fixture
def up(tmp_path):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TRAMITA_")}
    environ |= {"TRAMITA_DATA_DIR": str(tmp_path / "data"), "TRAMITA_PORT": "0"}
    started = []

    def start():
        errors = (tmp_path / f"stderr{len(started)}").open("w+")
        process = subprocess.Popen([TRAMITA, "up"], env=environ, stdout=subprocess.PIPE, stderr=errors, text=True)
        started.append((process, errors))
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.lstrip().startswith(("curl", "mais um token")):
                return process, "".join(printed)
        errors.seek(0)
        raise AssertionError("".join(printed) + errors.read())

    yield start
    for process, errors in started:
        process.kill()
        process.communicate()
        errors.close()


def curl(*words):
    done = subprocess.run(["curl", "-sS", *words], check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def test_from_nothing_to_a_moved_ticket(up):
    process, printed = up()
    (address,) = re.findall(r"no ar em (http://127\.0\.0\.1:\d+)$", printed, re.MULTILINE)
    assert f"{address}/api/docs" in printed
    (line,) = [line.strip() for line in printed.splitlines() if line.strip().startswith("curl")]
    done = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True, timeout=60)
    token = json.loads(done.stdout)["token"]
    json_in = ("-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json")
    opened = curl(
        "-X", "POST", f"{address}/api/v1/tickets", *json_in, "-d", '{"title": "Pia", "subject": "hidraulica"}'
    )
    moves = f"{address}/api/v1/tickets/{opened['protocol']}/moves"
    offered = curl(moves, *json_in)
    (missing,) = [one["missing"] for one in offered["moves"] if one["move"] == "iniciar_atendimento"]
    refused = curl("-X", "POST", moves, *json_in, "-d", '{"move": "iniciar_atendimento"}')
    assert (refused["code"], refused["missing"]) == ("fields_missing", missing)
    body = json.dumps({"move": "iniciar_atendimento", "fields": dict.fromkeys(missing, "302")})
    moved = curl("-X", "POST", moves, *json_in, "-d", body)
    assert moved["situation"] == "em_atendimento"
    again = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True, timeout=60)
    assert json.loads(again.stdout)["status"] == 401
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0

    second, printed = up()
    assert "setup_" not in printed
    assert "tramita token issue" in printed
    (address,) = re.findall(r"no ar em (\S+)$", printed, re.MULTILINE)
    kept = curl(f"{address}/api/v1/tickets/{opened['protocol']}", *json_in)
    assert kept["situation"] == "em_atendimento"
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=30)
    assert second.returncode == 0
