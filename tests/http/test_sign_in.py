"""Signing in and out, as a browser sees it."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import SimpleCookie
from uuid import UUID

import orjson
import pytest
from sign_in import LOGIN, OTHER, PASSWORD, Browser, invited
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from api import create_app
from api.auth import STAFF
from api.openapi import Doors
from engine.people.throttle import TOGETHER


@pytest.fixture
def browser(house):
    invited(house)
    return Browser(house)


def test_somebody_is_invited_signs_in_acts_and_signs_out(house, problem):
    invited(house)
    one = Browser(house)
    begun = one.sign_in()
    assert begun.status_code == 201
    cookie = SimpleCookie(begun.headers["Set-Cookie"])["tramita_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert begun.json == {
        "login": LOGIN,
        "name": "Ana Souza",
        "profile": "agente",
        "teams": ["atendimento"],
        "csrf": one.csrf,
        "ends_at": "2026-03-09T12:00:00Z",
    }
    assert one("GET", "/session").json == begun.json
    opened = one("POST", "/tickets", {"title": "Vazamento", "subject": "hidraulica"})
    assert opened.status_code == 201, opened.text
    assert one("GET", f"/tickets/{opened.json['protocol']}/history").json["history"][0]["actor_name"] == "Ana Souza"
    left = one("DELETE", "/session")
    assert (left.json, one.text) == ({"ended": 1}, None)
    problem(one("GET", "/session"), 401, "not_authenticated")


def test_what_ends_elsewhere_ends_here_at_once(house, browser, problem):
    """Two workers: what one of them ends, the other one refuses with the next request."""
    from api.auth import Callers
    from engine.config import Settings
    from engine.starting import start

    elsewhere = start(Settings(database_url=house.world.url), clock=house.clock)
    other = Browser(house)
    browser.sign_in()
    other.sign_in()
    text = other.text
    assert other("GET", "/me").status_code == 200
    listed = browser("GET", "/sessions").json["sessions"]
    assert [one["here"] for one in listed].count(True) == 1
    (there,) = [one for one in listed if not one["here"]]
    house.app.extensions["tramita"] = {"engine": elsewhere, "callers": Callers(elsewhere)}
    assert browser("DELETE", f"/sessions/{there['session']}").json == {"ended": 1}
    house.app.extensions["tramita"] = {"engine": house.engine, "callers": Callers(house.engine)}
    problem(other("GET", "/me"), 401, "not_authenticated")
    assert browser("GET", "/me").status_code == 200
    assert browser("DELETE", "/sessions").json == {"ended": 1}
    problem(browser("GET", "/me"), 401, "not_authenticated")
    assert text is not None
    elsewhere.database.dispose()


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_answer_for_everything_that_is_wrong(house, browser, problem):
    house.admin.post("/people/carla.dias/invitation", {})
    told = set()
    for login, password in (
        (LOGIN, "x"),
        (LOGIN, PASSWORD + " "),
        (LOGIN, PASSWORD.upper()),
        ("ninguem", PASSWORD),
        ("carla.dias", PASSWORD),
        (f" {LOGIN}", PASSWORD),
        (LOGIN.upper(), PASSWORD),
    ):
        house.clock.forward(minutes=10)
        answer = Browser(house).sign_in(login, password)
        body = problem(answer, 401, "wrong_credentials")
        body.pop("request_id")
        told.add(orjson.dumps(body))
        assert "Set-Cookie" not in answer.headers
    assert len(told) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_has_no_password_costs_the_same(house, browser, monkeypatch):
    from engine.people import passwords

    compared = []
    real = passwords._Hashing.verify
    monkeypatch.setattr(
        passwords._Hashing, "verify", lambda self, stored, text: (compared.append(1), real(self, stored, text))[1]
    )
    Browser(house).sign_in("outra", "x")
    statements = {login: statements_of(house, login) for login in (LOGIN, "ninguem")}
    assert len(compared) == 3
    assert statements[LOGIN] == statements["ninguem"]


def statements_of(house, login):
    from sqlalchemy import event

    seen = []
    record = lambda *args: seen.append(args[2])  # noqa: E731 - removed again by name
    event.listen(house.engine.database, "before_cursor_execute", record)
    Browser(house).sign_in(login, "não é esta")
    event.remove(house.engine.database, "before_cursor_execute", record)
    return seen


def test_tries_are_counted_and_nobody_is_locked_out_for_ever(house, browser, problem):
    for login in (LOGIN, "ninguem"):
        for _ in range(TOGETHER.holds):
            problem(Browser(house).sign_in(login, "x"), 401, "wrong_credentials")
        refused = Browser(house).sign_in(login, PASSWORD)
        body = problem(refused, 429, "too_many")
        assert refused.headers["Retry-After"] == str(body["retry_after_s"]) == "30"
    house.clock.forward(seconds=29)
    problem(Browser(house).sign_in(), 429, "too_many")
    house.clock.forward(seconds=1)
    assert Browser(house).sign_in().status_code == 201
    assert Browser(house).sign_in().status_code == 201  # who knows the password is not counted


@pytest.mark.parametrize("database", ["sqlite"])
def test_guesses_from_everywhere_do_not_shut_out_who_signs_in_from_home(house, browser, problem):
    home = {"REMOTE_ADDR": "203.0.113.7"}
    assert Browser(house).sign_in(environ_base=home).status_code == 201
    for n in range(20):
        problem(
            Browser(house).sign_in(LOGIN, "x", environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}),
            401,
            "wrong_credentials",
        )
    problem(Browser(house).sign_in(environ_base={"REMOTE_ADDR": "198.51.100.99"}), 429, "too_many")
    assert Browser(house).sign_in(environ_base=home).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
def test_spaces_and_capitals_make_no_new_login_to_guess_at(house, browser, problem):
    for login in (LOGIN, LOGIN.upper(), f" {LOGIN}", "ana. souza", "Ana.Souza\t"):
        problem(Browser(house).sign_in(login, "x"), 401, "wrong_credentials")
    problem(Browser(house).sign_in(), 429, "too_many")


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_ipv6_network_is_one_place(house, browser, problem):
    for n in range(TOGETHER.holds):
        problem(
            Browser(house).sign_in(LOGIN, "x", environ_base={"REMOTE_ADDR": f"2001:db8::{n}"}), 401, "wrong_credentials"
        )
    problem(Browser(house).sign_in(environ_base={"REMOTE_ADDR": "2001:db8::ffff"}), 429, "too_many")
    assert Browser(house).sign_in(environ_base={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_session_is_never_taken_over(house, browser, problem):
    browser.client.set_cookie("tramita_session", "a" * 43)
    problem(browser("GET", "/me"), 401, "not_authenticated")
    browser.sign_in()
    first = browser.text
    assert first != "a" * 43
    browser.sign_in(csrf=False)
    assert browser.text != first
    old = Browser(house)
    old.client.set_cookie("tramita_session", first)
    problem(old("GET", "/me"), 401, "not_authenticated")


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_signs_in_where_somebody_else_was_signed_in_ends_that(house, browser, problem):
    invited(house, "bruno.lima")
    browser.sign_in()
    first = browser.text
    browser.sign_in("bruno.lima", csrf=False)
    old = Browser(house)
    old.client.set_cookie("tramita_session", first)
    problem(old("GET", "/me"), 401, "not_authenticated")
    assert browser("GET", "/me").json["login"] == "bruno.lima"


@pytest.mark.parametrize("database", ["sqlite"])
def test_behind_proxies_the_address_is_the_browsers(house, browser, problem):
    house.engine.settings = replace(house.engine.settings, proxies=1, public_url="https://atende.example")
    client = create_app(house.engine).test_client()

    def guess(forwarded):
        body = orjson.dumps({"login": LOGIN, "password": "x"})
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https", "Content-Type": "application/json"}
        return client.post("/api/v1/session", data=body, headers=headers | {"Origin": "https://atende.example"})

    for n in range(TOGETHER.holds):
        problem(guess(f"10.0.0.{n}, 203.0.113.7"), 401, "wrong_credentials")  # what stands before it is anybody's
    problem(guess("203.0.113.7"), 429, "too_many")
    problem(guess("203.0.113.8"), 401, "wrong_credentials")


@pytest.mark.parametrize("database", ["sqlite"])
def test_sessions_end_when_they_rest_and_in_any_case(house, browser, problem):
    browser.sign_in()
    house.clock.forward(hours=11, minutes=59)
    assert browser("GET", "/me").status_code == 200
    house.clock.forward(hours=11, minutes=59)
    assert browser("GET", "/me").status_code == 200
    house.clock.forward(hours=12)
    problem(browser("GET", "/me"), 401, "not_authenticated")
    browser.sign_in(csrf=False)
    for _ in range(15):
        assert browser("GET", "/me").status_code == 200
        house.clock.forward(hours=11)
    house.clock.forward(hours=3)
    problem(browser("GET", "/me"), 401, "not_authenticated")


@pytest.mark.parametrize("database", ["sqlite"])
def test_being_seen_is_written_once_a_minute(house, browser):
    browser.sign_in()
    began = browser("GET", "/sessions").json["sessions"][0]["seen_at"]
    house.clock.forward(seconds=59)
    browser("GET", "/me")
    assert browser("GET", "/sessions").json["sessions"][0]["seen_at"] == began
    house.clock.forward(seconds=1)
    browser("GET", "/me")
    assert browser("GET", "/sessions").json["sessions"][0]["seen_at"] == "2026-03-02T12:01:00Z"


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_cookie_alone_changes_nothing(house, browser, problem):
    """Every unsafe operation of the staff, with a cookie and without its guard."""
    browser.sign_in()
    before = house.rows()
    asked = 0
    for method, address in unsafe_doors(house.app):
        for headers in ({}, {"X-CSRF-Token": "x" * 64}, {"X-CSRF-Token": ""}):
            problem(browser(method, address, {}, headers=headers, csrf=False), 403, "csrf")
        asked += 1
    assert asked > 40
    assert house.rows() == before
    assert browser("GET", "/me").status_code == 200


def unsafe_doors(app, audience=STAFF):
    """Method and address of every operation of these doors that may change something."""
    for rule in app.url_map.iter_rules():
        doors = app.blueprints.get(rule.endpoint.partition(".")[0])
        if isinstance(doors, Doors) and not doors.public and doors.audience is audience:
            values = {name: _example(kind) for name, kind in rule._converters.items()}
            _, address = rule.build(values)
            for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
                yield method, address.removeprefix("/api/v1")


def _example(kind):
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return {IntegerConverter: 1, UUIDConverter: UUID(int=7)}.get(type(kind), "x")


@pytest.mark.parametrize("database", ["sqlite"])
def test_pages_of_others_are_sent_away(house, browser, problem):
    browser.sign_in()
    for headers in (
        {"Origin": "https://mau.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:81"},
    ):
        problem(browser("POST", "/tickets", {"title": "A"}, headers=headers), 403, "csrf")
        problem(Browser(house).sign_in(headers=headers), 403, "csrf")
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert browser("POST", "/tickets", {"title": "A"}, headers=own).status_code == 201
    assert Browser(house).sign_in(headers=own).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_guard_is_bound_to_its_session(house, browser, problem):
    other = Browser(house)
    browser.sign_in()
    other.sign_in()
    browser.csrf = other.csrf
    problem(browser("POST", "/tickets", {"title": "A"}), 403, "csrf")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_token_goes_before_a_cookie(house, browser, problem):
    browser.sign_in()
    token = {"Authorization": f"Bearer {house.admin.token}"}
    assert browser("GET", "/me", headers=token).json["login"] == "admin"
    assert browser("POST", "/tickets", {"title": "A"}, headers=token, csrf=False).status_code == 201
    wrong = {"Authorization": "Bearer tk_" + "x" * 43}
    problem(browser("GET", "/me", headers=wrong), 401, "not_authenticated")
    problem(browser("GET", "/me", headers={"Authorization": "Basic eDp4"}), 401, "not_authenticated")


@pytest.mark.parametrize("database", ["sqlite"])
def test_over_https_the_cookie_is_for_https_alone(house, browser, problem):
    answer = browser.sign_in(base_url="https://localhost")
    assert answer.headers["Set-Cookie"].startswith("__Host-tramita_session=")
    assert "; Secure" in answer.headers["Set-Cookie"]
    text = browser.client.get_cookie("__Host-tramita_session").value
    plain = Browser(house)
    plain.client.set_cookie("tramita_session", text)
    problem(plain("GET", "/me", base_url="https://localhost"), 401, "not_authenticated")


def test_a_new_password_ends_every_session_and_tokens_if_asked(house, browser, problem):
    token = type(house.admin)(house.client, house.admin.post(f"/people/{LOGIN}/tokens", {"label": "x"}).json["token"])
    other = Browser(house)
    browser.sign_in()
    other.sign_in()
    before = browser.text
    wrong = {"present": "não é esta", "password": OTHER}
    problem(browser("PUT", "/me/password", wrong), 422, "wrong_password")
    changed = browser("PUT", "/me/password", {"present": PASSWORD, "password": OTHER})
    assert (changed.status_code, browser.text != before) == (200, True)
    browser.csrf = changed.json["csrf"]
    problem(other("GET", "/me"), 401, "not_authenticated")
    assert browser("POST", "/tickets", {"title": "A"}).status_code == 201
    assert token.get("/me").status_code == 200
    problem(Browser(house).sign_in(), 401, "wrong_credentials")
    assert Browser(house).sign_in(password=OTHER).status_code == 201
    again = {"present": OTHER, "password": PASSWORD, "end_tokens": True}
    assert token.put("/me/password", again).json == {"csrf": None, "ends_at": None}
    problem(token.get("/me"), 401, "not_authenticated")
    problem(browser("GET", "/me"), 401, "not_authenticated")


@pytest.mark.parametrize("database", ["sqlite"])
def test_passwords_that_are_easy_to_guess_are_refused(house, problem):
    token = house.admin.post(f"/people/{LOGIN}/invitation", {}).json["token"]
    for password, code in (
        ("curta demais"[:11], "password_length"),
        ("x y z " * 40, "password_length"),
        ("123456789012", "password_weak"),
        ("senhasenha12", "password_weak"),
        ("ana.souza2026", "password_weak"),
        ("Ana Souza Ana Souza", "password_weak"),
        ("tramita-2026", "password_weak"),
        ("anasouza12345", "password_weak"),
        ("AnaSouza2026!", "password_weak"),
        ("minhasenhaforte123", "password_weak"),
        ("aaaaaaaaaaaaaaaa", "password_weak"),
        ("qwertyuiop123", "password_weak"),
    ):
        refused = problem(house.nobody.post("/invitations/accept", {"token": token, "password": password}), 422, code)
        assert password not in orjson.dumps(refused).decode() or password in "password"
    good = "ç" * 1 + "avalo bateria grampo"
    assert house.nobody.post("/invitations/accept", {"token": token, "password": good}).status_code == 200
    decomposed = "c\u0327avalo bateria grampo"
    assert Browser(house).sign_in(password=decomposed).status_code == 201
