"""What is logged: one line of JSON for each request, and never what people typed."""

from __future__ import annotations

import io
import logging

import orjson
import pytest
from sqlalchemy import text

from api.logs import JsonLines
from engine.people.adding import PrintSetup, print_setup

CANARY = "canario-4f1d"


@pytest.fixture
def lines():
    """The lines as they would stand on standard error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield lambda: [orjson.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def requests(found):
    return [line for line in found if line["message"] == "request"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_line_tells_who_what_and_how_it_ended(house, lines):
    ticket = house.ticket()
    house.agent.post(f"/tickets/{ticket['protocol']}/moves", {"move": "x"}, headers={"X-Request-Id": "meu-pedido-1"})
    house.nobody.get("/tickets?text=Ana")
    moved, anonymous = requests(lines())[-2:]
    assert moved.pop("ms") >= 0
    assert moved.pop("at").endswith("+00:00")
    assert moved.pop("actor").startswith("user:")
    assert moved == {
        "level": "info",
        "logger": "api",
        "message": "request",
        "request_id": "meu-pedido-1",
        "method": "POST",
        "route": "/api/v1/tickets/<protocol>/moves",
        "status": 422,
        "code": "no_such_move",
        "ticket": ticket["protocol"],
    }
    assert (anonymous["status"], anonymous["code"]) == (401, "not_authenticated")
    assert "Ana" not in str(anonymous)


def test_what_people_typed_is_never_logged(house, lines, monkeypatch):
    ticket = house.ticket(title=CANARY, description=CANARY, channel=CANARY)
    here = f"/tickets/{ticket['protocol']}"
    point = house.admin.get("/customers/C-1002").json["contact_points"][0]["id"]
    other = "/customers/C-1002"
    setup = house.world.run(print_setup, PrintSetup())
    calls = [
        lambda: house.agent.patch(here, {"title": CANARY + "2", "fields": {"unidade": CANARY}}, key=CANARY),
        lambda: house.agent.post(f"{here}/moves", {"move": CANARY, "reason": CANARY, "fields": {CANARY: CANARY}}),
        lambda: house.agent.post(f"{here}/moves", {"move": "iniciar_atendimento", "reason": CANARY}),
        lambda: house.as_("erp").post(
            f"{here}/messages", {"name": "pagamento_confirmado", "payload": {"valor": CANARY}}
        ),
        lambda: house.admin.post(f"{here}/relocations", {"situation": "em_atendimento", "reason": CANARY}),
        lambda: house.agent.get("/tickets", query_string={"text": CANARY}),
        lambda: house.agent.get(f"/tickets/{CANARY}"),
        lambda: house.agent.get(f"/{CANARY}"),
        lambda: house.agent(CANARY, "/tickets"),
        lambda: house.admin.put(f"/customers/{CANARY}", {"name": CANARY}),
        lambda: house.admin.post("/people", {"login": CANARY, "name": CANARY, "profile": "agente"}),
        lambda: house.admin.post(f"/people/{CANARY}/tokens", {"label": CANARY}),
        lambda: house.admin.put("/registry/teams/x", {"label": CANARY}),
        lambda: house.agent("POST", "/tickets", raw=f'{{"title": "{CANARY}", '.encode()),
        lambda: house.agent.post("/tickets", {CANARY: CANARY, "title": [CANARY]}),
        lambda: house.agent.post("/tickets", {"title": "A", "priority": CANARY, "request_type": CANARY}),
        lambda: house.agent.patch(here, {"priority": CANARY, "development": CANARY, "contact_reason": CANARY}),
        lambda: house.agent.post(f"{here}/interactions", {"kind": "note", "text": CANARY}),
        lambda: house.agent.post(f"{here}/interactions", {"kind": CANARY, "text": CANARY}),
        lambda: house.agent.post(
            f"{here}/interactions",
            {"kind": "manual_reply", "text": "A", "shown": True, "mailed": True, "copies": [f"{CANARY}@x.example"]},
        ),
        lambda: house.agent.post(f"{here}/interactions", {"kind": "automatic_reply", "standard_reply": CANARY}),
        lambda: house.agent.post(f"{here}/interact", {"interaction": {"kind": "note", "text": CANARY}, "move": CANARY}),
        lambda: house.agent.put(f"{here}/next-action", {"at": "2030-01-01T00:00:00Z", "reason": CANARY}),
        lambda: house.admin.put("/interaction-demands", {"process": CANARY, "channel": CANARY, "demands": [CANARY]}),
        lambda: house.agent.post(f"{here}/links", {"ticket": CANARY}),
        lambda: house.agent("DELETE", f"{here}/links/{CANARY}"),
        lambda: house.agent.post(f"{here}/clone", {"title": CANARY, "fields": {CANARY: CANARY}}),
        lambda: house.agent.post(f"{here}/participants", {"kind": "broker", "name": CANARY}),
        lambda: house.agent.post(f"{here}/participants", {"kind": "broker", "login": CANARY}),
        lambda: house.agent.post(f"{here}/tasks", {"name": CANARY, "description": CANARY}),
        lambda: house.agent.post(f"{here}/tasks", {"name": CANARY, "responsible": CANARY}),
        lambda: house.agent.post(f"{here}/acceptance", {"acceptance": "refused", "reason": CANARY}),
        lambda: house.agent.get(f"{here}/history", query_string={"actor": CANARY}),
        lambda: house.agent.get("/customers", query_string={"q": CANARY}),
        lambda: house.agent.get("/customers", query_string={"phone": CANARY, "cursor": CANARY}),
        lambda: house.agent.get(f"/customers/{CANARY}/history"),
        lambda: house.admin.post(f"{other}/contact-points", {"kind": "email", "value": f"{CANARY}@x.example"}),
        lambda: house.admin.post(f"{other}/contact-points", {"kind": "phone", "value": CANARY}),
        lambda: house.admin.patch(f"{other}/contact-points/{point}", {"verified": CANARY}),
        lambda: house.admin.post(f"{other}/consents", {"channel": CANARY, "given": True, "how": CANARY}),
        lambda: house.admin.put("/registry/standard_replies/x", {"label": CANARY, "text": f"{{{{{CANARY}}}}}"}),
        lambda: house.admin.put("/registry/teams/financeiro/members", {"members": [CANARY]}),
        lambda: house.admin.get(f"/registry/units/{CANARY}"),
        lambda: house.nobody.get("/me", headers={"Authorization": f"Bearer tk_{CANARY}{'x' * 40}"}),
        lambda: house.nobody.get("/me", headers={"Authorization": f"Basic {CANARY}", "Cookie": CANARY}),
        lambda: house.nobody.post("/setup", {"setup_token": setup, "login": "primeiro", "name": CANARY}),
        lambda: house.admin.post("/processes", {"files": [{"name": f"{CANARY}.bpmn", "content": f"<{CANARY}/>"}]}),
    ]
    statuses = [call().status_code for call in calls]
    assert {200, 201, 401, 404, 405, 422} <= set(statuses)
    assert 500 not in statuses

    def fails(unit, ask):
        unit.connection.execute(text("SELECT :a || CAST(:a AS INTEGER) FROM nowhere"), {"a": CANARY})

    def converts(unit, ask):
        return int(CANARY)

    def looks_up(unit, ask):
        return {}[CANARY]

    for accident in (fails, converts, looks_up):
        monkeypatch.setattr("api.tickets.queries.show", accident)
        answer = house.agent.get(here)
        assert (answer.status_code, CANARY in answer.text) == (500, False)

    written = orjson.dumps(lines()).decode()
    assert CANARY not in written
    assert house.agent.token not in written
    assert setup not in written
    accidents = [line for line in lines() if line["message"] == "accident"]
    assert len(accidents) == 3
    told = accidents[0]["exception"]
    assert told[0]["type"].startswith("sqlalchemy.exc.")
    assert any("test_log_lines.py" in place for place in told[0]["trace"])


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_log_and_the_answer_share_the_request_id(house, lines, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("api.tickets.queries.show", broken)
    answer = house.agent.get("/tickets/2026-0000000-0")
    (accident,) = [line for line in lines() if line["message"] == "accident"]
    assert accident["request_id"] == answer.json["request_id"]
