"""Requests made up from the portal's document: no undocumented answer, no accident."""

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

DOCUMENT = orjson.loads((Path(__file__).parents[2] / "docs" / "portal-openapi.json").read_bytes())
# What ends the session, or asks for a password, says no to everything that comes after it.
NOT_TRIED = {"leave_portal", "leave_portal_everywhere", "put_portal_password", "upload_file", "download_file"}
OPERATIONS = [
    (method.upper(), path, one["operationId"])
    for path, item in DOCUMENT["paths"].items()
    for method, one in item.items()
    if method in {"get", "post", "put"} and one["operationId"] not in NOT_TRIED
]
CHECKED = [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]


@pytest.mark.parametrize(("method", "path", "name"), OPERATIONS, ids=[name for _, _, name in OPERATIONS])
def test_any_request_gets_a_documented_answer(house, method, path, name):
    rita = house.here("rita")
    known = {"protocol": house.open().protocol} if "{protocol}" in path else {}
    operation = schemathesis.openapi.from_wsgi("/portal/v1/openapi.json", house.app)[path][method]
    right, wrong = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    cases = [operation.as_strategy(right, path_parameters=known)]
    if method != "GET" or name == "list_contacts_of_customer":
        cases += [operation.as_strategy(wrong, path_parameters=known)]
    (cookie,) = rita.cookies.items()
    headers = {"Cookie": "=".join(cookie), "X-CSRF-Token": rita.csrf}

    @settings(
        max_examples=6,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(cases))
    def insist(case):
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKED)

    insist()
