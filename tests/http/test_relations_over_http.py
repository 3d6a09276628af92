"""Links, clones, participants, tasks, assistance and history through their doors."""

from __future__ import annotations

import orjson

from api.history import COLUMNS, HistoryShape
from api.links import LinksShape
from api.participants import ParticipantsShape
from api.tasks import TasksShape
from api.visits import AssistancesShape, VisitedShape
from engine import sheets

CANARY = '=HYPERLINK("http://x","y") {{7*7}} <script>alert(1)</script>\r\n+1'
TIME = {"starts_at": "2026-03-04T13:00:00-03:00", "ends_at": "2026-03-04T17:00:00Z"}


def fits(shape, answer, status=200):
    """The answer has the documented shape."""
    assert answer.status_code == status, answer.text
    assert shape.validate(answer.json) == {}, answer.text
    return answer.json


def path(ticket, rest=""):
    return f"/tickets/{ticket['protocol']}{rest}"


def assisted(house):
    ticket = house.started()
    return house.moved(ticket, "acionar_assistencia", descricao_defeito="Sifão trincado", registro_fechado=True)


def test_links_are_made_listed_and_taken_away(house, problem):
    one, other = house.ticket(customer="C-1001"), house.ticket(customer="C-1001")
    made = house.agent.post(path(one, "/links"), {"ticket": other["protocol"]}, key="k")
    assert (made.status_code, made.json["repeated"]) == (201, False)
    again = house.agent.post(path(one, "/links"), {"ticket": other["protocol"]}, key="k")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (made.data, "true")
    repeated = house.agent.post(path(other, "/links"), {"ticket": one["protocol"]})
    assert (repeated.status_code, repeated.json["repeated"]) == (200, True)
    listed = fits(LinksShape(), house.agent.get(path(other, "/links")))
    assert [(row["protocol"], row["linked_by"]) for row in listed["links"]] == [(one["protocol"], "Ana Souza")]
    gone = house.agent("DELETE", path(one, f"/links/{other['protocol']}"), key="away")
    assert gone.json["other"] == other["protocol"]
    assert house.agent("DELETE", path(one, f"/links/{other['protocol']}"), key="away").data == gone.data
    problem(house.agent("DELETE", path(one, f"/links/{other['protocol']}")), 404, "no_link")
    problem(house.agent.post(path(one, "/links"), {"ticket": one["protocol"]}), 422, "link_to_itself")
    problem(house.agent.post(path(one, "/links"), {"ticket": "2026-0000000-0"}), 404, "not_found")
    problem(house.nobody.get(path(one, "/links")), 401, "not_authenticated")


def test_a_clone_is_a_new_ticket(house):
    source = house.ticket(customer="C-1001", description="Começou ontem")
    made = house.agent.post(path(source, "/clone"), {"title": "Outra torneira"}, key="k")
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/tickets/{made.json['protocol']}")
    assert (made.json["title"], made.json["description"], made.json["situation"]) == (
        "Outra torneira",
        "Começou ontem",
        "aberto",
    )
    assert house.agent.post(path(source, "/clone"), {"title": "Outra torneira"}, key="k").data == made.data


def test_participants_come_and_go(house, problem):
    ticket = house.ticket()
    made = house.agent.post(path(ticket, "/participants"), {"kind": "broker", "name": CANARY})
    assert (made.status_code, made.json) == (201, {"number": 1, "repeated": False})
    assert house.agent.post(path(ticket, "/participants"), {"kind": "broker", "name": CANARY}).status_code == 200
    assert house.agent("DELETE", path(ticket, "/participants/1")).json["number"] == 1
    problem(house.agent("DELETE", path(ticket, "/participants/1")), 409, "participant_removed")
    (row,) = fits(ParticipantsShape(), house.agent.get(path(ticket, "/participants")))["participants"]
    assert (row["name"], row["removed_by"]) == (CANARY, "Ana Souza")


def test_tasks_are_created_listed_and_finished(house, problem):
    ticket = house.ticket()
    body = {"name": CANARY, "kind": "call", "description": CANARY, "responsible": "ana.souza"}
    made = house.agent.post(path(ticket, "/tasks"), body)
    assert (made.status_code, made.json["status"]) == (201, "pending")
    (row,) = fits(TasksShape(), house.agent.get(path(ticket, "/tasks")))["tasks"]
    assert (row["name"], row["description"], row["responsible"]) == (CANARY, CANARY, "ana.souza")
    assert house.agent.get(path(ticket)).json["activities"][0]["id"] == made.json["id"]
    done = house.agent.post(f"/activities/{made.json['id']}/finish", {"outcome": "done"})
    assert (done.status_code, done.json["ticket"]["situation"]) == (200, "aberto")
    (row,) = house.agent.get(path(ticket, "/tasks")).json["tasks"]
    assert (row["status"], row["outcome"]) == ("finished", "done")
    bare = house.ticket(subsubject=None)
    problem(house.agent.post(path(bare, "/tasks"), {"name": "x"}), 422, "subsubject_missing")
    problem(house.agent.post(path(ticket, "/tasks"), {"name": "x", "kind": "y"}), 422, "shape")


def test_visits_and_acceptance(house, problem):
    ticket = assisted(house)
    made = fits(VisitedShape(), house.agent.post(path(ticket, "/visits"), TIME | {"note": CANARY}), 201)
    assert (made["visit"]["state"], made["visit"]["starts_at"]) == ("proposed", "2026-03-04T16:00:00Z")
    assert house.agent.post(path(ticket, "/visits/1/schedule"), {}).json["visit"]["state"] == "scheduled"
    later = {"starts_at": "2026-03-05T13:00:00Z", "ends_at": "2026-03-05T14:00:00Z"}
    assert (
        house.agent.post(path(ticket, "/visits/1/reschedule"), later).json["visit"]["starts_at"] == later["starts_at"]
    )
    assert house.agent.post(path(ticket, "/visits/1/missed"), {}).json["visit"]["state"] == "missed"
    problem(house.agent.post(path(ticket, "/visits/1/done"), {}), 409, "visit_state")
    house.agent.post(path(ticket, "/visits"), later | {"scheduled": True})
    done = fits(VisitedShape(), house.agent.post(path(ticket, "/visits/2/done"), {"note": "Trocado"}, key="k"))
    assert (done["visit"]["state"], done["visit"]["note"]) == ("done", "Trocado")
    house.agent.post(path(ticket, "/visits"), later)
    assert house.agent.post(path(ticket, "/visits/3/cancel"), {}).json["visit"]["state"] == "cancelled"
    problem(house.agent.post(path(ticket, "/acceptance"), {"acceptance": "refused"}), 422, "reason_missing")
    house.agent.post(path(ticket, "/acceptance"), {"acceptance": "refused", "reason": CANARY})
    (row,) = fits(AssistancesShape(), house.agent.get(path(ticket, "/assistance")))["assistances"]
    assert (row["running"], row["acceptance"], row["acceptance_reason"]) == (True, "refused", CANARY)
    assert [one["state"] for one in row["visits"]] == ["missed", "done", "cancelled"]
    assert row["visits"][0]["note"] == CANARY
    problem(house.agent.patch(path(ticket), {"subject": "financeiro"}), 422, "assistance_running")
    problem(house.agent.post(path(house.ticket(), "/visits"), later), 422, "no_assistance")


def test_an_instant_without_its_offset_is_none(house, problem):
    ticket = house.ticket()
    for odd in ("2026-03-04T13:00:00", "amanhã", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00", 7, None):
        problem(house.agent.post(path(ticket, "/visits"), TIME | {"starts_at": odd}), 422, "shape")


def test_the_history_is_filtered_and_paged(house):
    ticket = house.started()
    house.agent.patch(path(ticket), {"priority": "alta"})
    rows = fits(HistoryShape(), house.agent.get(path(ticket, "/history")))["history"]
    assert [row["sentence"] for row in rows] == [
        "Ana Souza abriu o atendimento em Aberto",
        "Ana Souza moveu de Aberto para Em atendimento",
        "Ana Souza alterou Prioridade",
    ]
    (change,) = rows[1]["changes"]
    assert (change["label"], change["new"]) == ("Unidade", "Torre A, 302")
    query = "/history?deed=moved&actor=ana.souza&from=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z&limit=1"
    page = house.agent.get(path(ticket, query)).json
    assert [row["seq"] for row in page["history"]] == [2]
    assert (
        house.client.get(page["next"], headers={"Authorization": f"Bearer {house.agent.token}"}).json["history"] == []
    )


def test_the_history_is_exported_streamed_and_no_cell_is_a_formula(house, problem):
    ticket = house.started()
    relocation = {"situation": "aberto", "reason": CANARY}
    assert house.admin.post(path(ticket, "/relocations"), relocation).status_code == 200
    for name in ("csv", "jsonl"):
        problem(house.agent.get(path(ticket, f"/history.{name}")), 403, "not_permitted")
        problem(house.admin.get(f"/tickets/2026-0000000-0/history.{name}"), 404, "not_found")
    answer = house.admin.get(path(ticket, "/history.csv"), buffered=False)
    assert (answer.mimetype, answer.is_streamed) == ("text/csv", True)
    head, *rows = sheets.read(answer.data.decode("utf-8-sig"))
    assert tuple(head) == tuple(COLUMNS)
    told = dict(zip(head, rows[-1], strict=True))
    assert (told["reason"], told["deed"], told["seq"]) == (CANARY, "relocated", "3")
    assert "\"'=HYPERLINK" in answer.text
    lines = [orjson.loads(line) for line in house.admin.get(path(ticket, "/history.jsonl")).data.splitlines()]
    assert lines == house.admin.get(path(ticket, "/history")).json["history"]
    assert lines[-1]["reason"] == CANARY
    only = house.admin.get(path(ticket, "/history.jsonl?deed=opened")).data.splitlines()
    assert len(only) == 1
