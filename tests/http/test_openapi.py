"""The OpenAPI document says what there is, all of it, and it is true."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from jsonschema_rs import Draft202012Validator

from api import document_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
FROZEN = Path(__file__).parents[2] / "docs" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
NOT_OPERATIONS = {"/", "/api", "/api/v1/openapi.json", "/api/docs", "/api/docs/<name>"}
NOT_OPERATIONS |= {"/convite", "/nova-senha", "/senha.js", "/senha.css"}  # the page behind a link
PUBLIC = {"post setup", "get health", "get ready", "post session"}
# They write nothing, can be repeated as they are, or would keep an answer made of a password.
UNKEYED = {"check_processes", "suppose_a_change", "list_supposed_tickets", "deactivate_a_person"}
UNKEYED |= {"sign_in_here", "put_own_password", "accept_invitation", "accept_reset"}
PUBLIC |= {"post invitations/accept", "post password-resets/accept"}
# The portal's operations stand in a document of their own: tests/portal/test_portal_document.py.


@pytest.fixture
def document(house):
    return document_of(house.app)


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_the_frozen_document_is_the_present_one(document):
    """Write it anew with `tramita openapi > docs/openapi.json`."""
    assert orjson.loads(FROZEN.read_bytes()) == orjson.loads(orjson.dumps(document))


def test_every_route_is_documented_and_every_documented_route_is_there(house, document):
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", re.sub(r"\([^()]*\)", "", rule.rule)), method.lower())
        for rule in house.app.url_map.iter_rules()
        if rule.rule not in NOT_OPERATIONS and not rule.rule.startswith("/portal/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in operations(document)}


def test_every_operation_is_described_with_an_example_and_its_refusals(document):
    seen = set()
    for path, method, one in operations(document):
        where = f"{method} {path}"
        assert one["summary"].endswith("."), where
        assert one["operationId"] not in seen, where
        seen.add(one["operationId"])
        public = f"{method} {path.removeprefix('/api/v1/')}" in PUBLIC
        assert one["security"] == ([] if public else [{"bearer": []}, {"tramita_session": []}]), where
        statuses = set(one["responses"])
        assert statuses >= {"400", "500", "503"} | (set() if public else {"401", "403"}), where
        if "requestBody" in one:
            assert statuses >= {"413", "415", "422"}, where
            content = one["requestBody"]["content"]
            assert "example" in content.get("application/json", ()) or "multipart/form-data" in content, where
            if one["operationId"] not in UNKEYED:
                assert {"$ref": "#/components/parameters/IdempotencyKey"} in one["parameters"], where
        if "{" in path:
            assert "404" in statuses, where
        for status in statuses - {s for s in statuses if s >= "400"}:
            (media,) = one["responses"][status]["content"].values()
            assert "example" in media, where


def test_refusals_are_problems(document):
    for name, response in document["components"]["responses"].items():
        (kind,) = response["content"]
        assert (kind, name[:7]) == ("application/problem+json", "Problem")
        media = response["content"][kind]
        assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert set(media["example"]) >= {"type", "title", "status", "code", "detail", "request_id"}


def test_examples_have_the_shape_they_are_examples_of(document):
    checked = 0
    for path, method, one in operations(document):
        for content in (one.get("requestBody", {}), *one["responses"].values()):
            for kind, media in content.get("content", {}).items():
                if "json" in kind and "example" in media:
                    _validator(document, media["schema"]).validate(media["example"])
                    checked += 1
        assert checked, (path, method)


def test_what_is_dumped_by_hand_has_the_documented_shape(house, document):
    """The hand-written dumps of tickets, against the schemas, with everything a ticket can have."""
    ticket = house.ticket(customer="C-1001", description="Pinga")
    house.agent.patch(f"/tickets/{ticket['protocol']}", {"responsible": "ana.souza", "priority": "alta"})
    house.moved(ticket, "iniciar_atendimento", unidade="1")
    house.moved(ticket, "negociar")
    stuck = house.ticket()
    house.world.run(_get_stuck, stuck["protocol"])
    for path in (
        f"/tickets/{ticket['protocol']}",
        f"/tickets/{stuck['protocol']}",
        f"/tickets/{ticket['protocol']}/moves",
        f"/tickets/{ticket['protocol']}/history",
        "/tickets",
        "/tickets?limit=1",
        "/processes",
        "/processes/atendimento",
        "/processes/atendimento/versions/1",
        "/registry",
        "/registry/fields",
        "/people",
        "/me",
        "/health",
        "/ready",
    ):
        template = re.sub(r"/tickets/[\d-]+", "/tickets/{protocol}", path.partition("?")[0])
        template = re.sub(r"/processes/atendimento/versions/1", "/processes/{key}/versions/{number}", template)
        template = template.replace("/processes/atendimento", "/processes/{key}")
        template = template.replace("/registry/fields", "/registry/{kind}")
        answer = house.admin.get(path)
        schema = document["paths"][f"/api/v1{template}"]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        _validator(document, schema).validate(answer.json)


def _get_stuck(unit, protocol):
    from engine.runtime.movement import Stuck
    from engine.tickets.access import readable_ticket
    from engine.tickets.following import open_incident

    ticket = readable_ticket(unit, protocol, lock=True)
    stuck = Stuck("undecided", process="atendimento", element="aberto", detail="Falta um valor.")
    open_incident(unit, ticket, stuck, actor="system:timer")


def _validator(document, schema):
    return Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)


def test_shapes_admit_nothing_they_do_not_name(document):
    open_ones = {n for n, s in document["components"]["schemas"].items() if s.get("additionalProperties") is not False}
    assert open_ones == {"Problem"}


def test_the_document_is_served_to_anybody(house, document):
    answer = house.nobody.get("/openapi.json")
    assert (answer.status_code, answer.json["openapi"]) == (200, "3.1.0")
    assert answer.json == orjson.loads(orjson.dumps(document))


def test_the_page_loads_nothing_from_elsewhere(house):
    page = house.client.get("/api/docs")
    assert page.mimetype == "text/html"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 4
    for asset in assets:
        answer = house.client.get(asset)
        assert (answer.status_code, asset[:10]) == (200, "/api/docs/"), asset
        assert answer.headers["Content-Security-Policy"] == policy
    assert house.client.get("/api/docs/../__init__.py").status_code == 404
    assert house.client.get("/api/docs/index.html").status_code == 404


def test_the_installed_swagger_ui_can_show_openapi_3_1(house):
    script = house.client.get("/api/docs/swagger-ui-bundle.js").text
    assert re.search(r"3\\?\.1\\?\.", script)
