"""Who gets through which door of the portal: every route, before everybody who might stand there."""

from __future__ import annotations

import pytest

from api import document_of
from engine.portal.accounts import Invite, ListAccounts, Remove, invite, list_accounts, remove

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

FORM = {
    "classification": "boletos",
    "subclassification": "boletos.outro",
    "contact_name": "Rita",
    "contact_phone": "62 3774 3039",
    "contact_email": "rita@padaria.example",
    "message": "Oi",
}
PASSWORDS = {"present": "a que não é", "password": "três bondes sobem a ladeira"}
SECRET = {"token": "inv_" + "x" * 43, "password": "três bondes sobem a ladeira"}
INVITATION = {"name": "Novo", "email": "novo@padaria.example"}

# operation -> (whose it is, method, path, body, what its own customer's administrator gets).
# `public`: anybody; `session`: whoever is signed in; `ticket`: whoever is of the customer whose ticket it is;
# `author`: the one account that uploaded it; `admin`: whoever administers the customer's accounts;
# `person`: the same, about a colleague.
MATRIX = {
    "enter_portal": ("public", "POST", "/session", {"login": "x@y.example", "password": "x"}, 401),
    "accept_portal_invitation": ("public", "POST", "/invitations/accept", SECRET, 410),
    "accept_portal_reset": ("public", "POST", "/password-resets/accept", SECRET, 410),
    "read_portal_session": ("session", "GET", "/session", None, 200),
    "read_contact_form": ("session", "GET", "/form", None, 200),
    "list_contacts_of_customer": ("session", "GET", "/tickets", None, 200),
    "open_new_contact": ("session", "POST", "/tickets", FORM, 201),
    "read_contact": ("ticket", "GET", "/tickets/{ticket}", None, 200),
    "list_contact_messages": ("ticket", "GET", "/tickets/{ticket}/messages", None, 200),
    "complement_contact": ("ticket", "POST", "/tickets/{ticket}/messages", {"message": "Oi"}, 201),
    "follow_up_contact": ("ticket", "POST", "/tickets/{ticket}/follow-up", {"message": "Oi"}, 201),
    "download_file": ("ticket", "GET", "/tickets/{ticket}/attachments/{file}", None, 200),
    "upload_file": ("session", "POST", "/attachments?name=a.png", b"png", 201),
    "list_uploaded_files": ("session", "GET", "/attachments", None, 200),
    "drop_uploaded_file": ("author", "DELETE", "/attachments/{draft}", None, 200),
    "list_colleagues": ("admin", "GET", "/people", None, 200),
    "invite_colleague": ("admin", "POST", "/people", INVITATION, 201),
    "appoint_colleague": ("person", "PATCH", "/people/{colleague}", {"admin": False}, 200),
    "remove_colleague": ("person", "DELETE", "/people/{colleague}", None, 200),
    "put_portal_password": ("session", "PUT", "/password", PASSWORDS, 422),
    "leave_portal_everywhere": ("session", "DELETE", "/sessions", None, 200),
    "leave_portal": ("session", "DELETE", "/session", None, 200),
}
OUTSIDE = (
    "staff",
    "staff session",
    "staff session in the portal's cookie",
    "anonymous",
    "expired",
    "removed",
    "forged",
)
PRINCIPALS = ("own", "colleague", "other", *OUTSIDE)


def test_every_route_has_its_row(house):
    documented = {
        one["operationId"]
        for item in document_of(house.app, "PORTAL_")["paths"].values()
        for one in item.values()
        if isinstance(one, dict)
    }
    assert documented == set(MATRIX)
    routes = {
        (rule.rule, method)
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/portal/") and rule.rule != "/portal/v1/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert len(routes) == len(MATRIX)


class Scene:
    """A contact with a file, an upload that waits, and people to be removed."""

    def __init__(self, house):
        self.house = house
        rita = house.here("rita")
        (file,) = rita.upload().json["attachments"]
        opened = rita.post("/tickets", FORM | {"attachments": [file["id"]]})
        assert opened.status_code == 201, opened.text
        (draft,) = rita.upload("outro.png").json["attachments"]
        gone = Invite(customer="E-1", email="gone@padaria.example", name="Gone")
        house.world.run(invite, gone)
        house.let_in_again()
        people = {one.name: one for one in house.world.read(list_accounts, ListAccounts(), actor=house.rita)}
        house.world.run(remove, Remove(account=people["Gone"].id), actor=house.rita)
        self.names = {
            "ticket": opened.json["protocol"],
            "file": file["id"],
            "draft": draft["id"],
            "colleague": people["Beto Lima"].id,
        }

    def callers(self):
        house = self.house
        forged = house.here("rita")
        forged.csrf = "0" * 64
        return {
            "own": house.here("rita"),
            "colleague": house.here("beto"),
            "other": house.here("sara"),
            "staff": house.staff("gil"),
            "staff session": house.staff_session("gil"),
            "staff session in the portal's cookie": house.staff_session("gil", cookie="tramita_portal"),
            "anonymous": house.nobody,
            "expired": house.here("rita over"),
            "removed": house.here("gone"),
            "forged": forged,
        }

    def ask(self, caller, operation):
        _, method, path, body, _ = MATRIX[operation]
        if body == b"png":
            return caller.upload("a.png")
        return caller(method, path.format(**self.names), body)


def wanted(operation, principal):
    whose, method, _, _, own = MATRIX[operation]
    if whose == "public":
        return own
    if principal == "forged":
        return own if method == "GET" else 403
    if principal in OUTSIDE:
        return 401
    if principal == "own" or whose == "session":
        return own
    if principal == "colleague":
        return {"ticket": own, "author": 404, "admin": 403, "person": 403}[whose]
    return {"ticket": 404, "author": 404, "admin": own, "person": 404}[whose]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_each_door_opens_for_those_it_is_for(house, principal):
    scene = Scene(house)
    for operation in MATRIX:
        status = wanted(operation, principal)
        counted = status >= 400 and MATRIX[operation][0] != "public" and operation != "put_portal_password"
        before = house.rows_of_all() if counted else None
        answer = scene.ask(scene.callers()[principal], operation)
        assert answer.status_code == status, (operation, answer.text)
        if status >= 400:
            assert answer.content_type == "application/problem+json"
        if counted:
            assert house.rows_of_all() == before, operation
        if operation == "leave_portal_everywhere" and answer.status_code == 200:
            house.let_in_again()


def test_what_is_absent_and_what_is_anothers_cannot_be_told_apart(house):
    scene = Scene(house)
    sara, names = house.here("sara"), scene.names
    for operation, (whose, method, path, body, _) in MATRIX.items():
        if whose not in {"ticket", "author", "person"}:
            continue
        absent = {
            "ticket": "2026-0000000-0",
            "file": "at_" + "x" * 32,
            "draft": "at_" + "x" * 32,
            "colleague": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a5d",
        }
        told = []
        for using in (names, absent):
            problem = sara(method, path.format(**using), body).json
            problem.pop("request_id")
            problem["detail"] = problem["detail"].replace(str(using["ticket"]), "P")
            told.append(problem)
        assert told[0] == told[1], operation


def test_no_door_of_the_staff_opens_for_the_portal(house):
    """Every staff route, with the session where it belongs, in the staff's cookie, and as a bearer token."""
    house.open()
    rita = house.here("rita")
    text = rita.cookies["tramita_portal"]
    callers = [
        rita,
        type(rita)(house.app, cookies={"tramita_session": text}, csrf=rita.csrf),
        type(rita)(house.app, token=text),
        type(rita)(house.app, token=f"tk_{text}"),
    ]
    public = {
        operation["operationId"]
        for item in document_of(house.app)["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and operation.get("security") == []
    }
    tried = 0
    adapter = house.app.url_map.bind("localhost")
    for path, item in document_of(house.app)["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or operation["operationId"] in public:
                continue
            address = filled(path, adapter, method)
            for caller in callers:
                answer = caller(method.upper(), address, {} if method in {"post", "put", "patch"} else None, prefix="")
                assert answer.status_code == 401, (method, path, answer.status_code)
            tried += 1
    assert tried > 60


def filled(path, adapter, method):
    for values in ("2026-0000000-0", "1", "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a5d", "teams"):
        address = "/".join(values if part.startswith("{") else part for part in path.split("/"))
        try:
            adapter.match(address, method=method.upper())
        except Exception:  # noqa: BLE001 - the next value may fit the converter
            continue
        return address
    return path.replace("{kind}", "teams").replace("{", "").replace("}", "")


def test_what_never_leaves(house):
    """Everything that the portal answers about a ticket with an inside, against every word of the inside."""
    ticket = house.open()
    house.open(actor=house.sara, message="De outro cliente.")
    staff = house.staff("bia")
    at = f"/tickets/{ticket.protocol}"
    for method, path, body in (
        ("POST", "/interactions", {"kind": "note", "text": "NOTA INTERNA"}),
        ("POST", "/interactions", {"kind": "manual_reply", "text": "NAO MOSTRADA"}),
        ("POST", "/interactions", {"kind": "manual_reply", "text": "Bom dia.", "shown": True}),
        ("PATCH", "", {"description": "DESCRICAO INTERNA", "contact_reason": "outros", "fields": {"interno": "VALOR"}}),
        ("POST", "/moves", {"move": "analisar"}),
    ):
        answer = staff(method, f"{at}{path}", body, prefix="/api/v1")
        assert answer.status_code in {200, 201}, answer.text
    rita = house.here("rita")
    told = [
        rita.get(path).text
        for path in ("/tickets", "/tickets?text=interna", "/form", "/session", at, f"{at}/messages", "/people")
    ]
    told.append(rita.post(f"{at}/messages", {"message": "Oi"}, match='"0.0"').text)
    told.append(rita.post(f"{at}/messages", {"message": "Oi"}).text)
    told.append(rita.post(f"{at}/follow-up", {"message": "Oi"}).text)
    assert "Bom dia." in "".join(told)
    for word in (
        "NOTA INTERNA",
        "NAO MOSTRADA",
        "DESCRICAO INTERNA",
        "VALOR",
        "triagem_interna",
        "analise_interna",
        "Triagem interna",
        "Análise interna",
        "pagamentos",
        "Financeiro interno",
        "Boleto interno",
        "Mesa",
        "mesa",
        "user:",
        '"bia"',
        "De outro cliente",
        "Estrela",
        "E-2",
    ):
        assert not [text for text in told if word in text], word
