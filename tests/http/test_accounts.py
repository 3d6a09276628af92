"""Invitations, resets, tokens with scopes, and people who come, change, are away and go."""

from __future__ import annotations

import io
import logging
import threading

import orjson
import pytest
from sign_in import LOGIN, OTHER, PASSWORD, Browser, invited
from sqlalchemy import text as sql

from api.logs import JsonLines
from engine.db import metadata
from engine.people.adding import PrintSetup, print_setup


def caller(house, login, **asked):
    answer = house.admin.post(f"/people/{login}/tokens", {"label": "x"} | asked)
    assert answer.status_code == 201, answer.text
    return type(house.admin)(house.client, answer.json["token"])


def test_a_link_is_good_once_for_one_purpose_for_a_time(house, problem):
    link = house.admin.post(f"/people/{LOGIN}/invitation", {}).json
    token = link["token"]
    assert link == {
        "link": f"http://127.0.0.1:8080/convite#{token}",
        "token": token,
        "ends_at": "2026-03-05T12:00:00Z",
    }
    before = house.rows()
    for text in (
        *("", " ", "inv_", token.upper(), token.lower(), f" {token}", f"{token} ", token[:-1], f"{token}a"),
        *(token.replace("inv_", "res_"), f"{token}\u200b", "inv_" + "A" * 43, house.admin.token),
    ):
        house.clock.forward(minutes=1)
        refused = house.nobody.post("/invitations/accept", {"token": text, "password": PASSWORD})
        assert refused.json["code"] in {"link_unknown", "shape"}, text
    house.clock.forward(minutes=10)
    problem(house.nobody.post("/password-resets/accept", {"token": token, "password": PASSWORD}), 410, "link_unknown")
    assert house.rows() == before
    accept = {"token": token, "password": PASSWORD}
    assert house.nobody.post("/invitations/accept", accept).json == {"login": LOGIN}
    told = problem(house.nobody.post("/invitations/accept", accept | {"password": OTHER}), 410, "link_used")
    assert "já foi usado" in told["detail"]
    assert Browser(house).sign_in().status_code == 201
    problem(house.admin.post(f"/people/{LOGIN}/invitation", {}), 409, "has_password")
    problem(house.admin.post("/people/carla.dias/password-reset", {}), 409, "no_password")
    late = house.admin.post("/people/carla.dias/invitation", {}).json["token"]
    house.clock.forward(hours=72)
    problem(house.nobody.post("/invitations/accept", {"token": late, "password": PASSWORD}), 410, "link_over")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_newer_link_and_a_new_password_end_the_links_before(house, problem):
    first, second = (house.admin.post(f"/people/{LOGIN}/invitation", {}).json["token"] for _ in range(2))
    problem(house.nobody.post("/invitations/accept", {"token": first, "password": PASSWORD}), 410, "link_unknown")
    assert house.nobody.post("/invitations/accept", {"token": second, "password": PASSWORD}).status_code == 200
    browser = Browser(house)
    browser.sign_in()
    reset = house.admin.post(f"/people/{LOGIN}/password-reset", {}).json["token"]
    assert Browser(house).sign_in().status_code == 201  # until it is used the present one goes on
    browser.csrf = browser("PUT", "/me/password", {"present": PASSWORD, "password": OTHER}).json["csrf"]
    problem(house.nobody.post("/password-resets/accept", {"token": reset, "password": PASSWORD}), 410, "link_unknown")
    reset = house.admin.post(f"/people/{LOGIN}/password-reset", {}).json["token"]
    assert house.nobody.post("/password-resets/accept", {"token": reset, "password": PASSWORD}).status_code == 200
    problem(browser("GET", "/me"), 401, "not_authenticated")
    assert Browser(house).sign_in().status_code == 201


def test_of_two_workers_one_uses_the_invitation(house):
    token = house.admin.post(f"/people/{LOGIN}/invitation", {}).json["token"]
    gate, answers = threading.Barrier(4), []

    def accept(n):
        client = house.app.test_client()
        gate.wait()
        body = orjson.dumps({"token": token, "password": f"{PASSWORD} {n}"})
        answers.append((n, client.post("/api/v1/invitations/accept", data=body, content_type="application/json")))

    threads = [threading.Thread(target=accept, args=(n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answer.status_code for _, answer in answers) == [200, 410, 410, 410]
    (winner,) = [n for n, answer in answers if answer.status_code == 200]
    assert {answer.json["code"] for n, answer in answers if n != winner} == {"link_used"}
    for n in range(4):
        status = Browser(house).sign_in(password=f"{PASSWORD} {n}").status_code
        assert status == (201 if n == winner else 401)


def test_parallel_guesses_share_one_count(house):
    invited(house)
    gate, statuses = threading.Barrier(8), []

    def guess():
        client = house.app.test_client()
        body = orjson.dumps({"login": LOGIN, "password": "x"})
        gate.wait()
        answer = client.post("/api/v1/session", data=body, content_type="application/json")
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [401] * 5 + [429] * 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_mail_leaves_word_and_no_secret(house, problem):
    problem(house.admin.post(f"/people/{LOGIN}/invitation", {"mail": True}), 422, "no_email")
    told = house.admin.patch(f"/people/{LOGIN}", {"email": "ana@empresa.example"}).json
    assert told["email"] == "ana@empresa.example"
    token = house.admin.post(f"/people/{LOGIN}/invitation", {"mail": True}).json["token"]
    with house.engine.reading.connect() as connection:
        (row,) = connection.execute(metadata.tables["outbox"].select().where(sql("topic = 'access_link'"))).all()
    assert (row.payload["purpose"], row.payload["account_kind"]) == ("invitation", "staff")
    assert token not in str(row)
    assert "ana@empresa.example" not in str(row)


@pytest.mark.parametrize("database", ["sqlite"])
def test_links_begin_with_what_the_settings_say_and_never_with_a_header(house):
    answer = house.admin.post(f"/people/{LOGIN}/invitation", {}, headers={"Host": "mau.example"})
    assert answer.json["link"].startswith("http://127.0.0.1:8080/convite#inv_")


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_pages_of_links_load_nothing_from_elsewhere(house):
    for path, door in (("/convite", "/api/v1/invitations/accept"), ("/nova-senha", "/api/v1/password-resets/accept")):
        page = house.client.get(path)
        assert f'data-door="{door}"' in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "location.hash" in house.client.get("/senha.js").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_set_up_may_set_a_password(house, problem):
    asked = {"setup_token": house.world.run(print_setup, PrintSetup()), "login": "chefe", "name": "Chefe"}
    problem(house.nobody.post("/setup", asked | {"password": "chefe chefe chefe"}), 422, "password_weak")
    assert house.nobody.post("/setup", asked | {"password": PASSWORD}).status_code == 201
    assert Browser(house).sign_in("chefe").json["profile"] == "administrador"


@pytest.mark.parametrize("database", ["sqlite"])
def test_guesses_at_the_set_up_token_are_counted(house, problem):
    asked = {"setup_token": "setup_x", "login": "chefe", "name": "Chefe"}
    for _ in range(20):
        problem(house.nobody.post("/setup", asked), 401, "not_authenticated")
    problem(house.nobody.post("/setup", asked), 429, "too_many")


def test_a_token_does_what_its_scopes_say_and_its_person_may(house, problem):
    ticket = house.ticket()["protocol"]
    reader = caller(house, LOGIN, scopes=["ticket.read", "process.deploy"])
    assert reader.get(f"/tickets/{ticket}").status_code == 200
    (move,) = [
        one for one in reader.get(f"/tickets/{ticket}/moves").json["moves"] if one["move"] == "iniciar_atendimento"
    ]
    refused = problem(reader.post(f"/tickets/{ticket}/moves", {"move": "iniciar_atendimento"}), 403, "token_lacks")
    assert refused["reasons"][0] in move["reasons"]
    reason = refused["reasons"][0]
    assert reason["details"]["decision"]["lacking"] == ["token"]
    assert "escopos do token" in reason["detail"]
    body = {"files": [{"name": "x.bpmn", "content": "<x/>"}]}
    lacking = problem(reader.post("/processes", body), 403, "not_permitted")["reasons"][0]
    assert (lacking["code"], lacking["details"]["decision"]["lacking"]) == ("profile_lacks", ["profile"])
    problem(reader.post("/tickets", {"title": "A"}), 403, "not_permitted")
    mover = caller(house, LOGIN, scopes=["ticket.read", "ticket.move:iniciar_atendimento"])
    fields = {"unidade": "1"}
    assert mover.post(f"/tickets/{ticket}/moves", {"move": "iniciar_atendimento", "fields": fields}).status_code == 200
    problem(mover.post(f"/tickets/{ticket}/moves", {"move": "negociar"}), 403, "token_lacks")
    problem(
        house.admin.post(f"/people/{LOGIN}/tokens", {"label": "x", "scopes": ["ticket.raed"]}), 422, "scope_unknown"
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_token_with_scopes_does_not_reach_beyond_them(house, problem):
    narrow = caller(house, "admin", scopes=["token.manage", "people.manage", "ticket.read"])
    for scopes in (None, ["ticket.read", "ticket.move"]):
        asked = {"label": "x", "scopes": scopes}
        problem(narrow.post("/people/admin/tokens", asked), 422, "scope_wider")
    assert narrow.post("/people/admin/tokens", {"label": "x", "scopes": ["ticket.read"]}).status_code == 201
    for method, path, body in (
        ("PUT", "/me/password", {"present": PASSWORD, "password": OTHER}),
        ("POST", f"/people/{LOGIN}/invitation", {}),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("GET", "/me/tokens", None),
        ("DELETE", "/me/tokens/x", None),
    ):
        told = problem(narrow(method, path, body), 403, "not_permitted")
        assert told["reasons"][0]["code"] == "token_lacks", path


def test_tokens_are_listed_and_revoked(house, problem):
    person = caller(house, LOGIN, days=30, scopes=["ticket.read"])
    owner = caller(house, LOGIN)
    owner("GET", "/me/tokens", buffered=True)
    listed = owner("GET", "/me/tokens", buffered=True).json["tokens"]
    assert house.admin.get(f"/people/{LOGIN}/tokens").json["tokens"] == listed
    mine = next(one for one in listed if one["scopes"] == ["ticket.read"])
    assert (mine["label"], mine["ends_at"], mine["used_at"]) == ("x", "2026-04-01T12:00:00Z", None)
    assert person.token not in orjson.dumps(listed).decode()
    person("GET", "/tickets", buffered=True)
    house.clock.forward(minutes=9)
    person("GET", "/tickets", buffered=True)
    (used,) = [one["used_at"] for one in owner.get("/me/tokens").json["tokens"] if one["token"] == mine["token"]]
    assert used == "2026-03-02T12:00:00Z"
    house.clock.forward(minutes=1)
    person("GET", "/tickets", buffered=True)
    (used,) = [one["used_at"] for one in owner.get("/me/tokens").json["tokens"] if one["token"] == mine["token"]]
    assert used == "2026-03-02T12:10:00Z"
    problem(house.agent("DELETE", f"/people/bruno.lima/tokens/{mine['token']}"), 403, "not_permitted")
    problem(house.as_("bruno.lima")("DELETE", f"/me/tokens/{mine['token']}"), 404, "not_found")
    assert owner("DELETE", f"/me/tokens/{mine['token']}").json == {"token": mine["token"]}
    problem(person.get("/tickets"), 401, "not_authenticated")
    problem(owner("DELETE", f"/me/tokens/{mine['token']}"), 404, "not_found")


def test_who_leaves_leaves_nothing_behind(house, problem):
    invited(house)
    browser, token = Browser(house), caller(house, LOGIN)
    browser.sign_in()
    invitation = house.admin.post(f"/people/{LOGIN}/password-reset", {}).json["token"]
    mine = house.ticket()["protocol"]
    taken = house.agent.patch(f"/tickets/{mine}", {"responsible": LOGIN, "team": "atendimento"})
    assert taken.json["responsible"] == LOGIN, taken.text
    task = house.agent.post(
        f"/tickets/{house.ticket()['protocol']}/tasks", {"name": "Ligar", "kind": "call", "responsible": LOGIN}
    )
    assert task.status_code == 201, task.text
    gone = house.admin.post(f"/people/{LOGIN}/deactivate", {})
    assert gone.json["ended"] is True
    assert gone.json["returned"] == {"tickets": 1, "activities": 1, "more": False}
    for answer in (browser("GET", "/me"), token.get("/me"), house.agent.get("/me")):
        problem(answer, 401, "not_authenticated")
    problem(Browser(house).sign_in(), 401, "wrong_credentials")
    accept = {"token": invitation, "password": OTHER}
    assert house.nobody.post("/password-resets/accept", accept).status_code == 410
    read = house.admin.get(f"/tickets/{mine}").json
    assert (read["responsible"], read["team"]) == (None, "atendimento")
    last = house.admin.get(f"/tickets/{mine}/history").json["history"][-1]
    assert (last["actor"], last["deed"]) == ("system:hand_back", "returned")
    assert last["reason"] == "A pessoa que o tinha foi desativada."
    again = house.admin.post(f"/people/{LOGIN}/deactivate", {}).json
    assert again == gone.json | {"returned": {"tickets": 0, "activities": 0, "more": False}}
    problem(house.admin.post("/people/ninguem/deactivate", {}), 404, "not_found")
    back = house.admin.post(f"/people/{LOGIN}/reactivate", {})
    assert back.json["ended"] is False
    problem(Browser(house).sign_in(), 401, "wrong_credentials")
    invited(house, password=OTHER)
    assert Browser(house).sign_in(password=OTHER).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
def test_somebody_may_always_manage_people(house, problem):
    problem(house.admin.post("/people/admin/deactivate", {}), 409, "last_administrator")
    problem(house.admin.patch("/people/admin", {"profile": "agente"}), 409, "last_administrator")
    house.admin.post("/people", {"login": "outra", "name": "Outra", "profile": "administrador"})
    assert house.admin.patch("/people/admin", {"profile": "agente"}).status_code == 200
    problem(house.admin.get("/people/x/tokens"), 403, "not_permitted")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_person_is_altered(house, problem):
    asked = {"login": "ana.lima", "name": " Ana Lima ", "teams": ["financeiro", "atendimento"], "email": "a@b.example"}
    told = house.admin.patch(f"/people/{LOGIN}", asked).json
    assert told == {
        "login": "ana.lima",
        "name": "Ana Lima",
        "profile": "agente",
        "teams": ["atendimento", "financeiro"],
        "email": "a@b.example",
        "ended": False,
    }
    assert house.agent.get("/me").json == told
    assert told in house.admin.get("/people").json["people"]
    before = house.rows()
    assert house.admin.patch("/people/ana.lima", asked).json == told
    assert house.rows() == before
    for body, status in (
        ({"login": "bruno.lima"}, 409),
        ({"login": "A B"}, 422),
        ({"profile": "nenhum"}, 422),
        ({"teams": ["nenhum"]}, 422),
        ({"email": "sem arroba"}, 422),
        ({"name": "  "}, 422),
    ):
        assert house.admin.patch("/people/ana.lima", body).status_code == status, body
    with house.engine.reading.connect() as connection:
        history = str(connection.execute(metadata.tables["change_history"].select()).all())
    assert "a@b.example" not in history
    assert "Ana Lima" not in history


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_declared_members_are_taken_here_too(house, problem):
    invited(house)
    columns = {"id": "x", "hash": "x", "account_kind": "portal", "account_id": "x", "ended_at": None, "used_at": None}
    columns |= {"person_id": "x", "is_admin": True, "tenant_id": 1, "idle_at": "x", "kind": "system", "scope": "all"}
    window = {"deputy": "bruno.lima", "from_at": "2030-01-01T00:00:00Z", "until_at": "2030-02-01T00:00:00Z"}
    for method, path, body in (
        ("POST", "/session", {"login": LOGIN, "password": PASSWORD}),
        ("POST", "/invitations/accept", {"token": "x", "password": PASSWORD}),
        ("POST", "/password-resets/accept", {"token": "x", "password": PASSWORD}),
        ("PUT", "/me/password", {"present": "x", "password": PASSWORD}),
        ("PATCH", f"/people/{LOGIN}", {}),
        ("POST", f"/people/{LOGIN}/invitation", {}),
        ("POST", f"/people/{LOGIN}/password-reset", {}),
        ("POST", f"/people/{LOGIN}/deactivate", {}),
        ("POST", f"/people/{LOGIN}/reactivate", {}),
        ("POST", f"/people/{LOGIN}/tokens", {"label": "x"}),
        ("POST", f"/people/{LOGIN}/absences", window),
    ):
        for name, value in columns.items():
            told = problem(house.admin(method, path, body | {name: value}), 422, "shape")
            assert told["errors"] == {name: ["não existe aqui"]}, path


def test_secrets_are_told_once_and_are_nowhere_else(house):
    """Passwords, sessions, guards, tokens, links, hashes: in the one answer that issues them, and at rest nowhere."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    house.admin.patch(f"/people/{LOGIN}", {"email": "a@b.example"})
    issued = house.admin.post(f"/people/{LOGIN}/invitation", {"mail": True}, key="k1").json["token"]
    answers = [
        house.nobody.post("/invitations/accept", {"token": issued, "password": PASSWORD}),
        house.nobody.post("/invitations/accept", {"token": issued, "password": PASSWORD}),
    ]
    browser = Browser(house)
    begun = browser.sign_in()
    first = browser.text
    token = house.admin.post(f"/people/{LOGIN}/tokens", {"label": "x"}, key="k2").json["token"]
    held = type(house.admin)(house.client, token)
    reset = house.admin.post(f"/people/{LOGIN}/password-reset", {}, key="k3").json["token"]
    answers += [
        Browser(house).sign_in(password=PASSWORD + "x"),
        browser("GET", "/sessions"),
        browser("GET", "/me/tokens"),
        browser("POST", "/tickets", {"title": "A"}),
        browser("POST", "/tickets", {"title": "A"}, csrf=False),
        held.put("/me/password", {"present": "x" + PASSWORD, "password": OTHER}),
        held.put("/me/password", {"present": PASSWORD, "password": "curta"}),
        house.nobody.post("/password-resets/accept", {"token": reset, "password": OTHER}),
        house.admin.get(f"/people/{LOGIN}/tokens"),
        house.admin.get("/people"),
        house.admin.post(f"/people/{LOGIN}/deactivate", {}),
    ]
    root.removeHandler(handler)
    root.setLevel(level)
    assert begun.status_code == 201
    with house.engine.reading.connect() as connection:
        rest = {table.name: connection.execute(table.select()).all() for table in metadata.sorted_tables}
        hashes = [row.hash for row in rest["password"]]
    told = "".join(answer.text for answer in answers)
    secrets = (PASSWORD, OTHER, first, begun.json["csrf"], token, issued, reset)
    logged = written.getvalue()
    for secret in secrets:
        assert secret not in logged
        assert secret not in told
        assert secret not in str(rest)
        assert secret.encode() not in b"".join(bytes(row.body) for row in rest["idempotency"])
    for name, rows in rest.items():
        assert name == "password" or "$argon2" not in str(rows), name
    assert "$argon2" not in logged + told
    assert hashes == []  # the only one went with its person


def test_while_somebody_is_away_a_deputy_stands_in(house, problem):
    ana, bruno = house.agent, house.as_("bruno.lima")
    house.admin.patch("/people/bruno.lima", {"teams": ["atendimento", "assistencia"]})
    mine = house.started()["protocol"]
    assert house.admin.patch(f"/tickets/{mine}", {"team": "atendimento", "responsible": LOGIN}).status_code == 200
    window = {"deputy": "bruno.lima", "from_at": "2026-03-02T13:00:00Z", "until_at": "2026-03-09T12:00:00Z"}
    planned = ana.post(f"/people/{LOGIN}/absences", window)
    assert (planned.status_code, planned.json["person"]) == (201, LOGIN)
    problem(ana.post(f"/people/{LOGIN}/absences", window), 409, "absence_overlaps")
    problem(bruno.post(f"/people/{LOGIN}/absences", window), 403, "not_permitted")
    for wrong in ({"deputy": LOGIN}, {"deputy": "nenhum"}, {"until_at": "2026-03-02T13:00:00Z"}):
        problem(ana.post(f"/people/{LOGIN}/absences", window | wrong), 422, "invalid")
    before = house.ticket()["protocol"]
    given = {"team": "atendimento", "responsible": LOGIN}
    assert house.admin.patch(f"/tickets/{before}", given).json["responsible"] == LOGIN
    house.clock.forward(hours=1)
    fresh = house.ticket()["protocol"]
    assert house.admin.patch(f"/tickets/{fresh}", given).json["responsible"] == "bruno.lima"
    meant = house.admin.get(f"/tickets/{fresh}/history").json["history"][-1]
    assert meant["sentence"].endswith("(era para Ana Souza, que está ausente)")
    assert bruno.post(f"/tickets/{mine}/interactions", {"kind": "note", "text": "x"}).status_code == 201
    acted = house.admin.get(f"/tickets/{mine}/history").json["history"][-1]
    assert (acted["actor_name"], acted["sentence"].endswith(", no lugar de Ana Souza")) == ("Bruno Lima", True)
    told = bruno.get(f"/people/{LOGIN}/absences")
    assert told.status_code in {200, 403}
    assert house.admin.get(f"/people/{LOGIN}/absences").json == {"absences": [planned.json]}
    problem(bruno("DELETE", f"/absences/{planned.json['id']}"), 403, "not_permitted")
    assert ana("DELETE", f"/absences/{planned.json['id']}").status_code == 200
    problem(ana("DELETE", f"/absences/{planned.json['id']}"), 403, "not_permitted")
    again = house.ticket()["protocol"]
    assert house.admin.patch(f"/tickets/{again}", given).json["responsible"] == LOGIN
    bruno.post(f"/tickets/{mine}/interactions", {"kind": "note", "text": "x"})
    acted = house.admin.get(f"/tickets/{mine}/history").json["history"][-1]
    assert not acted["sentence"].endswith("no lugar de Ana Souza")
