"""What is no plain JSON is refused at the door, whatever stands behind it."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.strict_json import JsonError, decode

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HOSTILE = {
    "empty": b"",
    "blank": b"  \n",
    "word": b"nada",
    "truncated": b'{"title": "A"',
    "trailing": b'{"title": "A"} x',
    "two": b"{}{}",
    "single quotes": b"{'title': 'A'}",
    "trailing comma": b'{"title": "A",}',
    "comment": b'{"title": "A"} // c',
    "bom": b'\xef\xbb\xbf{"title": "A"}',
    "utf-16": '{"title": "A"}'.encode("utf-16"),
    "latin-1": '{"title": "Á"}'.encode("latin-1"),
    "overlong": b'{"title": "\xc0\xaf"}',
    "raw surrogate": b'{"title": "\xed\xa0\x80"}',
    "nan": b'{"title": NaN}',
    "infinity": b'{"title": -Infinity}',
    "1e999": b'{"title": 1e999}',
    "-1e999": b'{"title": -1e999}',
    "5,000 digits": b'{"title": ' + b"9" * 5000 + b"}",
    "65 bits": b'{"title": 18446744073709551616}',
    "long fraction": b'{"title": 0.' + b"1" * 40 + b"}",
    "same name twice": b'{"title": "A", "title": "B"}',
    "same name inside": b'{"fields": {"a": 1, "a": 2}}',
    "same name escaped": b'{"title": "A", "\\u0074itle": "B"}',
    "NUL": b'{"title": "a\\u0000b"}',
    "NUL in a name": b'{"a\\u0000b": 1}',
    "NUL inside": b'{"fields": {"a": ["\\u0000"]}}',
    "lone surrogate": b'{"title": "\\ud800"}',
    "lone low surrogate": b'{"title": "\\udc00 x"}',
    "surrogate in a name": b'{"\\ud800": 1}',
    "control character": b'{"title": "a\nb"}',
    "200,000 levels": b"[" * 200_000,
    "200,000 levels closed": b"[" * 200_000 + b"]" * 200_000,
    "65 levels": b'{"fields":' * 65 + b"1" + b"}" * 65,
    "objects": b'{"a":' * 5_000,
}


def test_hostile_bodies_are_refused_at_every_door(house, problem):
    before = house.rows()
    for what, raw in HOSTILE.items():
        _refused_at_every_door(house, problem, what, raw)
    assert house.rows() == before


def _refused_at_every_door(house, problem, what, raw):
    ticket = "2026-0000000-0"
    for method, path in (
        ("POST", "/tickets"),
        ("PATCH", f"/tickets/{ticket}"),
        ("POST", f"/tickets/{ticket}/moves"),
        ("POST", "/processes"),
        ("POST", "/processes/check"),
        ("PUT", "/customers/a"),
        ("POST", "/people"),
    ):
        told = problem(house.admin(method, path, raw=raw), 400, "json")
        assert "JSON" in told["detail"] or "UTF-8" in told["detail"], (what, path)
    problem(house.nobody("POST", "/setup", raw=raw), 400, "json")


def test_a_body_is_an_object(house, problem):
    for raw in (b"[]", b'"a"', b"1", b"null", b"true"):
        assert problem(house.agent("POST", "/tickets", raw=raw), 422, "shape")["errors"] == {"corpo": ["use um objeto"]}


def test_64_levels_are_read(database):
    nested = "[" * 63 + "1" + "]" * 63
    assert decode(f'{{"a": {nested}}}'.encode())
    with pytest.raises(JsonError):
        decode(f'{{"a": [{nested}]}}'.encode())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8", min_codepoint=1)), inner),
    max_leaves=20,
)


@settings(max_examples=150, derandomize=True)
@given(plain)
def test_everything_else_is_read_as_it_was_written(database, value):
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert decode(text.encode()) == value


@settings(max_examples=200, derandomize=True)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_anything_is_read_or_refused(database, raw):
    with contextlib.suppress(JsonError):
        assert decode(raw) == json.loads(raw)
