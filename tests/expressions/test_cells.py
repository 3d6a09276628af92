"""Cells of decision tables: tests of one value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.expressions import EvaluationError, ExpressionError, Kind, compile_unary
from engine.expressions.names import NAMES, TABLE_NAMES, is_known


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [
        ("", ["a", 1, None], []),
        (" - ", ["a", 1, True, None], []),
        ('"a"', ["a"], ["b", "A", None]),
        ('"a","b"', ["a", "b"], ["c", None]),
        (' "a" , "b, c" ', ["a", "b, c"], ["b", None]),
        ('"a\\"b"', ['a"b'], ["a", None]),
        ('not("a")', ["b"], ["a", None]),
        ('not("a", "b")', ["c"], ["a", "b", None]),
        ("null", [None], ["a", 1]),
        ('null, "a"', [None, "a"], ["b"]),
        ("not(null)", ["a", 1], [None]),
        ("!= null", ["a"], [None]),
        ("not(!= null)", [], ["a", None]),
        ('!= "a"', ["b"], ["a", None]),
        ("true", [True], [False, None]),
        ("5", [5, Decimal("5.0"), 5.0], [6, None]),
        ("-5", [-5], [5, None]),
        ("= 5", [5], [6, None]),
        ("> 5", [6], [5, None]),
        (">= 5, < -5", [5, -6], [4, -5, None]),
        ("[1..5]", [1, 5], [0, 6, None]),
        ("]1..5[", [2], [1, 5, None]),
        ("(1..5]", [5], [1, None]),
        ("not([1..5], 7)", [6], [1, 7, None]),
        ('["a".."c"]', ["b"], ["d", None]),
        ('date("2026-01-31")', [date(2026, 1, 31)], [date(2026, 1, 30), None]),
        ('< date("2026-01-31")', [date(2026, 1, 30)], [date(2026, 1, 31), None]),
        (
            '[date and time("2026-01-31T00:00:00Z")..date and time("2026-01-31T23:59:59Z")]',
            [datetime(2026, 1, 31, 12, tzinfo=UTC)],
            [datetime(2026, 2, 1, tzinfo=UTC), None],
        ),
        ('> duration("PT1H")', [timedelta(hours=2)], [timedelta(hours=1), None]),
        ("today()", [date(2026, 1, 31)], [date(2026, 1, 30), None]),
        ("subject", ["hidraulica"], ["eletrica", None]),
        ("not(subject)", ["eletrica"], ["hidraulica", None]),
        ("move", [], ["a", None]),
        ("not(move)", [], ["a", None]),
        ('move, "a"', ["a"], ["b", None]),
        ("(1 + 1) * 2", [4], [5]),
        ('(if subject = "hidraulica" then "a" else "b")', ["a"], ["b"]),
    ],
)
def test_what_passes(now, cell, passing, failing):
    test = compile_unary(cell)
    facts = {"subject": "hidraulica", "move": None}
    assert [value for value in passing if not test.matches(value, facts, now)] == []
    assert [value for value in failing if test.matches(value, facts, now)] == []


@pytest.mark.parametrize(
    ("cell", "given"),
    [("> 5", "a"), ("5", "5"), ('"a"', 1), ('"a","b"', True), ("true", 1), ("[1..2]", date(2026, 1, 1))],
)
def test_kinds_that_differ_are_refused_by_name(now, cell, given):
    with pytest.raises(EvaluationError) as refused:
        compile_unary(cell).matches(given, {}, now)
    assert cell in refused.value.detail


@pytest.mark.parametrize(
    "cell",
    [
        'a = "b"',
        "> 5 and < 9",
        'not "a"',
        "not()",
        "not(not(1))",
        "-,1",
        '"a",',
        ',"a"',
        '"a";"b"',
        "'a'",
        '["a","b"]',
        "[1..5",
        "1..5",
        "> > 5",
        "in (1, 2)",
        "? > 5",
        "if true then 1 else 2",
        "1, true",
        '"a", 1',
        "> true",
        "[true..false]",
        "[5..1]",
        '["a"..1]',
        "> null",
        "cellInput > 5 or true",
    ],
)  # fmt: skip
def test_what_is_no_cell(cell):
    with pytest.raises(ExpressionError):
        compile_unary(cell)


def test_what_is_known_of_a_cell_beforehand():
    assert compile_unary('"a","b"').options == {"a", "b"}
    assert compile_unary("5").options == {Decimal(5)}
    assert [compile_unary(cell).options for cell in ("", 'not("a")', "null", "> 5", 'subject, "a"')] == [None] * 5
    assert [compile_unary(cell).is_any for cell in ("", "-", " \n", "null", '"-"')] == [True] * 3 + [False] * 2
    assert compile_unary('not("a", subject)').names == {"subject"}
    kinds = [compile_unary(cell).kind for cell in ('"a"', "> 5", "null", "-", "fields.x", "fields.x, 5")]
    assert kinds == [Kind.TEXT, Kind.NUMBER, None, None, None, Kind.NUMBER]


@pytest.mark.parametrize("cell", ['"a"', '"a","b"', ' "a" ,\n"b c" ', '""', '"a","a"', '","'])
def test_the_short_way_in_means_the_same_as_the_parser(now, cell):
    short, long = compile_unary(cell), compile_unary(f'{cell}, "\\u0061"')
    for value in ("a", "b", "b c", "", ",", None):
        assert short.matches(value, {}, now) or value == "a" or not long.matches(value, {}, now)
        assert long.matches(value, {}, now) is (short.matches(value, {}, now) or value == "a")


def test_known_names():
    fields, messages = {"unit"}, {"visit"}
    known = [*NAMES, "fields.unit", "message.visit"]
    unknown = ["", "fields", "fields.", "fields.other", "message.unit", "subject.name", "move", "a.fields.unit"]
    assert [name for name in known if not is_known(name, fields, messages)] == []
    assert [name for name in unknown if is_known(name, fields, messages)] == []
    assert set(TABLE_NAMES) - set(NAMES) == {"move"}
