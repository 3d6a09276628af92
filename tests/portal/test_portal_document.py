"""The portal's own OpenAPI document says what there is, all of it, and it is true."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from jsonschema_rs import Draft202012Validator

from api import document_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
FROZEN = Path(__file__).parents[2] / "docs" / "portal-openapi.json"
PUBLIC = {"/session", "/invitations/accept", "/password-resets/accept"}


@pytest.fixture
def document(house):
    return orjson.loads(orjson.dumps(document_of(house.app, "PORTAL_")))


def operations(document):
    for path, item in document["paths"].items():
        for method, one in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield path.removeprefix("/portal/v1"), method, one


def test_the_frozen_document_is_the_present_one(document):
    """Write it anew with `tramita openapi --portal > docs/portal-openapi.json`."""
    assert orjson.loads(FROZEN.read_bytes()) == document


def test_every_route_is_documented_and_every_documented_route_is_there(house, document):
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule).removeprefix("/portal/v1"), method.lower())
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/portal/v1/") and rule.rule != "/portal/v1/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in operations(document)}


def test_every_operation_is_described_with_an_example_and_its_refusals(document):
    for path, method, one in operations(document):
        where = f"{method} {path}"
        assert one["summary"].endswith("."), where
        public = path in PUBLIC and method == "post"
        assert one["security"] == ([] if public else [{"tramita_portal": []}]), where
        statuses = set(one["responses"])
        assert statuses >= {"400", "500", "503"} | (set() if public else {"401", "403"}), where
        if "{" in path:
            assert "404" in statuses, where
        for content in (one.get("requestBody", {}), *(one["responses"][s] for s in statuses if s < "400")):
            for kind, media in content.get("content", {}).items():
                if "json" in kind:
                    validator(document, media["schema"]).validate(media["example"])


def test_nothing_of_the_staffs_document_is_in_it(document):
    schemes = document["components"]["securitySchemes"]
    assert set(schemes) == {"tramita_portal"}
    assert not re.search(
        r"profile|situation_process|tk_|login", orjson.dumps(document["components"]["responses"]).decode()
    )
    open_ones = {n for n, s in document["components"]["schemas"].items() if s.get("additionalProperties") is not False}
    assert open_ones == {"Problem"}


def test_it_is_served_to_anybody(house, document):
    answer = house.nobody.get("/openapi.json")
    assert (answer.status_code, answer.json) == (200, document)


def test_what_is_answered_has_the_documented_shape(house, document):
    rita = house.here("rita")
    (file,) = rita.upload().json["attachments"]
    house.use("crm")
    body = {
        "classification": "boletos",
        "contact_form": "telefone",
        "contact_name": "Rita",
        "contact_phone": "62 3774 3039",
        "contact_email": "rita@padaria.example",
        "message": "Oi",
        "fields": {"horario": "tarde"},
        "attachments": [file["id"]],
    }
    opened = rita.post("/tickets", body)
    at = f"/tickets/{opened.json['protocol']}"
    rita.upload("outro.png")
    answers = [
        ("post", "/tickets", opened),
        ("post", "/tickets/{protocol}/messages", rita.post(f"{at}/messages", {"message": "Oi"})),
        *(
            ("get", path, rita.get(path.replace("/tickets/{protocol}", at)))
            for path in (
                "/form",
                "/session",
                "/tickets",
                "/people",
                "/attachments",
                "/tickets/{protocol}",
                "/tickets/{protocol}/messages",
            )
        ),
    ]
    for method, path, answer in answers:
        told = document["paths"][f"/portal/v1{path}"][method]["responses"][str(answer.status_code)]
        validator(document, told["content"]["application/json"]["schema"]).validate(answer.json)


def validator(document, schema):
    return Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)
