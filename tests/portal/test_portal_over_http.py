"""A customer company's day over HTTP, and what can go wrong in it."""

from __future__ import annotations

import pytest

FORM = {
    "classification": "boletos",
    "subclassification": "boletos.segunda_via",
    "contact_name": "Rita",
    "contact_phone": "62 3774 3039",
    "contact_email": "rita@padaria.example",
    "message": "O boleto de março não chegou.",
    "fields": {"boleto": "1234"},
}
PASSWORD = "guarda-chuva azul na varanda"
INVITATION = {"name": "Caio", "email": "caio@padaria.example"}
ACCOUNTS = "/customers/E-2/portal-accounts"


# What these are about is the doors'; what stands behind them is tried on both databases elsewhere.
at_one_database = pytest.mark.parametrize("database", ["sqlite"])


def entered(house, login, password=PASSWORD):
    """Somebody who signed in with the cookie that a browser would keep."""
    answer = house.nobody.post("/session", {"login": login, "password": password})
    assert answer.status_code == 201, answer.text
    (cookie,) = [part for part in answer.headers.getlist("Set-Cookie") if part.startswith("tramita_portal=")]
    assert "HttpOnly" in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    return type(house.nobody)(house.app, cookies={"tramita_portal": value}, csrf=answer.json["csrf"])


def accepted(house, token):
    answer = house.nobody.post("/invitations/accept", {"token": token, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return answer.json["login"]


def staff(house, login, method, path, body=None):
    answer = house.staff(login)(method, path, body, prefix="/api/v1")
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


def test_a_day_from_the_invitation_to_the_end(house):
    invited = staff(house, "gil", "POST", ACCOUNTS, {"name": "Téo Reis", "email": "Teo@estrela.example", "admin": True})
    assert invited["active"] is False
    login = accepted(house, invited["token"])
    assert login == "E-2/Teo@estrela.example"
    teo = entered(house, "teo@estrela.example")
    assert teo.get("/session").json["customer"] == {"key": "E-2", "name": "Mercado Estrela"}
    form = teo.get("/form").json
    assert [one["key"] for one in form["classifications"][0]["subclassifications"]] == [
        "boletos.outro",
        "boletos.segunda_via",
    ]
    (file,) = teo.upload("comprovante.png").json["attachments"]
    opened = teo.post("/tickets", FORM | {"attachments": [file["id"]]})
    assert (opened.status_code, opened.json["situation"]) == (201, "Recebido")
    at = opened.headers["Location"].removeprefix("/portal/v1")
    assert [one["protocol"] for one in teo.get("/tickets?standing=open").json["tickets"]] == [opened.json["protocol"]]
    by_channel = house.staff("ana")("GET", "/tickets?channel=portal", prefix="/api/v1").json["tickets"]
    assert [one["protocol"] for one in by_channel] == [opened.json["protocol"]]
    came = staff(house, "ana", "GET", f"{at}/portal-contact")
    assert (came["classification"], came["subclassification"], came["contact_phone"]) == (
        "Boletos",
        "Segunda via",
        "+556237743039",
    )
    staff(house, "ana", "PATCH", at, {"contact_reason": "outros"})
    staff(house, "ana", "POST", f"{at}/moves", {"move": "perguntar"})
    seen = teo.get(at)
    assert (seen.json["situation"], seen.json["next_step"]) == ("Aguardando você", "Envie o comprovante.")
    said = teo.post(f"{at}/messages", {"message": "Segue."}, match=seen.headers["ETag"])
    assert (said.status_code, said.json["ticket"]["situation"], said.json["message"]["author"]) == (
        201,
        "Recebido",
        "Téo Reis",
    )
    staff(house, "ana", "POST", f"{at}/interactions", {"kind": "manual_reply", "text": "Pronto.", "shown": True})
    staff(house, "ana", "POST", f"{at}/moves", {"move": "resolver"})
    (done,) = teo.get("/tickets?standing=finished").json["tickets"]
    assert (done["situation"], done["standing"]) == ("Resolvido", "finished")
    whole = teo.get(at).json
    assert [(one["written_by"], one["text"]) for one in whole["messages"]] == [
        ("customer", FORM["message"]),
        ("customer", "Segue."),
        ("staff", "Pronto."),
    ]
    (shown,) = whole["messages"][0]["attachments"]
    content = teo("GET", shown["url"], prefix="")
    assert content.headers["Content-Disposition"].startswith("attachment")
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    teo("DELETE", "/session")
    assert teo.get("/tickets").status_code == 401


def test_the_same_request_twice_is_done_once(house):
    rita = house.here("rita")
    first = rita.post("/tickets", FORM, key="k1")
    again = rita.post("/tickets", FORM, key="k1")
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rita.post("/tickets", FORM | {"message": "Outra."}, key="k1").json["code"] == "key_reused"
    assert house.here("beto").post("/tickets", FORM, key="k1").data != first.data
    at = f"/tickets/{first.json['protocol']}"
    said = [rita.post(f"{at}/messages", {"message": "Oi"}, key="k2") for _ in range(2)]
    assert said[0].data == said[1].data
    assert len(rita.get(at).json["messages"]) == 2
    # What was answered is not given again once the ticket is hidden.
    staff(house, "bia", "PATCH", at, {"contact_reason": "outros", "portal_visible": False})
    for answer in (rita.post("/tickets", FORM, key="k1"), rita.post(f"{at}/messages", {"message": "Oi"}, key="k2")):
        assert answer.status_code == 404


@at_one_database
def test_a_refusal_names_fields_and_nothing_of_the_inside(house):
    rita = house.here("rita")
    answer = rita.post("/tickets", FORM | {"contact_phone": "3774-3039", "fields": {}})
    assert (answer.status_code, answer.json["code"]) == (422, "form")
    assert set(answer.json["errors"]) == {"contact_phone", "fields.boleto"}
    assert rita.post("/tickets", FORM | {"situation": "x"}).json["errors"] == {"situation": ["não existe aqui"]}
    ticket = rita.post("/tickets", FORM).json
    at = f"/tickets/{ticket['protocol']}"
    stale = rita.post(f"{at}/messages", {"message": "Oi"}, match='"9.9"')
    assert (stale.status_code, set(stale.json)) == (412, {"type", "title", "status", "code", "detail", "request_id"})
    staff(house, "ana", "PATCH", at, {"contact_reason": "outros"})
    staff(house, "ana", "POST", f"{at}/moves", {"move": "descartar"})
    closed = rita.post(f"{at}/messages", {"message": "Oi"})
    assert (closed.status_code, closed.json["code"]) == (422, "closed")
    further = rita("POST", closed.json["follow_up"], {"message": "De novo."}, prefix="")
    assert further.status_code == 201
    assert rita.get(f"/tickets/{further.json['protocol']}").json["follows"] == ticket["protocol"]


@at_one_database
def test_only_own_uploads_can_be_sent_and_each_once(house):
    rita, beto = house.here("rita"), house.here("beto")
    (file,) = rita.upload().json["attachments"]
    for caller in (beto, house.here("sara")):
        answer = caller.post("/tickets", FORM | {"attachments": [file["id"]]})
        assert (answer.status_code, answer.json["code"]) == (422, "form")
        assert set(answer.json["errors"]) == {"attachments"}
    assert rita.post("/tickets", FORM | {"attachments": [file["id"]]}).status_code == 201
    again = rita.post("/tickets", FORM | {"attachments": [file["id"]]}).json
    assert (again["code"], set(again["errors"])) == ("form", {"attachments"})
    two = [rita.upload(name).json["attachments"][0]["id"] for name in ("a.png", "b.png")]
    assert set(rita.post("/tickets", FORM | {"attachments": two}).json["errors"]) == {"attachments"}
    assert rita.upload("a.exe").status_code == 415
    assert rita.upload("a.pdf").status_code == 415


@at_one_database
def test_a_file_is_shown_with_its_message_and_hidden_with_it(house):
    rita, ana = house.here("rita"), house.staff("ana")
    ticket = rita.post("/tickets", FORM).json
    at = f"/tickets/{ticket['protocol']}"
    ids = {}
    for shown in (True, False):
        (draft,) = ana.upload("nota.png", prefix="/api/v1").json["attachments"]
        said = {"kind": "manual_reply", "text": "Veja.", "shown": shown, "attachments": [draft["id"]]}
        staff(house, "ana", "POST", f"{at}/interactions", said)
        ids[shown] = draft["id"]
    assert [one["id"] for one in rita.get(at).json["attachments"]] == [ids[True]]
    assert rita.get(f"{at}/attachments/{ids[True]}").status_code == 200
    assert rita.get(f"{at}/attachments/{ids[False]}").status_code == 404
    assert house.here("sara").get(f"{at}/attachments/{ids[True]}").status_code == 404


def test_whoever_administers_invites_and_removes_and_never_locks_the_company_out(house):
    rita = house.here("rita")
    assert [one["name"] for one in rita.get("/people").json["people"]] == ["Beto Lima", "Rita Alves"]
    invited = rita.post("/people", {"name": "Caio", "email": "caio@padaria.example"}, key="a")
    again = rita.post("/people", {"name": "Caio", "email": "caio@padaria.example"}, key="a")
    assert invited.data == again.data
    fresh = rita.post("/people", {"name": "Caio Melo", "email": "CAIO@padaria.example", "admin": True})
    assert (fresh.json["id"], fresh.json["name"]) == (invited.json["id"], "Caio Melo")
    void = house.nobody.post("/invitations/accept", {"token": invited.json["token"], "password": PASSWORD})
    assert void.status_code == 410
    me = next(one["id"] for one in rita.get("/people").json["people"] if one["name"] == "Rita Alves")
    assert rita("DELETE", f"/people/{me}").json["code"] == "last_admin"
    accepted(house, fresh.json["token"])
    assert rita.post("/people", {"name": "Caio", "email": "caio@padaria.example"}).json["code"] == "account_known"
    caio = entered(house, "caio@padaria.example")
    assert caio("DELETE", f"/people/{me}").status_code == 200
    assert rita.get("/tickets").status_code == 401
    # An address may be known to another customer: nobody is told, and each signs in for their own.
    other = house.here("sara").post("/people", {"name": "Caio", "email": "caio@padaria.example"})
    assert other.status_code == 201
    accepted(house, other.json["token"])
    assert entered(house, "caio@padaria.example").get("/session").json["customer"]["key"] == "E-1"
    assert entered(house, "E-2/caio@padaria.example").get("/session").json["customer"]["key"] == "E-2"
    for wrong in ({"email": "x"}, {"name": " "}):
        body = {"name": "X", "email": "x@padaria.example"} | wrong
        assert caio.post("/people", body).status_code == 422


@at_one_database
def test_an_invitation_is_good_once_for_a_time_and_for_who_is_still_there(house):
    rita = house.here("rita")
    late, gone = (
        rita.post("/people", {"name": name, "email": f"{name}@padaria.example"}).json for name in ("late", "gone")
    )
    assert rita("DELETE", f"/people/{gone['id']}").status_code == 200
    house.clock.forward(hours=house.world.engine.settings.link_h)
    for token, code in ((late["token"], "link_over"), (gone["token"], "link_unknown"), ("inv_x", "link_unknown")):
        answer = house.nobody.post("/invitations/accept", {"token": token, "password": PASSWORD})
        assert (answer.status_code, answer.json["code"]) == (410, code)
    # A staff link opens nothing here, and the portal's opens nothing there.
    invited = staff(house, "gil", "POST", ACCOUNTS, {"name": "Téo", "email": "teo@estrela.example"})
    there = house.nobody(
        "POST", "/invitations/accept", {"token": invited["token"], "password": PASSWORD}, prefix="/api/v1"
    )
    assert (there.status_code, there.json["code"]) == (410, "link_unknown")


@at_one_database
def test_a_forgotten_password_is_the_staffs_to_help(house):
    people = {one["email"]: one for one in staff(house, "gil", "GET", ACCOUNTS)["people"]}
    sara = people["sara@estrela.example"]
    made = staff(house, "gil", "POST", f"{ACCOUNTS}/{sara['id']}/reset", {})
    house.deny("gestor", "ticket.read_customer:contact")
    (masked,) = staff(house, "gil", "GET", ACCOUNTS)["people"]
    assert (masked["id"], masked["name"]) == (sara["id"], "Sara Nunes")
    assert masked["email"] in {None, "s***@e***.example"}
    assert house.here("sara").get("/session").status_code == 200
    done = house.nobody.post("/password-resets/accept", {"token": made["token"], "password": PASSWORD})
    assert done.status_code == 200
    assert house.here("sara").get("/session").status_code == 401
    changed = entered(house, "sara@estrela.example")("PUT", "/password", {"present": PASSWORD, "password": "x" * 9})
    assert changed.status_code == 422
    fresh = entered(house, "sara@estrela.example")
    answer = fresh("PUT", "/password", {"present": PASSWORD, "password": "três bondes sobem a ladeira"})
    assert answer.status_code == 200
    assert fresh.get("/session").status_code == 401
    wrong = house.nobody.post("/session", {"login": "sara@estrela.example", "password": PASSWORD})
    unknown = house.nobody.post("/session", {"login": "ninguem@estrela.example", "password": PASSWORD})
    assert (wrong.status_code, wrong.json["detail"]) == (401, unknown.json["detail"])
    assert "<código do cliente>/<e-mail>" in wrong.json["detail"]


@at_one_database
def test_nobody_stands_in_the_way_of_the_owner_of_an_address(house):
    """Another customer has invited the address before, and used that invitation or not."""
    rita = house.here("rita")
    squatted = rita.post("/people", {"name": "Téo", "email": "teo@estrela.example"}).json
    house.clock.forward(minutes=1)
    own = staff(house, "gil", "POST", ACCOUNTS, {"name": "Téo Reis", "email": "teo@estrela.example"})
    login = accepted(house, own["token"])
    for way in (login, "teo@estrela.example"):
        assert entered(house, way).get("/session").json["customer"]["key"] == "E-2"
    accepted(house, squatted["token"])
    slashed = rita.post("/people", {"name": "Lia", "email": "lia/compras@padaria.example"}).json
    for way in (accepted(house, slashed["token"]), "lia/compras@padaria.example"):
        assert entered(house, way).get("/session").json["name"] == "Lia"
    assert house.nobody.post("/session", {"login": "/" * 300, "password": PASSWORD}).status_code == 401
    assert entered(house, login).get("/session").json["customer"]["key"] == "E-2"


@at_one_database
@pytest.mark.parametrize("text", [" \n", "\u200b", "\u2060 \u00ad"])
def test_a_message_in_which_nothing_can_be_seen_is_none(house, text):
    rita = house.here("rita")
    opened = rita.post("/tickets", FORM)
    at = opened.headers["Location"].removeprefix("/portal/v1")
    for path, body in (("/tickets", FORM | {"message": text}), (f"{at}/messages", {"message": text})):
        answer = rita.post(path, body)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"message"})


@at_one_database
@pytest.mark.parametrize("name", ["Be\u202eto", "Be\u200bto", "Be\nto", "\u2066", " ", "B" * 201])
def test_a_name_has_nothing_that_cannot_be_seen(house, name):
    rita = house.here("rita")
    answer = rita.post("/people", {"name": name, "email": "novo@padaria.example"})
    assert (answer.status_code, "name" in answer.json["detail"]) == (422, True)
    answer = rita.post("/tickets", FORM | {"contact_name": name})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"contact_name"})


@at_one_database
def test_who_is_no_customer_any_more_does_not_get_in(house):
    body = {"name": "Padaria", "kind": "company", "retired": True}
    assert house.staff("gil")("PUT", "/customers/E-1", body, prefix="/api/v1").status_code == 200
    invited = house.staff("gil").post("/customers/E-1/portal-accounts", INVITATION, prefix="/api/v1")
    assert (invited.status_code, invited.json["code"]) == (422, "customer_retired")
    assert house.here("rita").get("/tickets").status_code == 401
    assert house.here("sara").get("/tickets").status_code == 200


@at_one_database
@pytest.mark.parametrize("right", ["portal.ticket.open", "portal.ticket.read", "portal.ticket.complement"])
def test_a_right_that_is_taken_away_counts_at_once(house, right):
    rita = house.here("rita")
    at = f"/tickets/{rita.post('/tickets', FORM).json['protocol']}"
    house.deny("responsavel_portal", right)
    tried = {
        "portal.ticket.open": rita.post("/tickets", FORM),
        "portal.ticket.read": rita.get("/tickets"),
        "portal.ticket.complement": rita.post(f"{at}/messages", {"message": "Oi"}),
    }
    assert tried[right].status_code == 403
    assert "responsavel_portal" not in tried[right].text
    assert rita.get(at).status_code == (404 if right == "portal.ticket.read" else 200)


@at_one_database
def test_the_form_in_use_is_the_staffs_choice_and_kept_in_history(house):
    gil = house.staff("gil")
    chosen = gil("PUT", "/portal/form", {"form": "crm"}, prefix="/api/v1")
    assert (chosen.status_code, chosen.json) == (200, {"form": "crm"})
    found = gil("GET", "/portal/form", prefix="/api/v1").json
    assert (found["form"], found["offered"]) == ("crm", ["central", "crm"])
    assert (found["history"][0]["actor_name"], found["history"][0]["detail"]) == (
        "Gil Prado",
        {"value": ["central", "crm"]},
    )
    assert house.here("rita").get("/form").json["form"] == "crm"
    refused = gil("PUT", "/portal/form", {"form": "x"}, prefix="/api/v1")
    assert (refused.status_code, refused.json["code"]) == (422, "form_unknown")
    assert house.staff("ana")("PUT", "/portal/form", {"form": "crm"}, prefix="/api/v1").status_code == 403


def test_pages_of_contacts_and_messages_lose_nothing(house):
    rita = house.here("rita")
    opened = []
    for number, word in enumerate(("um", "dois", "três", "quatro", "cinco")):
        house.clock.forward(minutes=number % 2)  # some at the same instant
        opened.append(rita.post("/tickets", FORM | {"message": f"Número {word}"}).json["protocol"])
    for sort in ("-opened_at", "opened_at", "-changed_at"):
        found, onward = [], f"/portal/v1/tickets?limit=2&sort={sort}"
        while onward:
            page = rita("GET", onward, prefix="").json
            found += [one["protocol"] for one in page["tickets"]]
            onward = page["next"]
        assert sorted(found) == sorted(opened)
    assert rita.get("/tickets?cursor=x").json["code"] == "cursor"
    at = f"/tickets/{opened[0]}"
    for number in range(4):
        rita.post(f"{at}/messages", {"message": f"M{number}"})
    texts, onward = [], f"/portal/v1{at}/messages?limit=2"
    while onward:
        page = rita("GET", onward, prefix="").json
        texts += [one["text"] for one in page["messages"]]
        onward = page["next"]
    assert texts == ["Número um", "M0", "M1", "M2", "M3"]
    assert [one["protocol"] for one in rita.get("/tickets?text=NUMERO%20tres").json["tickets"]] == [opened[2]]
