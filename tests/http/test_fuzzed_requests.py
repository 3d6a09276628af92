"""Requests made up from the OpenAPI document: no undocumented answer, no accident."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

DOCUMENT = orjson.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_bytes())
OPERATIONS = [
    (method.upper(), path, one["operationId"])
    for path, item in DOCUMENT["paths"].items()
    for method, one in item.items()
    if method in {"get", "post", "put", "patch"}
]
# What fits the schema may still be refused by the rules behind it: by registries, rights, and the state of a ticket.
CHECKED = [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]
EXAMPLES = {"deploy_processes": 4}  # each request starts a child process


@pytest.mark.parametrize(("method", "path", "name"), OPERATIONS, ids=[name for _, _, name in OPERATIONS])
def test_any_request_gets_a_documented_answer(house, method, path, name):
    ticket = house.started()
    known = {"protocol": ticket["protocol"], "key": "atendimento", "number": 1, "login": "ana.souza", "kind": "teams"}
    known = {place: value for place, value in known.items() if f"{{{place}}}" in path}
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)[path][method]
    right, wrong = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    cases = [operation.as_strategy(right), operation.as_strategy(right, path_parameters=known)]
    if name not in {"health", "ready", "who_am_i", "read_people", "read_registries", "list_processes"}:
        cases += [operation.as_strategy(wrong)]

    @settings(
        max_examples=EXAMPLES.get(name, 40),
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(cases))
    def insist(case):
        answer = case.call(headers={"Authorization": f"Bearer {house.admin.token}"})
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKED)

    insist()
