"""Who may use which operation: every profile that is delivered, at every door. A new door needs a row here."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from api import document_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

PRESETS = sorted((Path(__file__).parents[2] / "permissions" / "presets").glob("*.toml"))
MOVE = {"move": "iniciar_atendimento", "fields": {"unidade": "1"}}
THERE = {"situation": "aberto", "reason": "x"}
FILES = {"files": [{"name": "x.bpmn", "content": "<x/>"}]}
ACTIVITY = "/activities/{activity}/finish"

# operation -> (right it needs, method, path, body); None: no right; "public": not even a person
MATRIX = {
    "open_a_ticket": ("ticket.open", "POST", "/tickets", {"title": "A"}),
    "list_tickets": ("ticket.read", "GET", "/tickets", None),
    "read_ticket": ("ticket.read", "GET", "/tickets/{protocol}", None),
    "alter_ticket": ("ticket.alter", "PATCH", "/tickets/{protocol}", {"priority": "alta"}),
    "list_moves": ("ticket.read", "GET", "/tickets/{protocol}/moves", None),
    "move_ticket": ("ticket.move", "POST", "/tickets/{protocol}/moves", MOVE),
    "tell_ticket": ("ticket.message", "POST", "/tickets/{protocol}/messages", {"name": "pagamento_confirmado"}),
    "relocate_ticket": ("ticket.relocate", "POST", "/tickets/{protocol}/relocations", THERE),
    "read_history": ("ticket.read", "GET", "/tickets/{protocol}/history", None),
    "finish_activity": ("activity.finish", "POST", ACTIVITY, {}),
    "deploy_processes": ("process.deploy", "POST", "/processes", FILES),
    "check_processes": ("process.read", "POST", "/processes/check", FILES),
    "list_processes": ("process.read", "GET", "/processes", None),
    "read_process": ("process.read", "GET", "/processes/atendimento", None),
    "read_version": ("process.read", "GET", "/processes/atendimento/versions/1", None),
    "read_file": ("process.read", "GET", "/processes/atendimento/versions/1/xml", None),
    "read_registries": ("registry.read", "GET", "/registry", None),
    "read_one_registry": ("registry.read", "GET", "/registry/teams", None),
    "put_entry": ("registry.manage", "PUT", "/registry/teams/nova", {"label": "Nova"}),
    "put_a_customer": ("customer.manage", "PUT", "/customers/C-1", {"name": "Um"}),
    "who_am_i": (None, "GET", "/me", None),
    "read_people": ("people.read", "GET", "/people", None),
    "add_a_person": ("people.manage", "POST", "/people", {"login": "novo", "name": "N", "profile": "agente"}),
    "issue_a_token": ("token.manage", "POST", "/people/erp/tokens", {"label": "x"}),
    "set_up_installation": ("public", "POST", "/setup", {"setup_token": "x", "login": "abc", "name": "N"}),
    "health": ("public", "GET", "/health", None),
    "ready": ("public", "GET", "/ready", None),
}


def test_every_operation_has_its_row(house):
    paths = document_of(house.app)["paths"].values()
    documented = {one["operationId"] for item in paths for one in item.values() if isinstance(one, dict)}
    assert documented == set(MATRIX)


@pytest.mark.parametrize("preset", PRESETS, ids=[file.stem for file in PRESETS])
def test_a_profile_may_do_what_its_rules_say_and_nothing_else(house, preset):
    rights = set(tomllib.loads(preset.read_text(encoding="utf-8"))["profile"]["allow"])
    house.world.person("alguem", preset.stem)
    token = house.admin.post("/people/alguem/tokens", {"label": "x"}).json["token"]
    caller = type(house.admin)(house.client, token)
    fresh, begun = house.ticket()["protocol"], house.started()
    house.moved(begun, "negociar")
    (activity,) = house.agent.get(f"/tickets/{begun['protocol']}").json["activities"]
    for operation, (right, method, path, body) in MATRIX.items():
        if operation == "set_up_installation":
            continue
        before = house.rows()
        status = caller(method, path.format(protocol=fresh, activity=activity["id"]), body).status_code
        if "ticket.read" not in rights and ("{protocol}" in path or "{activity}" in path):
            assert status == 404, operation
        elif right is None or right == "public" or right in rights:
            assert status in {200, 201, 409, 422}, (operation, status)
        else:
            assert status == 403, (operation, status)
        if status >= 400:
            assert house.rows() == before, operation


def test_nobody_may_do_anything_but_look_whether_it_lives(house):
    for operation, (right, method, path, body) in MATRIX.items():
        protocol = house.ticket()["protocol"]
        answer = house.nobody(method, path.format(protocol=protocol, activity=protocol), body)
        if "{activity}" in path:
            assert answer.status_code == 404, operation  # the address itself does not fit: it names no activity
        elif right != "public":
            assert answer.status_code == 401, operation
        elif operation != "set_up_installation":
            assert answer.status_code == 200, operation
