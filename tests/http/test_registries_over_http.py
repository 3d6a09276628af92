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
    problem(house.admin.put(path, {"members": ["ninguem"]}), 422, "person_unknown")


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
