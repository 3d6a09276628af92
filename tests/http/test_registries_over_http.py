from __future__ import annotations

import pytest


def test_an_entry_is_put_read_with_its_history_and_retired(house):
    admin = house.admin
    body = {"label": "Torre C"}
    put = admin.put("/registry/blocks/acacias.torre_c", body)
    assert (put.status_code, put.json) == (
        200,
        {"key": "acacias.torre_c", "label": "Torre C", "retired": False, "used_by": []},
    )
    admin.put("/registry/units/acacias.torre_c.1", {"label": "1"})
    retired = admin.put("/registry/blocks/acacias.torre_c", body | {"retired": True}).json
    assert retired["used_by"] == [{"what": "units", "count": 1, "keys": ["acacias.torre_c.1"]}]
    found = house.agent.get("/registry/blocks/acacias.torre_c").json
    assert [(row["deed"], row["detail"]) for row in found["history"]] == [
        ("changed", {"retired": [False, True]}),
        ("added", {"label": "Torre C", "retired_at": None}),
    ]
    assert found["history"][0]["actor_name"] == "Admin"

    def keys(query=""):
        return [one["key"] for one in house.agent.get(f"/registry/blocks{query}").json["blocks"]]

    assert keys() == ["acacias.torre_a", "acacias.torre_b"]
    assert keys("?retired=true") == ["acacias.torre_a", "acacias.torre_b", "acacias.torre_c"]


def test_open_tickets_are_counted_among_the_uses(house):
    house.ticket(priority="alta")
    house.ticket(priority="alta")
    used = house.admin.get("/registry/priorities/alta").json["used_by"]
    assert used[-1] == {"what": "tickets", "count": 2, "keys": []}
    used = house.admin.get("/registry/subjects/hidraulica").json["used_by"]
    assert {one["what"]: one["count"] for one in used}.items() >= {"subsubjects": 2, "tickets": 2}.items()


def test_a_ticket_keeps_what_was_retired_and_takes_nothing_unknown(house, problem):
    path = f"/tickets/{house.ticket(priority='alta', request_type='duvida')['protocol']}"
    house.admin.put("/registry/priorities/alta", {"label": "Alta", "position": 10, "retired": True})
    assert house.agent.patch(path, {"title": "Outro título"}).json["priority"] == "alta"
    for body in ({"priority": "urgentissima"}, {"request_type": "elogio"}):
        before = house.rows()
        told = problem(house.agent.patch(path, body), 422, "invalid")
        (value,) = body.values()
        assert f"'{value}' não está cadastrado; existem" in told["detail"]
        problem(house.agent.post("/tickets", {"title": "X", "subject": "hidraulica"} | body), 422, "invalid")
        assert house.rows() == before
    again = house.agent.post("/tickets", {"title": "X", "subject": "hidraulica", "priority": "alta"})
    problem(again, 422, "invalid")


def test_members_of_a_team(house, problem):
    path = "/registry/teams/financeiro/members"
    carla = {"login": "carla.dias", "name": "Carla Dias"}
    assert house.agent.get(path).json["members"][0] == carla
    body = {"members": ["bruno.lima", "carla.dias"]}
    answer = house.as_("elisa.prado").put(path, body, key="k")
    assert answer.json == {"members": [{"login": "bruno.lima", "name": "Bruno Lima"}, carla]}
    assert house.as_("elisa.prado").put(path, body, key="k").data == answer.data
    assert house.as_("bruno.lima").get("/me").json["teams"] == ["assistencia", "financeiro"]
    problem(house.agent.put(path, body), 403, "not_permitted")
    problem(house.admin.put("/registry/teams/nada/members", body), 404, "not_found")
    told = problem(house.admin.put(path, {"members": ["ninguem"]}), 422, "person_unknown")
    assert [one["details"]["member"] for one in told["reasons"]] == ["members"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("path", "body", "members"),
    [
        ("teams/X-1", {"label": "X", "calendar": "nada", "text": "x"}, ["key", "calendar", "text"]),
        ("subsubjects/nada.x", {"label": "X", "team": "nada"}, ["key", "team"]),
        ("fields/cor", {"label": "Cor", "type": "choice", "personal_class": "contact"}, ["personal_class", "choices"]),
        ("fields/titulo", {"label": "T", "type": "cor"}, ["type"]),
        ("calendars/c", {"label": "C", "week": ["seg 8"], "zone": "X", "holidays": "XX"}, ["week", "zone", "holidays"]),
        ("sla_policies/p", {"label": "P", "subject": "nada", "resolution": "8h"}, ["resolution", "subject"]),
        ("sla_policies/p", {"label": "P"}, ["resolution"]),
        ("activity_types/a", {"label": "A", "kind": "x", "template": "x"}, ["kind", "template"]),
        ("intake_forms/f", {"label": "F", "asks": ["x"], "max_files": 9}, ["asks"]),
        ("standard_replies/r", {"label": "R", "text": "{{x}} {{"}, ["text", "text"]),
    ],
)
def test_each_wrong_member_of_an_entry_is_a_reason(house, problem, path, body, members):
    before = house.rows()
    told = problem(house.admin.put(f"/registry/{path}", body), 422, "invalid")
    assert [one["details"]["member"] for one in told["reasons"]] == members
    assert told["detail"].startswith(f"O cadastro {path} não serve: {told['reasons'][0]['detail']}")
    assert all(one["fix"] for one in told["reasons"])
    assert house.rows() == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_other_refusals_of_registries_name_the_member_too(house, problem):
    point = {"kind": "phone", "value": "3774-3039"}
    for answer, code, member in (
        (house.agent.post("/customers/C-1001/contact-points", point), "phone_invalid", "value"),
        (house.agent.get("/customers?phone=3774-3039"), "phone_invalid", "phone"),
        (house.agent.get("/customers?email=x"), "email_invalid", "email"),
        (house.agent.get("/customers?cursor=x"), "cursor", "cursor"),
        (house.admin.put("/portal/form", {"form": "nada"}), "form_unknown", "form"),
        (house.admin.put("/interaction-demands", {"process": "nada", "demands": []}), "invalid", "process"),
    ):
        (reason,) = problem(answer, 422, code)["reasons"]
        assert (reason["code"], reason["details"]) == (code, {"member": member})


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plan_that_would_end_is_a_conflict_and_every_version_says_when_it_holds(house, problem):
    path, week = "/registry/calendars/comercial", ["seg-sex 09:00-18:00"]
    plan = {"label": "C", "week": week, "valid_from": "2026-12-01"}
    assert house.admin.put(path, plan).status_code == 200
    early = plan | {"valid_from": "2026-06-01", "week": ["seg-sex 10:00-18:00"]}
    told = problem(house.admin.put(path, early), 409, "later_versions")
    assert told["versions"] == [{"number": 2, "since": "2026-12-01", "until": None}]
    assert house.admin.put(path, early | {"replaces_later": True}).status_code == 200
    wanted = [{"from": None, "until": "2026-06-01"}, None, {"from": "2026-06-01", "until": None}]
    assert [one["in_force"] for one in house.admin.get("/calendars/comercial").json["versions"]] == wanted
    versions = house.admin.get(path).json["versions"]
    assert [one["in_force"] for one in versions] == wanted
    assert versions[2]["says"]["week"] == ["seg-sex 10:00-18:00"]
    assert "versions" not in house.admin.get("/registry/teams/financeiro").json
    problem(house.admin.put("/registry/teams/financeiro", {"label": "F", "replaces_later": True}), 422, "invalid")


def test_placeholders_are_listed_and_unknown_ones_refused(house, problem):
    names = [one["name"] for one in house.agent.get("/placeholders").json["placeholders"]]
    assert {"ticket.protocol", "ticket.title", "customer.name"} <= set(names)
    body = {"label": "X", "text": "{{customer.nome}}"}
    told = problem(house.admin.put("/registry/standard_replies/x", body), 422, "invalid")
    assert all(f"{{{{{name}}}}}" in told["detail"] for name in names)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_odd_requests_to_registries(house, problem):
    problem(house.agent.get("/registry/teams/nada"), 404, "not_found")
    problem(house.agent.get("/registry/nada/nada"), 404, "not_found")
    problem(house.agent.get("/registry/teams?retired=1"), 422, "shape")
    problem(house.admin.put("/registry/teams/x", {"label": "X", "position": 1}), 422, "invalid")
    problem(house.admin.put("/registry/priorities/x", {"label": "X", "position": "1"}), 422, "shape")
    problem(house.nobody.get("/registry/teams/atendimento"), 401, "not_authenticated")
