"""Activities and the board over HTTP: what people see and do in a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from jsonschema_rs import Draft202012Validator

from api import document_of
from engine.queues.announcing import announce_all

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def shaped(house):
    """Insist that an answer has the documented shape, and give its members."""
    document = document_of(house.app)

    def insist(answer, method, path, status=200):
        assert answer.status_code == status, answer.text
        (media,) = document["paths"][f"/api/v1{path}"][method]["responses"][str(status)]["content"].values()
        schema = {**media["schema"], "components": document["components"]}
        Draft202012Validator(schema, validate_formats=True).validate(answer.json)
        return answer.json

    return insist


def test_a_day_of_an_agent(house, shaped):
    agent = house.agent
    ticket = house.ticket(customer="C-1001")
    limit_at = (house.clock.at + timedelta(hours=3)).isoformat()
    asked = {"name": "Mandar orçamento", "kind": "email", "customer": "C-1001", "team": "atendimento"}
    made = shaped(agent.post("/activities", asked | {"limit_at": limit_at}), "post", "/activities", 201)
    assert (made["status"], made["ring"], made["time_left_s"]) == ("queued", "yellow", 3 * 3600)
    assert made["name"] == asked["name"] == agent.get(f"/activities/{made['id']}").json["name"]
    own = shaped(agent.post("/activities", {"name": "Almoçar"}), "post", "/activities", 201)
    inside = agent.post(f"/tickets/{ticket['protocol']}/tasks", {"name": "Medir", "limit_at": limit_at})
    assert inside.status_code == 201, inside.text

    board = shaped(agent.get("/board"), "get", "/board")
    service = next(one for one in board["queued"]["items"] if one["kind"] == "service")
    assert service["ticket"] == ticket["protocol"]
    assert [one["name"] for one in board["pending"]["items"]] == ["Almoçar"]
    assert board["queued"]["counts"] == {"all": 3, "yellow": 3, "red": 0}

    taken = shaped(agent.post(f"/activities/{service['id']}/take", {}), "post", "/activities/{activity}/take")
    assert (taken["status"], taken["responsible"], taken["repeated"]) == ("pending", "ana.souza", False)
    assert agent.get(f"/tickets/{ticket['protocol']}").json["responsible"] == "ana.souza"
    begun = shaped(agent.post(f"/activities/{made['id']}/start", {}), "post", "/activities/{activity}/start")
    assert [one["protocol"] for one in begun["before"]] == [ticket["protocol"]]
    assert begun["customer"] == "C-1001"

    away = {"team": "financeiro", "note": "É com o financeiro"}
    moved = shaped(agent.post(f"/activities/{made['id']}/transfer", away), "post", "/activities/{activity}/transfer")
    assert (moved["status"], moved["team"]) == ("queued", "financeiro")
    refused = agent.post(f"/activities/{made['id']}/take", {})
    assert (refused.status_code, refused.json["reasons"][0]["code"]) == (403, "not_a_member")
    back = shaped(agent.post(f"/activities/{own['id']}/return", {}), "post", "/activities/{activity}/return")
    assert back["status"] == "queued"
    changed = shaped(agent.patch(f"/activities/{own['id']}", {"name": "Jantar"}), "patch", "/activities/{activity}")
    assert changed["name"] == "Jantar"
    for body in ({"confirm": False}, {}):
        unsure = agent.post(f"/activities/{own['id']}/archive", body)
        assert (unsure.status_code, unsure.json["code"]) == (422, "confirmation_missing")
    gone = shaped(
        agent.post(f"/activities/{own['id']}/archive", {"confirm": True}), "post", "/activities/{activity}/archive"
    )
    assert (gone["outcome"], gone["ticket"]) == ("archived", None)
    shown = shaped(agent.get(f"/activities/{made['id']}"), "get", "/activities/{activity}")
    assert [one["text"] for one in shown["notes"]] == ["É com o financeiro"]


def test_why_it_is_red_and_who_was_told_are_one_call_each(house, shaped):
    agent = house.agent
    ticket = house.ticket()
    house.clock.forward(days=10)
    announce_all(house.engine)
    service = shaped(agent.get("/activities?ring=red"), "get", "/activities")["items"][0]
    assert (service["ring"], service["time_left_s"] < 0) == ("red", True)
    path = f"/tickets/{ticket['protocol']}/announcements"
    told = shaped(agent.get(path), "get", "/tickets/{protocol}/announcements")["announcements"]
    assert [one["threshold"] for one in told] == ["50%:team", "-PT1H:manager", "limit"]
    assert told[-1]["told"][0]["login"] == "ana.souza"
    assert shaped(agent.get(f"/activities/{service['id']}"), "get", "/activities/{activity}")["announcements"] == told


def test_pages_follow_each_other(house, shaped):
    agent = house.agent
    for n in range(5):
        agent.post("/activities", {"name": f"n{n}", "team": "atendimento"})
    found, path = [], "/activities?limit=2&kind=task"
    while path:
        page = shaped(agent.get(path.removeprefix("/api/v1")), "get", "/activities")
        found += [one["name"] for one in page["items"]]
        path = page["next"]
    assert found == [f"n{n}" for n in range(5)]
    first = shaped(agent.get("/board?limit=2&kind=task"), "get", "/board")["queued"]["next"]
    assert [one["name"] for one in agent.get(first.removeprefix("/api/v1")).json["items"]] == ["n2", "n3"]


def test_appointments_of_a_week(house, shaped):
    at = house.clock.at + timedelta(days=1)
    asked = {"name": "Reunião", "kind": "appointment", "limit_at": at.isoformat()}
    house.agent.post("/activities", asked)
    since, until = (f"{at + timedelta(days=d):%Y-%m-%dT%H:%M:%SZ}" for d in (-1, 1))
    body = shaped(house.agent.get(f"/appointments?since={since}&until={until}"), "get", "/appointments")
    assert [(one["name"], one["due_kind"]) for one in body["appointments"]] == [("Reunião", "appointment")]
    assert house.agent.get(f"/appointments?since={until}&until={since}").json["code"] == "stretch"


def test_two_take_at_once_and_the_slower_one_learns_who_was_faster(house):
    made = house.admin.post("/activities", {"name": "x", "team": "atendimento"}).json
    other = house.as_("davi.rocha")
    answers = [one.post(f"/activities/{made['id']}/take", {}) for one in (house.agent, other)]
    assert [one.status_code for one in answers] == [200, 409]
    told = answers[1].json
    assert (told["code"], told["present"]["responsible_name"]) == ("taken", "Ana Souza")
    assert [(one["code"], one["details"]) for one in told["reasons"]] == [("taken", told["present"])]
    assert "Ana Souza" in told["reasons"][0]["fix"]


def test_who_comes_too_late_learns_who_finished_it(house):
    made = house.agent.post("/activities", {"name": "x", "team": "atendimento"}).json
    assert house.agent.post(f"/activities/{made['id']}/archive", {"confirm": True}).status_code == 200
    late = house.as_("davi.rocha").post(f"/activities/{made['id']}/take", {})
    assert (late.status_code, late.json["code"]) == (409, "activity_finished")
    assert late.json["present"] == {
        "status": "finished",
        "team": "atendimento",
        "responsible": "ana.souza",
        "responsible_name": "Ana Souza",
        "outcome": "archived",
        "finished_by": "ana.souza",
        "finished_by_name": "Ana Souza",
        "finished_at": late.json["reasons"][0]["details"]["finished_at"],
    }
    assert late.json["reasons"][0]["detail"] == "A atividade já foi arquivada por Ana Souza."


def test_the_history_of_an_activity_that_is_in_no_ticket_is_read_page_by_page(house, shaped):
    made = house.agent.post("/activities", {"name": "Mandar orçamento", "team": "atendimento"}).json
    path = f"/activities/{made['id']}"
    house.agent.post(f"{path}/take", {})
    house.agent.post(f"{path}/transfer", {"team": "financeiro", "note": "É com o financeiro"})
    page = shaped(house.agent.get(f"{path}/history?limit=2"), "get", "/activities/{activity}/history")
    assert [one["deed"] for one in page["history"]] == ["task_created", "activity_taken"]
    assert page["history"][1]["actor_name"] == "Ana Souza"
    rest = shaped(house.agent.get(page["next"].removeprefix("/api/v1")), "get", "/activities/{activity}/history")
    assert (len(rest["history"]), rest["next"]) == (1, None)
    assert rest["history"][0]["sentence"] == "Ana Souza transferiu a atividade Mandar orçamento para Financeiro"
    changed = {one["name"]: (one["old_label"], one["new_label"]) for one in rest["history"][0]["changes"]}
    assert changed == {"team": ("Atendimento", "Financeiro"), "responsible": ("Ana Souza", None)}


def test_the_history_of_an_activity_in_a_ticket_is_its_rows_of_the_tickets(house, shaped):
    ticket = house.ticket()["protocol"]
    made = house.agent.post(f"/tickets/{ticket}/tasks", {"name": "Medir"}).json
    house.agent.post(f"/tickets/{ticket}/tasks", {"name": "Outra"})
    house.agent.post(f"/activities/{made['id']}/take", {})
    path = f"/activities/{made['id']}/history"
    found = shaped(house.agent.get(path), "get", "/activities/{activity}/history")["history"]
    whole = house.agent.get(f"/tickets/{ticket}/history").json["history"]
    assert found == [one for one in whole if (one["detail"] or {}).get("activity") == made["id"]]
    assert [one["deed"] for one in found] == ["task_created", "activity_taken"]
    assert house.agent.get(path.replace(made["id"], ticket)).status_code == 404
