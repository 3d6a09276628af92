"""The manager's morning over HTTP: why not, what if, one cell, and who allowed it; and what others see of that."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

CELL = {
    "profile": "agente",
    "action": "ticket.move:finalizar",
    "process": "atendimento",
    "situation": "resolvido",
}


@pytest.fixture
def manager(house):
    return house.as_("elisa.prado")


@pytest.fixture
def solved(house):
    """A ticket that is solved and waits to be closed, which agents have been forbidden."""
    done = house.moved(house.started(), "resolver", solucao="Sifão trocado")["protocol"]
    assert house.admin.patch("/permissions/cells", {"cells": [CELL | {"value": "denied"}]}).status_code == 200
    return done


def test_why_cannot_this_agent_finish_this_ticket(house, manager, solved, problem):
    refused = problem(house.agent.post(f"/tickets/{solved}/moves", {"move": "finalizar"}), 403, "situation_lacks")
    told = manager.get(f"/tickets/{solved}/explain?actor=ana.souza&move=finalizar").json
    assert (told["allowed"], told["reached"], told["profile"]) == (False, True, "agente")
    assert told["reasons"] == refused["reasons"]
    denial = told["decisions"][1]["considered"][0]
    assert (denial["allow"], denial["changed_by"]) == (False, "Admin")
    assert told["change"] == [CELL | {"value": "absent"}]

    said = manager.post("/permissions/what-if", {"cells": told["change"]}).json
    (line,) = said["effects"]
    assert (line["gained"], line["tickets"], line["people"], line["label"]) == (True, 1, 3, "Finalizar")
    which = {"cells": told["change"], "line": "gained", **{k: CELL[k] for k in ("profile", "action", "situation")}}
    listed = manager.post("/permissions/what-if/tickets", which).json["tickets"]
    assert [one["protocol"] for one in listed] == [solved]

    change = {"cells": told["change"], "authority": said["authority"]}
    done = manager.patch("/permissions/cells", change).json
    assert done["changed"] == [CELL | {"old": "denied", "new": "absent"}]
    problem(manager.patch("/permissions/cells", change), 409, "authority_changed")
    assert house.agent.post(f"/tickets/{solved}/moves", {"move": "finalizar"}).status_code == 200
    newest = manager.get("/permissions/history?profile=agente&limit=1").json["changes"][0]
    assert newest["sentence"] == (
        "Elisa Prado retirou a proibição de Alterar situação (ticket.move:finalizar) a Atendente em Resolvido "
        "(atendimento:resolvido)"
    )


def test_who_may_not_explain_sees_no_names_and_asks_of_nobody_else(house, solved, problem):
    told = house.agent.get(f"/tickets/{solved}/explain?move=finalizar").json
    assert not told["allowed"]
    assert {rule["changed_by"] for one in told["decisions"] for rule in one["considered"]} == {None}
    for other in ("actor=elisa.prado", "profile=gestor", "as_of=2026-03-02T12:00:00Z"):
        problem(house.agent.get(f"/tickets/{solved}/explain?move=finalizar&{other}"), 403, "not_permitted")


def test_a_token_that_may_not_move_is_told_so_and_the_manager_is_not_misled(house, manager, solved):
    token = house.admin.post("/people/ana.souza/tokens", {"label": "x", "scopes": ["ticket.read"]}).json["token"]
    limited = type(house.agent)(house.client, token)
    path = f"/tickets/{solved}/explain?move=reabrir"
    assert [one["code"] for one in limited.get(path).json["reasons"]] == ["token_lacks"]
    assert manager.get(f"{path}&actor=ana.souza").json["allowed"]


def test_a_profile_from_copy_to_retirement(house, manager, problem):
    made = manager.post("/permissions/profiles", {"key": "balcao", "label": "Balcão", "copy_of": "agente"})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/permissions/profiles/balcao")
    whole = manager.get("/permissions/profiles/balcao").json
    assert len(whole["rules"]) == len(manager.get("/permissions/profiles/agente").json["rules"])
    assert manager.patch("/permissions/profiles/balcao", {"scope": "team"}).json["scope"] == "team"
    problem(manager.patch("/permissions/profiles/agente", {"retired": True}), 409, "profile_in_use")
    assert manager.patch("/permissions/profiles/balcao", {"retired": True}).json["retired"]
    keys = [one["key"] for one in manager.get("/permissions/profiles").json["profiles"]]
    assert "balcao" not in keys
    problem(manager.get("/permissions/profiles/nada"), 404, "not_found")
    problem(manager.post("/permissions/profiles", {"key": "x y", "label": "X"}), 422, "invalid")


def test_the_matrix_now_and_then_and_the_catalogue(house, manager, solved, problem):
    before = house.clock.at
    house.clock.forward(hours=1)
    assert manager.patch("/permissions/cells", {"cells": [CELL | {"value": "absent"}]}).status_code == 200
    path = "/permissions/matrix/atendimento?profile=agente&profile=gestor&action=ticket.move:finalizar"

    def cell(answer):
        (row,) = [one for one in answer.json["rows"] if one["situation"] == "resolvido"]
        assert (row["label"], row["tickets"], row["in_force"]) == ("Resolvido", 1, True)
        return [(one["profile"], one["value"], one["own"], one["answer"]) for one in row["cells"]]

    assert cell(manager.get(path)) == [("agente", "allowed", "absent", True), ("gestor", "allowed", "absent", True)]
    then = manager.get(f"{path}&as_of={before.isoformat().replace('+00:00', 'Z')}")
    assert cell(then)[0] == ("agente", "denied", "denied", False)
    problem(manager.get("/permissions/matrix/nada"), 404, "not_found")
    tabs = house.agent.get("/permissions/actions").json["tabs"]
    assert [one["label"] for one in tabs][:3] == ["Relacionamento", "Workflow", "Atividades"]
    assert manager.get("/permissions/review").json["orphans"] == []


def test_rules_can_be_carried_to_another_situation(house, manager, solved):
    body = {"process": "atendimento", "situation": "resolvido", "to": "em_atendimento"}
    assert manager.post("/permissions/carry", body).json == {"changed": []}
    note = CELL | {"action": "ticket.note", "value": "denied"}
    assert manager.patch("/permissions/cells", {"cells": [note]}).status_code == 200
    (done,) = manager.post("/permissions/carry", body).json["changed"]
    assert (done["action"], done["situation"], done["new"]) == ("ticket.note", "em_atendimento", "denied")


def test_the_history_of_a_profile_that_there_is_not_is_refused_with_a_similar_one(manager, problem):
    told = problem(manager.get("/permissions/history?profile=agent"), 422, "profile_unknown")
    assert (told["reasons"][0]["details"], told["reasons"][0]["fix"]) == ({"member": "profile"}, "Quis dizer agente?")
    assert manager.get("/permissions/history?profile=participante").status_code == 200
