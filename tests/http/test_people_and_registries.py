"""Set-up, people, tokens, registries and customers, as a manager's program sees them."""

from __future__ import annotations

import pytest

from engine.people.adding import PrintSetup, print_setup
from engine.registry.model import KINDS

WANTED = {"login": "chefe", "name": "Chefe"}


def test_setting_up_works_once(house, problem):
    token = house.world.run(print_setup, PrintSetup())
    body = WANTED | {"setup_token": token}
    first = house.nobody.post("/setup", body, key="k")
    assert first.status_code == 201
    boss = type(house.nobody)(house.client, first.json["token"])
    assert boss.get("/me").json == {
        "login": "chefe",
        "name": "Chefe",
        "profile": "administrador",
        "teams": [],
        "email": None,
        "ended": False,
    }
    again = house.nobody.post("/setup", body, key="k")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    used = problem(house.nobody.post("/setup", body | {"login": "outro"}), 401, "not_authenticated")
    assert "tramita token issue" in used["detail"]
    assert house.world.run(print_setup, PrintSetup()) is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_token_printed_last_is_the_one(house, problem):
    old = house.world.run(print_setup, PrintSetup())
    new = house.world.run(print_setup, PrintSetup())
    refused = problem(house.nobody.post("/setup", WANTED | {"setup_token": old}), 401, "not_authenticated")
    assert "só o último vale" in refused["detail"]
    assert house.nobody.post("/setup", WANTED | {"setup_token": new}).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_person_is_added_and_acts(house):
    asked = {"login": "novo.agente", "name": "  Novo Agente ", "profile": "agente", "teams": ["atendimento"]}
    added = house.admin.post("/people", asked)
    assert added.json == asked | {"name": "Novo Agente", "email": None, "ended": False}
    token = house.admin.post("/people/novo.agente/tokens", {"label": "teste"}).json["token"]
    assert token.startswith("tk_")
    assert type(house.admin)(house.client, token).get("/me").json == added.json
    assert added.json in house.admin.get("/people").json["people"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_of_rights_counts_from_the_next_request(house):
    ticket = house.ticket()
    assert house.agent.get(f"/tickets/{ticket['protocol']}").status_code == 200
    house.world.run(_forbid, None)
    assert house.agent.get(f"/tickets/{ticket['protocol']}").status_code == 404


def _forbid(unit, _):
    from engine.people.model import permission_rule

    unit.insert("profile:agente", permission_rule, id="x", profile="agente", action="ticket.read", allow=False)
    unit.record("profile:agente", "rule_added")
    unit.new_authority()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_caller_is_looked_up_once(house, statements):
    house.agent.get("/me")
    ticket = house.ticket()
    with statements() as seen:
        house.agent.get(f"/tickets/{ticket['protocol']}")
    assert not [one for one in seen if "FROM token" in one]


@pytest.fixture
def statements(house):
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def listen():
        seen = []
        record = lambda *args: seen.append(args[2])  # noqa: E731 - removed again by name
        event.listen(house.engine.database, "before_cursor_execute", record)
        yield seen
        event.remove(house.engine.database, "before_cursor_execute", record)

    return listen


@pytest.mark.parametrize("database", ["sqlite"])
def test_registries_are_read_whole_or_one_by_one(house):
    everything = house.agent.get("/registry").json
    assert set(everything) == set(KINDS)
    assert {one["key"] for one in everything["teams"]} == {"atendimento", "assistencia", "financeiro"}
    assert house.agent.get("/registry/fields").json == {"fields": everything["fields"]}
    (choice,) = [one for one in everything["fields"] if one["key"] == "tipo_documento"]
    assert choice["choices"] == ["Contrato", "Habite-se", "Matrícula", "Declaração de quitação"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_entry_is_put_new_and_changed(house):
    first = house.admin.put("/registry/subjects/jardim", {"label": "Jardim", "team": "atendimento"})
    assert first.json == {
        "key": "jardim",
        "label": "Jardim",
        "process": None,
        "technical_assistance": False,
        "team": "atendimento",
        "retired": False,
        "used_by": [],
    }
    before = house.rows()
    assert house.admin.put("/registry/subjects/jardim", {"label": "Jardim", "team": "atendimento"}).json == first.json
    assert house.rows() == before
    retired = house.admin.put("/registry/subjects/jardim", {"label": "Jardim", "retired": True})
    assert (retired.json["retired"], retired.json["team"]) == (True, None)
    refused = house.agent.post("/tickets", {"title": "A", "subject": "jardim"})
    assert refused.status_code == 422


def test_a_customer_keeps_its_key_for_ever(house):
    first = house.admin.put("/customers/C-9", {"name": " Clara ", "kind": "company"})
    second = house.admin.put("/customers/C-9", {"name": "Clara Dias"})
    same = {
        "id": first.json["id"],
        "key": "C-9",
        "retired": False,
        "contact_points": [],
        "consents": [],
        "withheld": [],
    }
    assert first.json == same | {"name": "Clara", "kind": "company"}
    assert second.json == same | {"name": "Clara Dias", "kind": "person"}
    assert house.admin.get("/customers/C-9").json == second.json


COLUMNS = {
    "id": "019a4d2e-9f00-7b21-8d11-6a7c8e9f0a1b",
    "protocol": "2026-0000000-0",
    "revision": 99,
    "seq": 99,
    "version_id": "x",
    "place_process": "x",
    "standing": "finished",
    "ended": True,
    "state": "x",
    "opened_at": "2020-01-01T00:00:00Z",
    "opened_by": "system:timer",
    "inbound": True,
    "tenant_id": 1,
    "role": "admin",
    "is_admin": True,
    "created_at": "2020-01-01T00:00:00Z",
    "customer_id": "x",
    "waiting_for": None,
    "incident": None,
}


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_declared_members_are_taken(house, problem):
    ticket = house.ticket()
    here = f"/tickets/{ticket['protocol']}"
    before = house.rows()
    for method, path, body in (
        ("POST", "/tickets", {"title": "A"}),
        ("PATCH", here, {"priority": "alta"}),
        ("POST", f"{here}/moves", {"move": "iniciar_atendimento", "fields": {"unidade": "1"}}),
        ("POST", f"{here}/messages", {"name": "pagamento_confirmado"}),
        ("POST", f"{here}/relocations", {"situation": "aberto", "reason": "x"}),
        ("POST", "/people", {"login": "novo", "name": "N", "profile": "agente"}),
        ("POST", "/people/admin/tokens", {"label": "x"}),
        ("PUT", "/customers/x", {"name": "X"}),
        ("PUT", "/registry/teams/x", {"label": "X"}),
        ("POST", "/setup", {"setup_token": "x", "login": "x", "name": "x"}),
    ):
        for name, value in COLUMNS.items():
            told = problem(house.admin(method, path, body | {name: value}), 422, "shape")
            assert told["errors"] == {name: ["não existe aqui"]}, path
        assert house.admin(method, path, body | {"profile": "administrador"}).status_code != 500
    assert house.rows()["ticket"] == before["ticket"]
    assert house.agent.get(here).json["revision"] == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_fields_of_a_ticket_are_not_its_columns(house, problem):
    ticket = house.ticket()
    path = f"/tickets/{ticket['protocol']}"
    for name in (
        "state",
        "protocol",
        "standing",
        "subject",
        "team",
        "responsible",
        "priority",
        "__class__",
        "customer",
    ):
        problem(house.agent.patch(path, {"fields": {name: "x"}}), 422, "field_not_for_this_move")
        problem(house.agent.post("/tickets", {"title": "A", "fields": {name: "x"}}), 422, "field_not_for_this_move")
    assert house.agent.get(path).json["revision"] == 1


def test_texts_come_back_as_they_were_sent(house):
    for text in ("🧯 vazou", "e\u0301 ou é", "\u202etrocado", "zero\u200bwidth", "İ ß ſ", "a" + "\u0301" * 200):
        ticket = house.ticket(title=text, description=text)
        read = house.agent.get(f"/tickets/{ticket['protocol']}").json
        assert (read["title"], read["description"]) == (text, text)
