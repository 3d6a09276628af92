"""A browser that keeps its cookie, and how somebody comes by a password: for tests of sign-in."""

from __future__ import annotations

import orjson

PASSWORD = "guarda-chuva azul na varanda"
OTHER = "três bondes sobem a ladeira"
LOGIN = "ana.souza"


class Browser:
    """Keeps the cookie and sends the guard along, as a page of ours would."""

    def __init__(self, house):
        self.house = house
        self.client = house.app.test_client()
        self.csrf = None

    def __call__(self, method, path, body=None, *, headers=(), csrf=True, **more):
        sent = dict(headers)
        if csrf and self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        if body is not None:
            more["data"], sent["Content-Type"] = orjson.dumps(body), "application/json"
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, buffered=True, **more)

    def sign_in(self, login=LOGIN, password=PASSWORD, **more):
        answer = self("POST", "/session", {"login": login, "password": password}, **more)
        if answer.status_code == 201:
            self.csrf = answer.json["csrf"]
        return answer

    @property
    def text(self):
        cookie = self.client.get_cookie("tramita_session")
        return cookie.value if cookie else None


def invited(house, login=LOGIN, password=PASSWORD):
    """Somebody who has a password."""
    link = house.admin.post(f"/people/{login}/invitation", {})
    assert link.status_code == 201, link.text
    answer = house.nobody.post("/invitations/accept", {"token": link.json["token"], "password": password})
    assert (answer.status_code, answer.json) == (200, {"login": login})
    return link.json
