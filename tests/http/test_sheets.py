"""Sheets: for programs as they always were, for people so that a Brazilian spreadsheet knows what stands in them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from api import document_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FORMULAS = ("=1+1", "+1", "-1", "@x", "a;=1+1", "a\t=1+1", "ok\n=1+1")


def table(answer, separator=","):
    assert answer.status_code == 200, answer.text
    text = answer.data.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=separator))


@pytest.fixture
def scene(house):
    """A ticket that was worked on, a bulk job, a look at a customer: something for each sheet."""
    body = {"label": "Padrão", "first_response": "PT1H", "resolution": "PT2H", "valid_from": "2026-01-01"}
    assert house.admin.put("/registry/sla_policies/padrao", body).status_code == 200
    house.clock.at = BEGIN
    ticket = house.ticket(customer="C-1001")
    house.clock.at += timedelta(minutes=30)
    ticket = house.moved(ticket, "iniciar_atendimento", unidade="-1")
    words = {"kind": "manual_reply", "text": "Já vimos.", "shown": True}
    assert house.agent.post(f"/tickets/{ticket['protocol']}/interactions", words).status_code == 201
    house.clock.at += timedelta(hours=30)
    house.moved(ticket, "resolver", solucao="=cmd")
    assert house.admin.get("/customers/C-1001").status_code == 200
    job = house.admin.post("/bulk", {"filter": {"standing": "finished"}, "move": {"move": "iniciar_atendimento"}})
    assert job.status_code == 201, job.text
    house.clock.at += timedelta(hours=1)
    house.sheets = {
        "/tickets/{protocol}/history.csv": f"/tickets/{ticket['protocol']}/history.csv",
        "/bulk/{job_id}/results.csv": f"/bulk/{job.json['id']}/results.csv",
        "/access.csv": "/access.csv",
        "/reports/stays.csv": "/reports/stays.csv?by=team",
        "/reports/policies.csv": "/reports/policies.csv?by=policy",
    }
    return house


def test_every_sheet_is_there_for_people_too(scene):
    document = document_of(scene.app)
    sheets = {
        path.removeprefix("/api/v1")
        for path, item in document["paths"].items()
        for one in (item.get("get", {}),)
        if "text/csv" in one.get("responses", {}).get("200", {}).get("content", {})
    }
    assert sheets == set(scene.sheets)
    for path in scene.sheets.values():
        plain = table(scene.admin.get(path))
        people = table(scene.admin.get(path + ("&" if "?" in path else "?") + "for=excel"), ";")
        assert len(people) == len(plain) > 0
        assert len(people[0]) == len(plain[0])
        assert all(re.fullmatch("[a-z0-9_]+", name) for name in plain[0])
        assert all(name[0].isupper() and "_" not in name for name in people[0]), people[0]
        assert not set(people[0]) & set(plain[0])
        for row in people:
            assert not [one for one in row.values() if re.search(r"\dT\d|Z$|^[=+@-]|^(True|False|None)$", one)], row


def test_instants_durations_and_shares_as_brazilians_write_them(scene):
    (row,) = table(scene.admin.get("/reports/policies.csv?for=excel"), ";")[:1]
    assert row == {
        "Código": "padrao",
        "Grupo": "Padrão",
        "Relógio": "Primeira resposta",
        "Com prazo": "1",
        "No prazo": "1",
        "Fora do prazo": "0",
        "Parte no prazo": "100,00%",
        "Tempo útil, mediana": "0:30:00",
        "Tempo útil, 9 em 10 até": "0:30:00",
    }
    stays = table(scene.admin.get("/reports/stays.csv?by=situation&for=excel"), ";")
    (worked,) = (row for row in stays if row["Grupo"] == "Em atendimento")
    assert (worked["Permanência, mediana"], worked["Tempo em aberto"]) == ("30:00:00", "30:00:00")
    assert "Primeiras respostas com prazo" not in worked
    told = table(scene.admin.get(scene.sheets["/tickets/{protocol}/history.csv"] + "?for=excel"), ";")
    assert told[0]["Quando"] == "02/03/2026 09:00:00"
    moved = next(row for row in told if row["Situação nova"] == "Em atendimento")
    assert (moved["Elemento do processo"], moved["Mudanças"]) == ("Iniciar atendimento", "Unidade: (vazio) → -1")
    jobs = table(scene.admin.get(scene.sheets["/bulk/{job_id}/results.csv"] + "?for=excel"), ";")
    assert {row["Resultado"] for row in jobs} == {"recusado"}
    looks = table(scene.admin.get("/access.csv?for=excel"), ";")
    assert {"Nome", "Contatos"} <= {one for row in looks for one in row["Dados vistos"].split(", ")}


@pytest.mark.parametrize("style", ["", "?for=excel"])
def test_no_cell_of_either_is_taken_for_a_formula(house, style):
    for text in FORMULAS:
        protocol = house.ticket()["protocol"]
        body = {"situation": "em_atendimento", "reason": text}
        assert house.admin.post(f"/tickets/{protocol}/relocations", body).status_code == 200
        rows = table(house.admin.get(f"/tickets/{protocol}/history.csv{style}"), ";" if style else ",")
        reason = rows[-1]["Motivo" if style else "reason"]
        assert not re.search(r"(?:\A|[\n\t;,|])[=+\-@]", reason), reason


def test_only_a_style_that_there_is(house, problem):
    answer = house.admin.get("/reports/stays.csv?for=word")
    assert problem(answer, 422, "shape")["errors"] == {"for": ["use excel, ou deixe de fora"]}
    problem(house.admin.get("/reports/stays?for=excel"), 422, "shape")
