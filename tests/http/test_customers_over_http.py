from __future__ import annotations

from urllib.parse import quote
from uuid import UUID, uuid4

import pytest


def test_a_customer_from_first_call_to_consent(house):
    agent = house.agent
    made = agent.put("/customers/C-7", {"name": "Célia Prado"}).json
    assert made == {
        "id": made["id"],
        "key": "C-7",
        "name": "Célia Prado",
        "kind": "person",
        "retired": False,
        "contact_points": [],
        "consents": [],
        "withheld": ["document", "financial", "health"],
    }
    body = {"kind": "mobile", "value": "(62) 98123-0000", "preferred": True}
    added = agent.post("/customers/C-7/contact-points", body, key="k")
    assert added.status_code == 201
    assert agent.post("/customers/C-7/contact-points", body, key="k").data == added.data
    (point,) = added.json["contact_points"]
    assert UUID(point["id"])
    assert (point["value"], point["verified"], point["preferred"]) == ("+5562981230000", False, True)
    path = f"/customers/C-7/contact-points/{point['id']}"
    assert agent.patch(path, {"verified": True}).json["contact_points"][0]["verified"] is True
    consent = {"channel": "sms", "given": True, "how": "form", "at": "2026-02-01T09:00:00-03:00"}
    (told,) = agent.post("/customers/C-7/consents", consent).json["consents"]
    assert (told["channel"], told["given"], told["at"]) == ("sms", True, "2026-02-01T12:00:00Z")
    found = agent.get("/customers/C-7").json
    assert (len(found["contact_points"]), found["consents"]) == (1, [told])
    assert agent("DELETE", path).json["contact_points"] == []
    deeds = [row["deed"] for row in agent.get("/customers/C-7/history").json["history"]]
    assert deeds == [
        "contact_point_removed",
        "consent_given",
        "contact_point_changed",
        "contact_point_added",
        "added",
    ]


def test_customers_are_found_page_after_page(house):
    def keys(query):
        return [one["key"] for one in house.agent.get(f"/customers?{query}").json["customers"]]

    assert keys(f"phone={quote('62 3774-3039')}") == ["C-1002"]
    assert keys("phone=%2B5562981234567") == ["C-1001"]
    assert keys("email=CARLA.MENDES@exemplo.example") == ["C-1001"]
    assert keys(f"q={quote('ACÁCIAS')}") == ["C-2001"]
    first = house.agent.get("/customers?limit=2").json
    assert [one["key"] for one in first["customers"]] == ["C-1001", "C-2001"]
    assert first["next"].startswith("/api/v1/customers?")
    last = house.agent.get(first["next"].removeprefix("/api/v1")).json
    assert ([one["key"] for one in last["customers"]], last["next"]) == (["C-1002"], None)


def test_refusals_leave_no_trace(house, problem):
    agent, designer = house.agent, house.as_("fabio.nunes")
    (point,) = agent.get("/customers/C-1002").json["contact_points"]
    points, consents = "/customers/C-1002/contact-points", "/customers/C-1002/consents"
    one = f"{points}/{point['id']}"
    before = house.rows()
    phone = {"kind": "phone", "value": "62 3774 3039"}
    consent = {"channel": "sms", "given": True, "how": "form"}
    for answer, status, code in (
        (agent.post(points, phone), 409, "contact_point_known"),
        (agent.post(points, phone | {"value": "3774-3039"}), 422, "phone_invalid"),
        (agent.post(points, {"kind": "email", "value": "alice@example.org)bob@evil.example"}), 422, "email_invalid"),
        (agent.post(points, phone | {"kind": "fax"}), 422, "invalid"),
        (agent.post(points, phone | {"verified": "yes"}), 422, "shape"),
        (agent.post("/customers/C-9/contact-points", phone), 404, "customer_unknown"),
        (agent.patch(f"{points}/{uuid4()}", {"verified": True}), 404, "not_found"),
        (agent.patch(f"{points}/x", {"verified": True}), 404, "not_found"),
        (agent.post(consents, consent | {"channel": "fax"}), 422, "invalid"),
        (agent.post(consents, consent | {"at": "2026-02-01T09:00:00"}), 422, "shape"),
        (agent.post(consents, consent | {"at": "2999-01-01T00:00:00Z"}), 422, "invalid"),
        (agent.get("/customers/C-9"), 404, "customer_unknown"),
        (agent.get("/customers/C-9/history"), 404, "customer_unknown"),
        (agent.get("/customers?phone=123"), 422, "phone_invalid"),
        (agent.get("/customers?cursor=x"), 422, "cursor"),
        (agent.put("/customers/C-9", {"name": "X", "kind": "cat"}), 422, "invalid"),
        (designer.get("/customers"), 403, "not_permitted"),
        (designer.get("/customers/C-1002"), 403, "not_permitted"),
        (designer.get("/customers/C-9"), 403, "not_permitted"),
        (designer.post(points, phone), 403, "not_permitted"),
        (designer.patch(one, {"verified": True}), 403, "not_permitted"),
        (designer("DELETE", one), 403, "not_permitted"),
        (designer.post(consents, consent), 403, "not_permitted"),
    ):
        problem(answer, status, code)
    assert house.rows() == before


CANARIES = ("{{ticket.protocol}}", "<img src=x onerror=alert(1)>", "=1+1", "a%s{0}\\u0041", "${x}{% y %}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_names_and_labels_come_back_literally(house):
    for n, canary in enumerate(CANARIES):
        assert house.agent.put(f"/customers/K{n}", {"name": canary}).json["name"] == canary
        assert house.agent.get(f"/customers/K{n}").json["name"] == canary
        assert house.agent.get(f"/customers?q={quote(canary)}").json["customers"][0]["name"] == canary
        assert house.admin.put(f"/registry/teams/k{n}", {"label": canary}).json["label"] == canary
        assert house.agent.get(f"/registry/teams/k{n}").json["label"] == canary
