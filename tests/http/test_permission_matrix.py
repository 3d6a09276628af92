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
TIME = {"starts_at": "2030-03-04T13:00:00Z", "ends_at": "2030-03-04T14:00:00Z"}
BROKER = {"kind": "broker", "name": "X"}
NOTE = {"kind": "note", "text": "x"}
POINT = "/customers/C-1002/contact-points"
MOBILE = {"kind": "mobile", "value": "(62) 98123-0000"}
CONSENT = {"channel": "sms", "given": True, "how": "form"}
DEMAND = {"channel": "note", "demands": []}

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
    "export_history_as_csv": ("ticket.export", "GET", "/tickets/{protocol}/history.csv", None),
    "export_history_as_json_lines": ("ticket.export", "GET", "/tickets/{protocol}/history.jsonl", None),
    "list_links": ("ticket.read", "GET", "/tickets/{protocol}/links", None),
    "link_tickets": ("ticket.link", "POST", "/tickets/{protocol}/links", {"ticket": "{assisted}"}),
    "unlink_tickets": ("ticket.link", "DELETE", "/tickets/{protocol}/links/{linked}", None),
    "clone_ticket": ("ticket.clone", "POST", "/tickets/{protocol}/clone", {"title": "B"}),
    "list_participants": ("ticket.read", "GET", "/tickets/{protocol}/participants", None),
    "invite_participant": ("ticket.invite", "POST", "/tickets/{protocol}/participants", BROKER),
    "remove_participant": ("ticket.invite", "DELETE", "/tickets/{protocol}/participants/1", None),
    "list_tasks": ("ticket.read", "GET", "/tickets/{protocol}/tasks", None),
    "create_a_task": ("ticket.task", "POST", "/tickets/{protocol}/tasks", {"name": "x"}),
    "read_assistance": ("ticket.read", "GET", "/tickets/{assisted}/assistance", None),
    "propose_visit": ("visit.schedule", "POST", "/tickets/{assisted}/visits", TIME),
    "schedule_visit": ("visit.schedule", "POST", "/tickets/{assisted}/visits/1/schedule", {}),
    "reschedule_visit": ("visit.schedule", "POST", "/tickets/{assisted}/visits/1/reschedule", TIME),
    "missed_visit": ("visit.conclude", "POST", "/tickets/{assisted}/visits/2/missed", {}),
    "cancel_visit": ("visit.schedule", "POST", "/tickets/{assisted}/visits/1/cancel", {}),
    "accept_service": ("assistance.accept", "POST", "/tickets/{assisted}/acceptance", {"acceptance": "accepted"}),
    "done_visit": ("visit.conclude", "POST", "/tickets/{assisted}/visits/3/done", {}),
    "list_interactions": ("ticket.read", "GET", "/tickets/{protocol}/interactions", None),
    "say": ("ticket.note", "POST", "/tickets/{protocol}/interactions", NOTE),
    "interact_with_ticket": ("ticket.note", "POST", "/tickets/{protocol}/interact", {"interaction": NOTE}),
    "read_interact_form": ("ticket.read", "GET", "/tickets/{protocol}/interact/form", None),
    "put_next_action": ("ticket.next_action", "PUT", "/tickets/{protocol}/next-action", {"at": TIME["starts_at"]}),
    "list_next_actions": ("ticket.read", "GET", "/next-actions", None),
    "read_interaction_demands": ("registry.read", "GET", "/interaction-demands", None),
    "put_interaction_demand": ("registry.manage", "PUT", "/interaction-demands", DEMAND),
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
    "read_one_entry": ("registry.read", "GET", "/registry/teams/atendimento", None),
    "read_team_members": ("registry.read", "GET", "/registry/teams/atendimento/members", None),
    "set_team_members": ("registry.manage", "PUT", "/registry/teams/nova/members", {"members": ["ana.souza"]}),
    "list_placeholders": (None, "GET", "/placeholders", None),
    "put_a_customer": ("customer.manage", "PUT", "/customers/C-1", {"name": "Um"}),
    "list_customers": ("customer.read", "GET", "/customers", None),
    "read_a_customer": ("customer.read", "GET", "/customers/C-1002", None),
    "read_customer_changes": ("customer.read", "GET", "/customers/C-1002/history", None),
    "add_a_contact_point": ("customer.manage", "POST", POINT, MOBILE),
    "alter_a_contact_point": ("customer.manage", "PATCH", f"{POINT}/{{point}}", {"verified": True}),
    "remove_a_contact_point": ("customer.manage", "DELETE", f"{POINT}/{{point}}", None),
    "tell_a_consent": ("customer.manage", "POST", "/customers/C-1002/consents", CONSENT),
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


class Scene:
    """Tickets on which every operation finds what it is about, and the addresses and bodies that name them."""

    def __init__(self, house):
        agent = house.agent
        fresh, begun = house.ticket(customer="C-1001")["protocol"], house.started()
        house.moved(begun, "negociar")
        (activity,) = agent.get(f"/tickets/{begun['protocol']}").json["activities"]
        assisted = house.moved(
            house.moved(house.ticket(customer="C-1001"), "iniciar_atendimento", unidade="1"),
            "acionar_assistencia",
            descricao_defeito="Sifão trincado",
            registro_fechado=True,
        )["protocol"]
        linked = house.ticket(customer="C-1001")["protocol"]
        made = [
            agent.post(f"/tickets/{fresh}/links", {"ticket": linked}),
            agent.post(f"/tickets/{fresh}/participants", {"kind": "agency", "name": "Y"}),
            agent.post(f"/tickets/{assisted}/visits", TIME),
            agent.post(f"/tickets/{assisted}/visits", TIME | {"scheduled": True}),
            agent.post(f"/tickets/{assisted}/visits", TIME | {"scheduled": True}),
        ]
        assert [answer.status_code for answer in made] == [201] * len(made)
        (point,) = agent.get("/customers/C-1002").json["contact_points"]
        self.names = {
            "protocol": fresh,
            "activity": activity["id"],
            "assisted": assisted,
            "linked": linked,
            "point": point["id"],
        }

    def ask(self, caller, operation):
        _, method, path, body = MATRIX[operation]
        if body is not None:
            named = {name: value.format(**self.names) for name, value in body.items() if isinstance(value, str)}
            body = body | named
        return caller(method, path.format(**self.names), body)


@pytest.mark.parametrize("preset", PRESETS, ids=[file.stem for file in PRESETS])
def test_a_profile_may_do_what_its_rules_say_and_nothing_else(house, preset):
    rights = set(tomllib.loads(preset.read_text(encoding="utf-8"))["profile"]["allow"])
    house.world.person("alguem", preset.stem)
    token = house.admin.post("/people/alguem/tokens", {"label": "x"}).json["token"]
    caller = type(house.admin)(house.client, token)
    scene = Scene(house)
    for operation, (right, _, path, _) in MATRIX.items():
        if operation == "set_up_installation":
            continue
        before = house.rows()
        status = scene.ask(caller, operation).status_code
        if "ticket.read" not in rights and ("/tickets/{" in path or "{activity}" in path):
            assert status == 404, operation
        elif right is None or right == "public" or right in rights:
            wanted = {422} if operation == "deploy_processes" else {200, 201}  # what is deployed here is no diagram
            assert status in wanted, (operation, status)
        else:
            assert status == 403, (operation, status)
        if status >= 400:
            assert house.rows() == before, operation


def test_nobody_may_do_anything_but_look_whether_it_lives(house):
    scene = Scene(house)
    for operation, (right, _, _, _) in MATRIX.items():
        before = house.rows()
        answer = scene.ask(house.nobody, operation)
        if right != "public":
            assert (answer.status_code, house.rows()) == (401, before), operation
        elif operation != "set_up_installation":
            assert answer.status_code == 200, operation
