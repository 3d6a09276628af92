"""Every column's name, posted to every route: what a route does not declare is refused by name and changes nothing."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from api import document_of
from engine.schema import metadata

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

_SPEC = importlib.util.spec_from_file_location("_rows", Path(__file__).with_name("test_permission_matrix.py"))
_ROWS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_ROWS)
MATRIX = _ROWS.MATRIX
COLUMNS = sorted({str(column.name) for table in metadata.tables.values() for column in table.columns})
NAMES = sorted({*COLUMNS, "tenant_id", "role", "is_admin", "admin", "permissions", "scope", "__proto__"})


def everything(house):
    with house.engine.reading.connect() as connection:
        return {name: connection.execute(table.select()).all() for name, table in metadata.tables.items()}


def operations(document):
    for item in document["paths"].values():
        for method, one in item.items():
            if isinstance(one, dict) and "operationId" in one and method != "parameters":
                yield one["operationId"], one


def declared(document, schema):
    """Members that a shape names."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", {}))


def address(path):
    return re.sub(r"\{[a-z_]+\}", "019a4d2e-a100-7c31-9d22-7b8d9f0a1b2c", path)


def test_no_body_takes_a_member_that_its_route_does_not_declare(house):
    document = document_of(house.app)
    house.admin.get("/me")  # a token's first use is written down
    before = everything(house)
    asked = 0
    for operation, one in operations(document):
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None or operation not in MATRIX or operation == "set_up_installation":
            continue
        known = declared(document, body["schema"])
        _, method, path, valid = MATRIX[operation]
        strange = {name: 1 for name in NAMES if name not in known}
        found = house.admin(method, address(path), (valid if isinstance(valid, dict) else {}) | strange)
        assert found.status_code == 422, (operation, found.status_code)
        named = set(found.json.get("errors", {}))
        assert named >= set(strange), (operation, sorted(set(strange) - named)[:5])
        asked += 1
    assert asked > 30
    assert everything(house) == before


def test_no_query_takes_a_parameter_that_its_route_does_not_declare(house):
    document = document_of(house.app)
    for operation, one in operations(document):
        query = {p["name"] for p in one.get("parameters", ()) if isinstance(p, dict) and p.get("in") == "query"}
        if not query or operation not in MATRIX:
            continue
        _, method, path, _ = MATRIX[operation]
        bare = address(path).partition("?")[0]
        strange = next(name for name in ("is_admin", "opened_by") if name not in query)
        found = house.admin(method, f"{bare}?{strange}=1")
        assert found.status_code in {404, 422}, (operation, found.status_code)
        assert found.status_code == 404 or strange in found.json["errors"], operation
