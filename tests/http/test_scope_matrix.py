"""Principal × object × route, against an oracle written from docs/permissions.md; and nothing leaks by another door."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from organisation import token_of
from permission_oracle import Thing, Who, answer, reads
from sqlalchemy import select

from engine.people.knowing import hash_of
from engine.people.model import token as tokens
from engine.tickets.model import ticket as tickets
from permissions import presets

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

_SPEC = importlib.util.spec_from_file_location("_rows", Path(__file__).with_name("test_permission_matrix.py"))
_ROWS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_ROWS)
MATRIX = _ROWS.MATRIX

ABSENT = "2026-0000000-0"
# login -> (scope, teams, rules as in a preset: allow everywhere, allow by situation, deny)
PEOPLE = {
    "le.tudo": ("all", (), "reader"),
    "le.time": ("team", ("atendimento",), "reader"),
    "faz.time": ("team", ("financeiro",), "doer"),
    "faz.seu": ("own", (), "doer"),
    "outro.lugar": ("all", (), "elsewhere"),
    "negado": ("all", (), "denied"),
    "nada": ("all", ("atendimento",), "nothing"),
    "manda.seu": ("own", (), "boss"),
}
# Routes whose address names something inside a ticket: a positive answer needs that thing, a refusal does not.
INSIDE = re.compile(r"\{(?!protocol\})")
# The record of who saw what is for those who may read all of it.
AUDIT = {"list_accesses", "export_accesses_as_csv"}


class Matrix:
    """People of many kinds, and tickets of many kinds."""

    def __init__(self, house):
        self.house = house
        self.rules = []
        ours = {one.key: one for one in presets.load()}
        staff = [r.action for r in ours["administrador"].rules if r.process is None]
        inner = [r.action for r in ours["administrador"].rules if r.process is not None]
        kinds = {
            "reader": (["ticket.read", "ticket.export", "activity.read"], [], "*"),
            "doer": ([a for a in staff if not a.startswith(("permission.m", "people.m", "token.m"))], inner, "*"),
            "elsewhere": (staff, inner, "em_negociacao"),
            "denied": (staff, inner, "*"),
            "nothing": ([], [], "*"),
            "boss": (staff, inner, "*"),
        }
        cells, self.who = [], {}
        for login, (scope, teams, kind) in PEOPLE.items():
            key = login.replace(".", "_")
            outer, inside, situation = kinds[kind]
            made = house.admin.post("/permissions/profiles", {"key": key, "label": key, "scope": scope})
            assert made.status_code == 201, made.text
            process = "*" if situation == "*" else "atendimento"
            mine = [(key, action, True, None, None) for action in outer]
            mine += [(key, action, True, process, situation) for action in inside]
            if kind == "denied":
                mine += [(key, "ticket.note", False, "atendimento", "aberto")]
            self.rules += mine
            cells += [dict(zip(("profile", "action", "value", "process", "situation"), r, strict=True)) for r in mine]
            self.who[login] = Who(login, key, scope, frozenset(teams))
        for one in cells:
            one["value"] = "allowed" if one["value"] else "denied"
        for n in range(0, len(cells), 500):
            done = house.admin.patch("/permissions/cells", {"cells": cells[n : n + 500]})
            assert done.status_code == 200, done.text
        for login, (_, teams, _) in PEOPLE.items():
            house.world.person(login, login.replace(".", "_"), teams=teams)
        house.world.run(_issue, list(PEOPLE))
        self.things = self._tickets()

    def as_(self, login):
        return self.house.as_(login)

    def _tickets(self):
        """name -> (protocol, the ticket as the oracle sees it)."""
        admin = self.house.admin
        found = {}

        def opened(name, **more):
            body = {"title": f"Sigiloso {name}", "customer": "C-1001", "subject": "hidraulica"}
            body["subsubject"] = "hidraulica.vazamento"
            made = admin.post("/tickets", body | more)
            assert made.status_code == 201, made.text
            return made.json["protocol"]

        def change(protocol, login):
            def put(unit, _):
                known = {one.login: one.id for one in unit.catalogue.people.values()}
                row = unit.connection.execute(select(tickets).where(tickets.c.protocol == protocol)).one()
                about = f"ticket:{row.id}"
                if login.startswith("opener="):
                    unit.update(about, tickets, {"id": row.id}, opened_by=f"user:{known[login[7:]]}")
                else:
                    unit.update(about, tickets, {"id": row.id}, responsible=known[login])
                unit.record(about, "x")

            self.house.world.run(put, None)

        plain = {"process": "atendimento", "situation": "aberto", "opener": "admin", "responsible": None}
        for login in ("faz.seu", "manda.seu"):
            found[f"has.{login}"] = (
                (one := opened(f"has.{login}", team="assistencia")),
                Thing(**plain | {"responsible": login}, team="assistencia"),
            )
            change(one, login)
            found[f"opened.{login}"] = (
                (one := opened(f"opened.{login}", team="assistencia")),
                Thing(**plain | {"opener": login}, team="assistencia"),
            )
            change(one, f"opener={login}")
            one = opened(f"works.{login}", team="assistencia")
            task = admin.post(f"/tickets/{one}/tasks", {"name": "x", "responsible": login})
            assert task.status_code == 201, task.text
            found[f"works.{login}"] = one, Thing(**plain, team="assistencia", workers=frozenset({login}))
        found["atendimento"] = opened("atendimento", team="atendimento"), Thing(**plain, team="atendimento")
        found["financeiro"] = opened("financeiro", team="financeiro"), Thing(**plain, team="financeiro")
        one = opened("fila", team="assistencia")
        assert admin.post(f"/tickets/{one}/tasks", {"name": "x", "team": "financeiro"}).status_code == 201
        found["fila"] = one, Thing(**plain, team="assistencia", working_teams=frozenset({"financeiro"}))
        found["assistencia"] = opened("assistencia", team="assistencia"), Thing(**plain, team="assistencia")
        found["absent"] = ABSENT, Thing(**plain, team=None, there=False)
        return found


def _issue(unit, logins):
    known = {one.login: one.id for one in unit.catalogue.people.values()}
    for login in logins:
        values = {"hash": hash_of(token_of(login)), "person_id": known[login]}
        unit.insert(f"person:{known[login]}", tokens, **values, label="teste", issued_at=unit.now)
        unit.record(f"person:{known[login]}", "token_issued")
    unit.new_authority()


def ask(caller, operation, protocol):
    _, method, path, body = MATRIX[operation]
    address = path.replace("{protocol}", protocol)
    address = re.sub(r"\{[a-z_]+\}", "019a4d2e-a100-7c31-9d22-7b8d9f0a1b2c", address)
    if isinstance(body, bytes):
        return caller(method, address, raw=body, headers={"Content-Type": "application/pdf"})
    if body is not None:
        body = {k: protocol if isinstance(v, str) and v.startswith("{") else v for k, v in body.items()}
    return caller(method, address, body)


def said(found, protocol):
    """An answer without what is about the request itself."""
    text = re.sub(r'"request_id":\s*"[^"]*"', "", found.text).replace(protocol, "…")
    headers = {k: v for k, v in found.headers.items() if k not in {"X-Request-Id", "Content-Length"}}
    return found.status_code, text, headers


def test_every_route_to_a_ticket_answers_as_the_oracle_says(house):
    here = Matrix(house)
    routes = [one for one, (_, _, path, _) in MATRIX.items() if "{protocol}" in path]
    assert len(routes) > 20
    wrong = []
    for login, who in here.who.items():
        caller = here.as_(login)
        unreadable = {one: said(ask(caller, one, ABSENT), ABSENT) for one in routes}
        for name, (protocol, thing) in here.things.items():
            for operation in routes:
                right, method, path, _ = MATRIX[operation]
                wanted = answer(here.rules, who, right, thing)
                if wanted == 200 and (method != "GET" or INSIDE.search(path)):
                    continue  # done by the matrix of profiles, each on a scene of its own
                if wanted == 403 and INSIDE.search(path):
                    continue
                found = ask(caller, operation, protocol)
                if found.status_code != wanted:
                    wrong.append(f"{login} {operation} {name}: {found.status_code}, not {wanted}")
                elif wanted == 404 and said(found, protocol) != unreadable[operation]:
                    wrong.append(f"{login} {operation} {name}: told apart from what is not there")
    assert not wrong, "\n".join(wrong[:40])


def test_lists_search_and_every_other_door_show_what_can_be_read_and_never_the_rest(house):
    here = Matrix(house)
    for name, (protocol, _) in here.things.items():
        if name != "absent":
            at = {"at": "2030-03-04T13:00:00Z"}
            assert house.admin.put(f"/tickets/{protocol}/next-action", at).status_code == 200
    hub = here.things["has.faz.seu"][0]
    for name in ("assistencia", "has.manda.seu", "opened.faz.seu"):
        assert house.admin.post(f"/tickets/{hub}/links", {"ticket": here.things[name][0]}).status_code == 201
    doors = {
        "list": "/tickets?limit=100&text=Sigiloso",
        "open": "/tickets?limit=100&standing=open&sort=opened_at",
        "due": "/next-actions?limit=100&until=2031-01-01T00:00:00Z",
    }
    for login, who in here.who.items():
        caller = here.as_(login)
        readable = {p for _, (p, thing) in here.things.items() if reads(here.rules, who, thing)}
        for door, path in doors.items():
            found = caller.get(path)
            if login == "nada":
                assert found.status_code == 403
                continue
            shown = {one["protocol"] for one in found.json["tickets"]}
            assert shown & {p for p, _ in here.things.values()} == readable, (login, door)
        links = caller.get(f"/tickets/{hub}/links")
        if hub in readable:
            assert {one["protocol"] for one in links.json["links"]} <= readable, login
        hidden = {name: p for name, (p, _) in here.things.items() if p not in readable and name != "absent"}
        for operation, (_, method, path, _) in MATRIX.items():
            if method != "GET" or "{" in path or operation in AUDIT:
                continue
            text = caller.get(path).text
            leaked = [name for name, p in hidden.items() if p in text or f"Sigiloso {name}" in text]
            assert not leaked, (login, operation, leaked)


def test_commands_that_name_many_tickets_tell_what_is_hidden_and_what_is_absent_alike(house):
    here = Matrix(house)
    caller = here.as_("manda.seu")
    mine, hidden = here.things["has.manda.seu"][0], here.things["assistencia"][0]
    order = {"tickets": [mine, hidden, ABSENT], "next_action": {"at": "2030-03-04T13:00:00Z"}}
    job = caller.post("/bulk", order)
    assert job.status_code == 201, job.text
    for _ in range(20):
        caller.post("/bulk/" + job.json["id"] + "/apply", {})
        house.clock.forward(minutes=1)
    results = {one["protocol"]: one for one in caller.get(f"/bulk/{job.json['id']}/results").json["results"]}
    alike = [{k: v for k, v in results[one].items() if k not in {"protocol", "number"}} for one in (hidden, ABSENT)]
    assert repr(alike[0]).replace(hidden, "…") == repr(alike[1]).replace(ABSENT, "…")
    assert hidden not in caller.get("/bulk").text
