"""Every refusal: its status, its code, a sentence that helps, and no trace."""

from __future__ import annotations

import re

import pytest

LEAKS = re.compile(
    r"Traceback|object at 0x|<class|\b(?:engine|api|permissions|flask|werkzeug|marshmallow)\.|sqlalchemy|psycopg|sqlite"
    r"|site-packages|/(?:home|root|usr|tmp|opt)/|\.py\b|\b(?:SELECT|INSERT|UPDATE) |__|Error\b|Exception|NoneType",
)
ABSENT = "2026-4830192-7"
RIGHT = {"login": "novo", "name": "Novo", "profile": "agente"}


def cases(house):
    """(what, caller, method, path, body, status, code)"""
    ticket = house.started()
    here = f"/tickets/{ticket['protocol']}"
    agent, admin, nobody = house.agent, house.admin, house.nobody
    portal = house.as_("erp")
    yield from (
        ("no token", nobody, "GET", "/tickets", None, 401, "not_authenticated"),
        ("no token, bad body", nobody, "POST", "/tickets", {"x": 1}, 401, "not_authenticated"),
        ("absent ticket", agent, "GET", f"/tickets/{ABSENT}", None, 404, "not_found"),
        ("odd protocol", agent, "GET", "/tickets/%F0%9F%92%A9", None, 404, "not_found"),
        ("absent, move", agent, "POST", f"/tickets/{ABSENT}/moves", {"move": "x"}, 404, "not_found"),
        ("absent, message", portal, "POST", f"/tickets/{ABSENT}/messages", {"name": "x"}, 404, "not_found"),
        ("absent, history", agent, "GET", f"/tickets/{ABSENT}/history", None, 404, "not_found"),
        ("absent process", admin, "GET", "/processes/nada", None, 404, "not_found"),
        ("absent version", admin, "GET", "/processes/atendimento/versions/99", None, 404, "not_found"),
        ("absent file", admin, "GET", "/processes/nada/versions/1/xml", None, 404, "not_found"),
        ("no such registry", admin, "GET", "/registry/nada", None, 404, "not_found"),
        ("absent login", admin, "POST", "/people/nada/tokens", {"label": "x"}, 404, "not_found"),
        ("absent customer", agent, "POST", "/tickets", {"title": "A", "customer": "nada"}, 404, "customer_unknown"),
        ("no address", agent, "GET", "/nada", None, 404, "not_found"),
        ("no right to relocate", agent, "POST", f"{here}/relocations", _there(), 403, "not_permitted"),
        ("no right to deploy", agent, "POST", "/processes", _files("x.bpmn", "<x/>"), 403, "not_permitted"),
        ("no right to add people", agent, "POST", "/people", RIGHT, 403, "not_permitted"),
        ("no right to see people", agent, "GET", "/people", None, 403, "not_permitted"),
        ("no right to issue", agent, "POST", "/people/admin/tokens", {"label": "x"}, 403, "not_permitted"),
        ("no right to registries", agent, "PUT", "/registry/teams/x", {"label": "X"}, 403, "not_permitted"),
        ("person exists", admin, "POST", "/people", RIGHT | {"login": "ana.souza"}, 409, "conflict"),
        ("no such move", agent, "POST", f"{here}/moves", {"move": "voar"}, 422, "no_such_move"),
        ("guard", agent, "POST", f"/tickets/{_no_assistance(house)}/moves", _assist(), 422, "guard_false"),
        ("strange field", agent, "POST", f"{here}/moves", _with(nada=1), 422, "field_not_for_this_move"),
        ("not for this", agent, "POST", f"{here}/moves", _with(subject="eletrica"), 422, "field_not_for_this_move"),
        ("wrong value", agent, "POST", f"{here}/moves", _with(unidade=1), 422, "field_value"),
        ("unknown subject", agent, "POST", "/tickets", {"title": "A", "subject": "nada"}, 422, "invalid"),
        ("foreign subsubject", agent, "POST", "/tickets", _foreign(), 422, "invalid"),
        ("unknown process", agent, "POST", "/tickets", {"title": "A", "process": "nada"}, 422, "process_unknown"),
        ("no reason", admin, "POST", f"{here}/relocations", _there(reason=" "), 422, "reason_missing"),
        ("no such place", admin, "POST", f"{here}/relocations", _there(situation="lua"), 422, "situation_unknown"),
        ("no such version", admin, "POST", f"{here}/relocations", _there(version=99), 422, "version_unknown"),
        ("stranger as responsible", agent, "PATCH", here, {"responsible": "nada"}, 422, "invalid"),
        ("not of the team", agent, "PATCH", here, {"responsible": "carla.dias"}, 422, "invalid"),
        ("unknown profile", admin, "POST", "/people", RIGHT | {"profile": "nada"}, 422, "invalid"),
        ("odd login", admin, "POST", "/people", RIGHT | {"login": "Novo!"}, 422, "invalid"),
        ("unknown member", admin, "PUT", "/registry/calendars/x", {"label": "X", "team": "x"}, 422, "invalid"),
        ("odd key", admin, "PUT", "/registry/teams/X", {"label": "X"}, 422, "invalid"),
        ("odd kind", admin, "PUT", "/customers/x", {"name": "X", "kind": "alien"}, 422, "invalid"),
        ("undeployable", admin, "POST", "/processes", _files("x.bpmn", "<x/>"), 422, "not_deployable"),
        ("no files", admin, "POST", "/processes", {"files": []}, 422, "shape"),
        ("odd outcome", agent, "POST", f"/activities/{_id()}/finish", {"outcome": "x"}, 422, "shape"),
        ("absent activity", agent, "POST", f"/activities/{_id()}/finish", {}, 404, "not_found"),
        ("odd limit", agent, "GET", "/tickets?limit=0", None, 422, "shape"),
        ("odd sort", agent, "GET", "/tickets?sort=title", None, 422, "shape"),
        ("unknown filter", agent, "GET", "/tickets?nada=1", None, 422, "shape"),
        ("wrong set-up token", nobody, "POST", "/setup", _set_up(), 401, "not_authenticated"),
    )


def _id():
    return "019a4d2e-9f00-7b21-8d11-6a7c8e9f0a1b"


def _there(**more):
    return {"situation": "aberto", "reason": "engano"} | more


def _files(name, content):
    return {"files": [{"name": name, "content": content}]}


def _with(**fields):
    return {"move": "resolver", "fields": {"solucao": "ok"} | fields}


def _foreign():
    return {"title": "A", "subject": "eletrica", "subsubject": "hidraulica.vazamento"}


def _assist():
    return {"move": "acionar_assistencia", "fields": {"descricao_defeito": "x"}}


def _set_up():
    return {"setup_token": "setup_x", "login": "outro", "name": "Outro"}


def _no_assistance(house):
    ticket = house.ticket(subject="documentacao", subsubject=None)
    return house.moved(ticket, "iniciar_atendimento", tipo_documento="Contrato")["protocol"]


def test_refusals_have_a_code_and_leave_no_trace(house, problem):
    for what, caller, method, path, body, status, code in cases(house):
        before = house.rows()
        answer = caller(method, path, body, key="a-key" if body is not None else None)
        told = problem(answer, status, code)
        assert house.rows() == before, what
        assert told["detail"].strip(), what
        assert told["type"] == f"urn:tramita:problem:{code}", what
        assert not LEAKS.search(answer.text), (what, LEAKS.search(answer.text))
        assert bool(answer.headers.get("WWW-Authenticate")) == (status == 401), what


pytest_sqlite = pytest.mark.parametrize("database", ["sqlite"])


@pytest_sqlite
def test_each_wrong_value_is_a_reason_of_its_own(house, problem):
    asked = {"title": "A", "subject": "nada", "team": "lua", "priority": "urgentissima"}
    told = problem(house.agent.post("/tickets", asked), 422, "invalid")
    assert [reason["details"]["member"] for reason in told["reasons"]] == ["subject", "team", "priority"]
    assert all(reason["detail"] in told["detail"] for reason in told["reasons"])


@pytest_sqlite
def test_absent_and_unreadable_cannot_be_told_apart(house):
    ticket = house.ticket()
    blind = house.world.person("cego", "desenhista")
    assert blind
    token = house.admin.post("/people/cego/tokens", {"label": "x"}).json["token"]
    caller = type(house.admin)(house.client, token)
    for rest, method, body in (("", "GET", None), ("/moves", "POST", {"move": "x"}), ("/history", "GET", None)):
        answers = [caller(method, f"/tickets/{p}{rest}", body) for p in (ticket["protocol"], ABSENT)]
        told = [{**a.json, "detail": a.json["detail"].split()[:3], "request_id": ""} for a in answers]
        assert [a.status_code for a in answers] == [404, 404]
        assert told[0] == told[1]


@pytest_sqlite
def test_every_wrong_member_is_named(house, problem):
    body = {"title": 5, "nada": 1, "fields": [], "priority": "x" * 41}
    told = problem(house.agent.post("/tickets", body), 422, "shape")
    assert told["errors"] == {
        "title": ["use um texto"],
        "nada": ["não existe aqui"],
        "fields": ["use um objeto"],
        "priority": ["use no máximo 40 caracteres"],
    }
    told = problem(house.admin.post("/processes", {"files": [{"name": "a.bpmn"}]}), 422, "shape")
    assert told["errors"] == {"files.0.content": ["é obrigatório"]}
    told = problem(house.agent.post("/tickets", {}), 422, "shape")
    assert told["errors"] == {"title": ["é obrigatório"]}
    told = problem(house.agent.get("/tickets?limit=1_0&nada=2"), 422, "shape")
    assert told["errors"] == {"limit": ["use um número inteiro"], "nada": ["não existe aqui"]}


@pytest_sqlite
def test_another_media_type_is_refused(house, problem):
    for kind, value in (("text/plain", b"{}"), ("", b"{}"), ("application/x-www-form-urlencoded", b"a=1")):
        _refused_everywhere(house, problem, kind, value)


def _refused_everywhere(house, problem, kind, value):
    for path in ("/tickets", "/processes", "/people"):
        problem(house.admin("POST", path, raw=value, headers={"Content-Type": kind}), 415, "media_type")


@pytest_sqlite
def test_a_json_charset_does_no_harm(house):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert house.agent("POST", "/tickets", {"title": "A"}, headers=headers).status_code == 201


@pytest_sqlite
def test_another_method_is_told_which_would_do(house, problem):
    answer = house.agent("DELETE", "/tickets")
    told = problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "DELETE" in told["detail"]


@pytest_sqlite
def test_a_large_body_is_refused_before_it_is_read(house, problem):
    class Unread:
        def read(self, *_):
            raise AssertionError("somebody read the body")

        readline = __iter__ = read

    too_much = str(house.engine.settings.max_body_bytes + 1)
    answer = house.agent(
        "POST", "/tickets", raw=b"", environ_overrides={"CONTENT_LENGTH": too_much, "wsgi.input": Unread()}
    )
    problem(answer, 413, "too_large")


@pytest_sqlite
def test_an_if_match_that_is_no_revision_is_malformed(house, problem):
    path = f"/tickets/{house.ticket()['protocol']}"
    for value in ("7", "'7'", '"x"', '"7', 'W/"7"', '"7", "8"', '"-1"', '"9999999999"', ""):
        problem(house.agent("PATCH", path, {"priority": "alta"}, headers={"If-Match": value}), 400, "malformed")


@pytest_sqlite
def test_a_token_that_nobody_knows_is_refused(house, problem):
    unknown = "tk_" + "a" * 43
    for value in ("Bearer", "Bearer x", "Basic dXNlcjpwYXNz", f"Bearer {unknown}", unknown, f"Bearer {unknown}ã"):
        answer = house.nobody("GET", "/me", headers={"Authorization": value.encode().decode("latin-1")})
        problem(answer, 401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest_sqlite
def test_nul_in_an_address_is_refused(house, problem):
    for path in ("/tickets/a%00b", "/processes/%00", "/tickets?text=%00", "/customers/%00"):
        problem(house.admin("GET", path), 400, "malformed")


@pytest_sqlite
def test_an_accident_of_ours_tells_nothing_of_our_insides(house, problem, monkeypatch):
    def broken(*_):
        raise RuntimeError("senha=canário /etc/passwd SELECT * FROM ticket")

    monkeypatch.setattr(type(house.engine), "run", broken)
    answer = house.agent.post("/tickets", {"title": "A"})
    told = problem(answer, 500, "internal")
    assert "canário" not in answer.text
    assert set(told) == {"type", "title", "status", "code", "detail", "request_id"}


@pytest_sqlite
def test_a_busy_database_says_when_to_come_back(house, problem, monkeypatch):
    from engine.errors import Busy

    def busy(*_, **__):
        raise Busy("O banco de dados está ocupado. Nada foi feito; tente de novo.")

    monkeypatch.setattr(type(house.engine), "run", busy)
    answer = house.agent.post("/tickets", {"title": "A"})
    problem(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "1"


@pytest_sqlite
def test_every_answer_is_guarded_by_headers(house):
    for answer in (house.agent.get("/tickets"), house.nobody.get("/tickets"), house.nobody.get("/health")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
        assert "Set-Cookie" not in answer.headers


@pytest_sqlite
def test_a_sane_request_id_is_taken_over(house):
    given = house.agent.get("/me", headers={"X-Request-Id": "abc-123.DEF_4567"})
    assert given.headers["X-Request-Id"] == "abc-123.DEF_4567"
    for odd in ("short", "x" * 65, "<script>alert(1)</script>", "a b c d e f g h", 'a"b"c"d"e'):
        made = house.agent.get("/me", headers={"X-Request-Id": odd}).headers["X-Request-Id"]
        assert re.fullmatch("[0-9a-f]{32}", made), odd


@pytest.mark.parametrize(
    ("path", "body", "lacking"),
    [
        ("/tickets", {"title": "Pia", "source": "erp"}, "external_id"),
        ("/tickets", {"title": "Pia", "external_id": "1"}, "source"),
        ("/tickets/2026-0000000-0/moves", {"source": "erp", "event_id": None}, "event_id"),
        ("/tickets/2026-0000000-0/messages", {"name": "x", "event_id": "1"}, "source"),
    ],
)
def test_half_a_natural_key_is_refused(house, problem, path, body, lacking):
    told = problem(house.agent.post(path, body), 422, "shape")
    assert list(told["errors"]) == [lacking]


def test_the_root_leads_to_the_pages(house):
    for path in ("/", "/api"):
        answer = house.app.test_client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/api/docs")


def test_a_wrong_token_is_told_apart_from_none(house):
    client = house.app.test_client()
    for token in ("x", "tk_" + "a" * 43):
        told = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert told.status_code == 401
        assert told.json["detail"].startswith("O token não vale (mais)")
    assert client.get("/api/v1/me").json["detail"].startswith("Envie o cabeçalho")
