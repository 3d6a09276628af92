"""Who may use which operation: every profile that is delivered, at every door. A new door needs a row here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from uuid import UUID

import pytest
from sign_in import invited

from api import document_of
from engine.portal.answers import Answers
from engine.portal.directory import PORTAL
from engine.portal.opening import OpenContact, open_contact

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

PRESETS = sorted((Path(__file__).parents[2] / "permissions" / "presets").glob("*.toml"))
MOVE = {"move": "iniciar_atendimento", "fields": {"unidade": "1"}}
THERE = {"situation": "aberto", "reason": "x"}
FILES = {"files": [{"name": "x.bpmn", "content": "<x/>"}]}
ACTIVITY = "/activities/{activity}/finish"
TIME = {"starts_at": "2030-03-04T13:00:00Z", "ends_at": "2030-03-04T14:00:00Z"}
APPOINTMENTS = "/appointments?since=2030-03-04T00:00:00Z&until=2030-03-05T00:00:00Z"
BROKER = {"kind": "broker", "name": "X"}
NOTE = {"kind": "note", "text": "x"}
POINT = "/customers/C-1002/contact-points"
MOBILE = {"kind": "mobile", "value": "(62) 98123-0000"}
CONSENT = {"channel": "sms", "given": True, "how": "form"}
REVEAL = {"classes": ["contact"], "reason": "x"}
DEMAND = {"channel": "note", "demands": []}
CELLS = {"cells": [{"profile": "desenhista", "action": "process.read", "value": "allowed"}]}
CARRY = {"process": "atendimento", "situation": "aberto", "to": "em_atendimento"}
BULK = {"filter": {"standing": "open"}, "next_action": {"at": TIME["ends_at"]}}

PDF = b"%PDF-1.4\n%%EOF\n"
UPLOAD = "attachments?name=laudo.pdf"
ACCOUNTS = "/customers/C-2001/portal-accounts"

AWAY = {"deputy": "bruno.lima", "from_at": TIME["starts_at"], "until_at": TIME["ends_at"]}
# What proves itself with a secret: there is none here.
BY_SECRET = {"set_up_installation", "sign_in_here", "accept_invitation", "accept_reset"}
# What is deployed here is no diagram; the caller has no password, and no session or token called `x`.
OTHERWISE = {"deploy_processes": 422, "put_own_password": 409, "revoke_own_token": 404, "end_one_session": 404}

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
    "explain_ticket": ("ticket.read", "GET", "/tickets/{protocol}/explain?move=iniciar_atendimento", None),
    "list_actions": (None, "GET", "/permissions/actions", None),
    "list_all_profiles": ("permission.read", "GET", "/permissions/profiles", None),
    "create_a_profile": ("permission.manage", "POST", "/permissions/profiles", {"key": "novo", "label": "N"}),
    "read_a_profile": ("permission.read", "GET", "/permissions/profiles/agente", None),
    "alter_a_profile": ("permission.manage", "PATCH", "/permissions/profiles/desenhista", {"label": "D"}),
    "set_permission_cells": ("permission.manage", "PATCH", "/permissions/cells", CELLS),
    "read_permission_matrix": ("permission.read", "GET", "/permissions/matrix/atendimento", None),
    "suppose_a_change": ("permission.manage", "POST", "/permissions/what-if", CELLS),
    "list_supposed_tickets": (
        "permission.manage",
        "POST",
        "/permissions/what-if/tickets",
        CELLS | {"line": "stranded"},
    ),
    "carry_rules": ("permission.manage", "POST", "/permissions/carry", CARRY),
    "review_permissions": ("permission.read", "GET", "/permissions/review", None),
    "read_permission_history": ("permission.read", "GET", "/permissions/history", None),
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
    "list_attachment_types": (None, "GET", "/attachment-types", None),
    "upload_attachments": ("ticket.attach", "POST", f"/{UPLOAD}", PDF),
    "list_uploads": (None, "GET", "/attachments", None),
    "drop_upload": ("ticket.attach", "DELETE", "/attachments/{draft}", None),
    "attach_to_ticket": ("ticket.attach", "POST", f"/tickets/{{protocol}}/{UPLOAD}", PDF),
    "list_attachments": ("ticket.read", "GET", "/tickets/{protocol}/attachments", None),
    "download_attachment": ("ticket.read", "GET", "/tickets/{protocol}/attachments/{file}", None),
    "remove_attachment": ("ticket.detach", "POST", "/tickets/{protocol}/attachments/{file}/remove", {"reason": "x"}),
    "read_interact_form": ("ticket.read", "GET", "/tickets/{protocol}/interact/form", None),
    "put_next_action": ("ticket.next_action", "PUT", "/tickets/{protocol}/next-action", {"at": TIME["starts_at"]}),
    "list_next_actions": ("ticket.read", "GET", "/next-actions", None),
    "read_interaction_demands": ("registry.read", "GET", "/interaction-demands", None),
    "put_interaction_demand": ("registry.manage", "PUT", "/interaction-demands", DEMAND),
    "order_bulk": ("ticket.bulk", "POST", "/bulk", BULK),
    "list_bulk": ("ticket.bulk", "GET", "/bulk", None),
    "read_bulk": ("ticket.bulk", "GET", "/bulk/{bulk}", None),
    "list_bulk_results": ("ticket.bulk", "GET", "/bulk/{bulk}/results", None),
    "export_bulk_results": ("ticket.export", "GET", "/bulk/{bulk}/results.csv", None),
    "apply_bulk": ("ticket.bulk", "POST", "/bulk/{bulk}/apply", {}),
    "cancel_bulk": ("ticket.bulk", "POST", "/bulk/{bulk}/cancel", {}),
    "finish_activity": ("activity.finish", "POST", ACTIVITY, {}),
    "list_activities": ("activity.read", "GET", "/activities", None),
    "show_the_board": ("activity.read", "GET", "/board", None),
    "list_appointments": ("activity.read", "GET", APPOINTMENTS, None),
    "list_announcements": ("ticket.read", "GET", "/tickets/{protocol}/announcements", None),
    "create_activity": ("activity.create", "POST", "/activities", {"name": "x"}),
    "read_activity": ("activity.read", "GET", "/activities/{activity_take}", None),
    "read_activity_history": ("activity.read", "GET", "/activities/{activity_take}/history", None),
    "change_activity": ("activity.create", "PATCH", "/activities/{activity_take}", {"name": "y"}),
    "take_activity": ("activity.take", "POST", "/activities/{activity_take}/take", {}),
    "start_activity": ("activity.take", "POST", "/activities/{activity_start}/start", {}),
    "return_activity": ("activity.take", "POST", "/activities/{activity_mine}/return", {}),
    "transfer_activity": ("activity.transfer", "POST", "/activities/{activity_give}/transfer", {"team": "financeiro"}),
    "archive_activity": ("activity.finish", "POST", "/activities/{activity_mine}/archive", {"confirm": True}),
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
    "read_clocks": ("ticket.read", "GET", "/tickets/{protocol}/sla", None),
    "explain_clocks": ("ticket.read", "GET", "/tickets/{protocol}/sla/explain", None),
    "explain_activity_clock": ("ticket.read", "GET", "/activities/{activity}/sla", None),
    "read_calendar_month": ("registry.read", "GET", "/calendars/comercial", None),
    "report_stays": ("report.read", "GET", "/reports/stays", None),
    "report_stays_as_csv": ("report.read", "GET", "/reports/stays.csv", None),
    "report_policies": ("report.read", "GET", "/reports/policies", None),
    "report_policies_as_csv": ("report.read", "GET", "/reports/policies.csv", None),
    "report_limits": ("report.read", "GET", "/reports/limits", None),
    "read_process_heat": ("report.read", "GET", "/processes/atendimento/heat", None),
    "list_clock_refreshes": ("registry.read", "GET", "/clock-refreshes", None),
    "list_placeholders": (None, "GET", "/placeholders", None),
    "put_a_customer": ("customer.manage", "PUT", "/customers/C-1", {"name": "Um"}),
    "list_customers": ("customer.read", "GET", "/customers", None),
    "read_a_customer": ("customer.read", "GET", "/customers/C-1002", None),
    "read_customer_changes": ("customer.read", "GET", "/customers/C-1002/history", None),
    "add_a_contact_point": ("customer.manage", "POST", POINT, MOBILE),
    "alter_a_contact_point": ("customer.manage", "PATCH", f"{POINT}/{{point}}", {"verified": True}),
    "remove_a_contact_point": ("customer.manage", "DELETE", f"{POINT}/{{point}}", None),
    "reveal_ticket_data": ("ticket.reveal", "POST", "/tickets/{protocol}/reveal", REVEAL),
    "reveal_customer_data": ("ticket.reveal", "POST", "/customers/C-1002/reveal", REVEAL),
    "list_accesses": ("audit.read", "GET", "/access", None),
    "export_accesses_as_csv": ("audit.read", "GET", "/access.csv", None),
    "tell_a_consent": ("customer.manage", "POST", "/customers/C-1002/consents", CONSENT),
    "who_am_i": (None, "GET", "/me", None),
    "read_people": ("people.read", "GET", "/people", None),
    "add_a_person": ("people.manage", "POST", "/people", {"login": "novo", "name": "N", "profile": "agente"}),
    "alter_a_person": ("people.manage", "PATCH", "/people/fabio.nunes", {"name": "Fábio"}),
    "deactivate_a_person": ("people.manage", "POST", "/people/fabio.nunes/deactivate", {}),
    "reactivate_a_person": ("people.manage", "POST", "/people/fabio.nunes/reactivate", {}),
    "invite_a_person": ("people.manage", "POST", "/people/carla.dias/invitation", {}),
    "reset_a_password": ("people.manage", "POST", "/people/davi.rocha/password-reset", {}),
    "end_a_persons_sessions": ("people.manage", "DELETE", "/people/davi.rocha/sessions", None),
    "list_absences": ("people.read", "GET", "/people/carla.dias/absences", None),
    "plan_an_absence": ("people.manage", "POST", "/people/elisa.prado/absences", AWAY),
    "withdraw_an_absence": ("people.manage", "DELETE", "/absences/{absence}", None),
    "issue_a_token": ("token.manage", "POST", "/people/erp/tokens", {"label": "x"}),
    "list_a_persons_tokens": ("token.manage", "GET", "/people/erp/tokens", None),
    "revoke_a_persons_token": ("token.manage", "DELETE", "/people/erp/tokens/{token}", None),
    "list_own_tokens": (None, "GET", "/me/tokens", None),
    "revoke_own_token": (None, "DELETE", "/me/tokens/x", None),
    "read_session": (None, "GET", "/session", None),
    "list_sessions": (None, "GET", "/sessions", None),
    "end_one_session": (None, "DELETE", "/sessions/x", None),
    "sign_out": (None, "DELETE", "/session", None),
    "sign_out_everywhere": (None, "DELETE", "/sessions", None),
    "put_own_password": (None, "PUT", "/me/password", {"present": "x", "password": "y"}),
    "sign_in_here": ("public", "POST", "/session", {"login": "x", "password": "y"}),
    "accept_invitation": ("public", "POST", "/invitations/accept", {"token": "x", "password": "y"}),
    "accept_reset": ("public", "POST", "/password-resets/accept", {"token": "x", "password": "y"}),
    "set_up_installation": ("public", "POST", "/setup", {"setup_token": "x", "login": "abc", "name": "N"}),
    "read_portal_form": ("portal.manage", "GET", "/portal/form", None),
    "choose_portal_form": ("portal.manage", "PUT", "/portal/form", {"form": "crm"}),
    "list_portal_accounts": ("portal.manage", "GET", ACCOUNTS, None),
    "invite_to_portal": ("portal.manage", "POST", ACCOUNTS, {"name": "X", "email": "x@acacias.example"}),
    "reset_portal_password": ("portal.manage", "POST", f"{ACCOUNTS}/{{account}}/reset", {}),
    "appoint_portal_admin": ("portal.manage", "PATCH", f"{ACCOUNTS}/{{account}}", {"admin": True}),
    "remove_from_portal": ("portal.manage", "DELETE", f"{ACCOUNTS}/{{account}}", None),
    "read_contact_of_ticket": ("ticket.read", "GET", "/tickets/{from_portal}/portal-contact", None),
    "health": ("public", "GET", "/health", None),
    "ready": ("public", "GET", "/ready", None),
}


def test_every_operation_has_its_row(house):
    paths = document_of(house.app)["paths"].values()
    documented = {one["operationId"] for item in paths for one in item.values() if isinstance(one, dict)}
    assert documented == set(MATRIX)


def contact_from_portal(house):
    """An account that has set its password, and the protocol of what it opened."""
    invited = house.admin.post(ACCOUNTS, {"name": "Sílvia Reis", "email": "silvia@acacias.example"}).json
    accepted = {"token": invited["token"], "password": "guarda-chuva azul na varanda"}
    assert house.client.post("/portal/v1/invitations/accept", json=accepted).status_code == 200
    about = {"classification": "agua", "subclassification": "agua.entupimento", "message": "Entupiu."}
    who = {"contact_name": "Sílvia", "contact_phone": "62 3774 3039", "contact_email": "silvia@acacias.example"}
    account = UUID(invited["id"])
    actor = house.world.read(lambda unit, _: PORTAL.actor(unit.connection, unit.catalogue, account), None)
    opened = house.world.run(open_contact, OpenContact(answers=Answers(**about, **who)), actor=actor)
    return account, opened.protocol


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
        rule = {"profile": "agente", "action": "ticket.note", "process": "atendimento", "situation": "aberto"}
        assert house.admin.patch("/permissions/cells", {"cells": [rule | {"value": "allowed"}]}).status_code == 200
        pdf = {"raw": PDF, "headers": {"Content-Type": "application/pdf"}}
        (file,) = agent.post(f"/tickets/{fresh}/{UPLOAD}", **pdf).json["attachments"]
        invited(house, "davi.rocha")
        (point,) = agent.get("/customers/C-1002").json["contact_points"]
        account, from_portal = contact_from_portal(house)
        self.names = {
            "account": account,
            "from_portal": from_portal,
            "protocol": fresh,
            "activity": activity["id"],
            **_to_do(house),
            "assisted": assisted,
            "linked": linked,
            "draft": "at_x",
            "file": file["id"],
            "point": point["id"],
            "token": house.admin.get("/people/erp/tokens").json["tokens"][0]["token"],
            "absence": house.admin.post("/people/carla.dias/absences", AWAY).json["id"],
            "bulk": "019a4d2e-a100-7c31-9d22-7b8d9f0a1b2c",
        }

    def ask(self, caller, operation):
        _, method, path, body = MATRIX[operation]
        if isinstance(body, bytes):
            answer = caller(method, path.format(**self.names), raw=body, headers={"Content-Type": "application/pdf"})
            if operation == "upload_attachments" and answer.status_code == 201:
                self.names["draft"] = answer.json["attachments"][0]["id"]
            return answer
        if body is not None:
            named = {name: value.format(**self.names) for name, value in body.items() if isinstance(value, str)}
            body = body | named
        answer = caller(method, path.format(**self.names), body)
        if operation == "order_bulk" and answer.status_code == 201:
            self.names["bulk"] = answer.json["id"]
        return answer


def _to_do(house):
    """Activities in no ticket: two wait for `alguem`, two are theirs; without one, the administrator's."""
    me = {} if house.admin.get("/people").text.find('"alguem"') < 0 else {"responsible": "alguem"}
    found = {}
    for name in ("take", "start", "mine", "give"):
        made = house.admin.post("/activities", {"name": "x", **me})
        assert made.status_code == 201, made.text
        found[f"activity_{name}"] = made.json["id"]
        if me and name in {"mine", "give"}:
            assert house.admin.post(f"/activities/{made.json['id']}/transfer", me).status_code == 200
    return found


@pytest.mark.parametrize("preset", PRESETS, ids=[file.stem for file in PRESETS])
def test_a_profile_may_do_what_its_rules_say_and_nothing_else(house, preset):
    rights = set(tomllib.loads(preset.read_text(encoding="utf-8"))["profile"]["allow"])
    house.world.person("alguem", preset.stem, teams=["financeiro"])  # in whose queue the diagram's activity waits
    token = house.admin.post("/people/alguem/tokens", {"label": "x"}).json["token"]
    caller = type(house.admin)(house.client, token)
    scene = Scene(house)
    for operation, (right, _, path, _) in MATRIX.items():
        if operation in BY_SECRET:
            continue
        before = house.rows()
        status = scene.ask(caller, operation).status_code
        if "ticket.read" not in rights and ("/tickets/{" in path or "{activity" in path):
            assert status == 404, operation
        elif right is None or right == "public" or right in rights:
            wanted = {OTHERWISE[operation]} if operation in OTHERWISE else {200, 201}
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
        elif operation not in BY_SECRET:
            assert answer.status_code == 200, operation
