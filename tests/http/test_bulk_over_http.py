"""Bulk behind its doors: dry run, groups page by page, apply, results as a file, cancel."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from engine.bulk.working import work_all

START = {"move": "iniciar_atendimento"}


@pytest.fixture
def boss(house):
    house.world.person("sofia", "supervisor", teams=["atendimento"])
    token = house.admin.post("/people/sofia/tokens", {"label": "x"}).json["token"]
    return type(house.admin)(house.client, token)


def work(house):
    return work_all(house.engine, worker="w", budget_s=300)


def test_dry_run_apply_and_results(house, boss, problem):
    ready = [house.ticket(fields={"unidade": "1"})["protocol"] for _ in range(2)]
    lacking = [house.ticket()["protocol"] for _ in range(3)]
    answer = boss.post("/bulk", {"filter": {"situation": "aberto", "standing": "open"}, "move": START}, key="lote-1")
    job = answer.json
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/bulk/{job['id']}")
    assert (job["state"], job["size"], job["summary"]) == ("weighed", 5, "2 podem, 3 sem Unidade")
    again = boss.post("/bulk", {"filter": {"situation": "aberto", "standing": "open"}, "move": START}, key="lote-1")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (answer.data, "true")
    assert boss.get(f"/bulk/{job['id']}").json == job

    found, path = [], f"/bulk/{job['id']}/results?group=fields_missing:unidade&limit=2"
    while path:
        page = boss.get(path).json
        found += page["results"]
        path = page["next"] and page["next"].removeprefix("/api/v1")
    assert [one["protocol"] for one in found] == lacking[::-1]
    assert found[0]["reasons"][0]["code"] == "fields_missing"
    assert (found[0]["state"], found[0]["detail"]) == ("refused", "Falta preencher: Unidade.")

    applied = boss.post(f"/bulk/{job['id']}/apply", {}, key="aplicar-1")
    assert (applied.status_code, applied.json["state"]) == (200, "applying")
    house.clock.forward(seconds=1)
    assert work(house) == 2
    done = boss.get(f"/bulk/{job['id']}").json
    assert (done["state"], done["summary"]) == ("done", "2 feitos, 3 sem Unidade")
    assert {(one["group"], one["count"]) for one in done["groups"]} == {("done", 2), ("fields_missing:unidade", 3)}
    assert done["progress"] | {"began_at": None} == {
        "handled": 2,
        "of": 2,
        "began_at": None,
        "rate_per_s": 2.0,
        "remaining_s": None,
    }
    assert {house.agent.get(f"/tickets/{one}").json["situation"] for one in ready} == {"em_atendimento"}
    row = house.agent.get(f"/tickets/{ready[0]}/history").json["history"][-1]
    assert (row["detail"]["bulk"], row["sentence"].endswith(", em lote")) == (job["id"], True)
    problem(boss.post(f"/bulk/{job['id']}/apply", {}), 409, "bulk_state")
    problem(boss.post(f"/bulk/{job['id']}/cancel", {}), 409, "bulk_state")

    file = boss.get(f"/bulk/{job['id']}/results.csv?state=refused")
    assert file.content_type.startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"), newline="")))
    assert [(row["protocol"], row["group"]) for row in rows] == [
        (one, "fields_missing:unidade") for one in lacking[::-1]
    ]
    assert rows[0]["fix"]


def test_jobs_are_listed_newest_first_and_cancelled(house, boss, problem):
    protocol = house.ticket()["protocol"]
    at = (house.clock() + timedelta(days=1)).isoformat()
    body = {"tickets": [protocol], "next_action": {"at": at}}
    ids = [boss.post("/bulk", body).json["id"] for _ in range(3)]
    page = boss.get("/bulk?limit=2").json
    assert [one["id"] for one in page["jobs"]] == ids[:0:-1]
    last = boss.get(page["next"].removeprefix("/api/v1")).json
    assert ([one["id"] for one in last["jobs"]], last["next"]) == (ids[:1], None)
    assert boss.post(f"/bulk/{ids[0]}/cancel", {}).json["state"] == "cancelled"
    problem(boss.post(f"/bulk/{ids[0]}/apply", {}), 409, "bulk_state")
    problem(house.admin.get(f"/bulk/{ids[0]}"), 404, "not_found")
    problem(house.admin.get(f"/bulk/{ids[0]}/results"), 404, "not_found")
    problem(house.admin.get(f"/bulk/{ids[0]}/results.csv"), 404, "not_found")
    problem(house.agent.post("/bulk", {"tickets": [protocol], "move": START}), 403, "not_permitted")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"move": START}, "filter"),
        ({"filter": {"standing": "open"}, "tickets": ["x"], "move": START}, "filter"),
        ({"filter": {"standing": "open"}}, "move"),
        ({"filter": {"standing": "open"}, "move": START, "task": {"name": "x"}}, "move"),
        ({"filter": {}, "move": START}, "filter"),
        ({"filter": {"limit": 5}, "move": START}, "filter.limit"),
        ({"filter": {"standing": "aberto"}, "move": START}, "filter.standing"),
        ({"tickets": [], "move": START}, "tickets"),
        ({"tickets": ["x"], "move": {"event_id": "1"}}, "move.event_id"),
        ({"tickets": ["x"], "interact": {"interaction": {}}}, "interact.interaction.kind"),
    ],
)
def test_what_is_no_order_is_refused_by_name(house, boss, problem, body, member):
    assert member in problem(boss.post("/bulk", body), 422, "shape")["errors"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_filter_that_means_nothing_is_refused_at_once(house, boss, problem):
    body = {"filter": {"responsible": "ninguem.assim"}, "move": START}
    problem(boss.post("/bulk", body), 422, "person_unknown")
