"""What expressions mean, case by case: in the spirit of the DMN compatibility kit, in our own words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from engine.expressions import EvaluationError, ExpressionError, Kind, Months, Undecided, compile_expression

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", Decimal(1)),
        ("-1.50", Decimal("-1.50")),
        (".5", Decimal("0.5")),
        ('"ação"', "ação"),
        (r'"a\"b\\c\n\t\r\'"', "a\"b\\c\n\t\r'"),
        (r'"\u00e7 \U01F40E \uD83D\uDC0E"', "ç 🐎 🐎"),
        ("true", True),
        ("false", False),
        ("null", None),
        ('date("2024-02-29")', date(2024, 2, 29)),
        ('@"2024-02-29"', date(2024, 2, 29)),
        ('time("08:30:00")', time(8, 30)),
        ('@"08:30:00.5"', time(8, 30, 0, 500_000)),
        ('date and time("2026-01-31T08:30:00-03:00")', datetime(2026, 1, 31, 11, 30, tzinfo=UTC)),
        ('date  and\ntime ("2026-01-31T11:30:00Z")', datetime(2026, 1, 31, 11, 30, tzinfo=UTC)),
        ('duration("P1DT2H")', timedelta(hours=26)),
        ('@"PT90M"', timedelta(minutes=90)),
        ('duration("P2W")', timedelta(days=14)),
        ('duration("P1Y2M")', Months(14)),
        ('duration("P0D")', timedelta(0)),
        ('duration("P0M")', Months(0)),
        ('duration("-PT1H")', timedelta(hours=-1)),
        ("  =  1 + 1", Decimal(2)),
    ],
)
def test_literals(value, text, wanted):
    got = value(text)
    assert got == wanted
    assert type(got) is type(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("8 / 4 / 2", 1),
        ("-2 * -3", 6),
        ("- (1 + 1)", -2),
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("9999999999999999999999999999999999", Decimal(9999999999999999999999999999999999)),
        ("- 9999999999999999999999999999999999", Decimal(-9999999999999999999999999999999999)),
        ('"a" + "b"', "ab"),
        ("min(3, 1, 2)", 1),
        ("max([3, 1, 2])", 3),
        ('min("b", "a")', "a"),
        ("abs(-1.5)", Decimal("1.5")),
        ('abs(duration("-PT1H"))', timedelta(hours=1)),
        ("count([])", 0),
        ('count(["a", "b"])', 2),
        ('lower case("AÇÃO")', "ação"),
        ('upper  case ("ação")', "AÇÃO"),
        ('string length("ação 🐎")', 6),
        ('if 1 > 2 then "a" else "b"', "b"),
        ("if true then if false then 1 else 2 else 3", 2),
    ],
)
def test_calculations(value, text, wanted):
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('duration("P1M") + date("2024-01-31")', date(2024, 2, 29)),
        ('date("2026-03-31") - duration("P1M")', date(2026, 2, 28)),
        ('date("2026-01-31") + duration("P1D")', date(2026, 2, 1)),
        ('date("2026-01-31") + duration("PT23H")', date(2026, 1, 31)),
        ('date("2026-01-31") - duration("PT1H")', date(2026, 1, 30)),
        ('date("2026-02-01") - date("2026-01-01")', timedelta(days=31)),
        ('time("23:30:00") + duration("PT1H")', time(0, 30)),
        ('time("00:30:00") - duration("PT1H")', time(23, 30)),
        ('time("10:00:00") - time("08:00:00")', timedelta(hours=2)),
        ('@"2026-01-31T12:00:00Z" - @"2026-01-31T08:00:00-03:00"', timedelta(hours=1)),
        ('@"2026-01-31T12:00:00Z" + @"P1M"', datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ('duration("P1D") * 1.5', timedelta(hours=36)),
        ('2 * duration("P1D")', timedelta(days=2)),
        ('duration("P1D") / 2', timedelta(hours=12)),
        ('duration("P1D") / duration("PT6H")', 4),
        ('duration("P1Y") - duration("P1M")', Months(11)),
        ('- duration("P1M")', Months(-1)),
    ],
)
def test_calculations_with_time(value, text, wanted):
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 = 1.0", True),
        ("1 != 2", True),
        ('"a" < "b"', True),
        ('"a" = "A"', False),
        ("2 >= 2", True),
        ("true != false", True),
        ("null = null", True),
        ("1 = null", False),
        ("null != 1", True),
        ('@"2026-01-31T12:00:00Z" = @"2026-01-31T09:00:00-03:00"', True),
        ('@"PT60M" = @"PT1H"', True),
        ('duration("P1Y") = duration("P12M")', True),
        ('date("2026-01-31") < date("2026-02-01")', True),
        ("2 between 1 and 3", True),
        ("1 between 1 and 3 and 3 between 1 and 3", True),
        ("4 between 1 and 3", False),
        ("2 in 2", True),
        ("2 in (1, 2)", True),
        ("2 in [1, 2]", True),
        ("2 in > 1", True),
        ("2 in (> 5, < 1)", False),
        ("2 in != 2", False),
        ("1 in [1..2]", True),
        ("1 in (1..2]", False),
        ("1 in ]1..2]", False),
        ("2 in [1..2)", False),
        ("2 in [1..2[", False),
        ("2 in ((1..3), [7..9])", True),
        ("8 in [(1..3), [7..9]]", True),
        ('"b" in ["a".."c"]', True),
        ("(1 + 1) in ((1 + 1), 5)", True),
        ('contains("atendimento", "tend")', True),
        ('starts with("atendimento", "tend")', False),
        ("not(1 = 2)", True),
        ("true and false", False),
        ("false or true", True),
        ("true or false and false", True),
    ],
)
def test_truths(value, text, wanted):
    assert value(text) is wanted


@pytest.mark.parametrize("a", [True, False, None])
@pytest.mark.parametrize("b", [True, False, None])
def test_three_truth_values(value, a, b):
    both = {(True, True): True, (True, None): None, (None, True): None, (None, None): None}
    either = {(False, False): False, (False, None): None, (None, False): None, (None, None): None}
    assert value("fields.a and fields.b", a=a, b=b) is both.get((a, b), False)
    assert value("fields.a or fields.b", a=a, b=b) is either.get((a, b), True)
    assert value("not(fields.a)", a=a) is (None if a is None else not a)
    assert value("if fields.a then 1 else 2", a=a) == {True: 1, False: 2, None: None}[a]


@pytest.mark.parametrize(
    "text",
    [
        "fields.x = 1",
        "fields.x != 1",
        "fields.x = fields.y",
        "fields.x < 1",
        "1 < fields.x",
        "fields.x between 1 and 2",
        "1 between fields.x and 2",
        "fields.x in (1, 2)",
        "fields.x in [1..2]",
        "1 in (2, fields.x)",
        "1 in fields.x",
        "fields.x + 1",
        "-fields.x",
        "abs(fields.x)",
        "min(1, fields.x)",
        "max(fields.x)",
        "count(fields.x)",
        "lower case(fields.x)",
        'contains("a", fields.x)',
        "not(fields.x)",
        "fields.x and true",
        "fields.x or false",
        "if fields.x then 1 else 1",
    ],
)
def test_a_missing_value_leaves_the_outcome_open(value, text):
    assert value(text) is None
    assert value(text, x=None) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("fields.x = null", True),
        ("null = fields.x", True),
        ("fields.x != null", False),
        ("fields.x in (null, 1)", True),
        ("fields.x in != null", False),
        ("fields.x = null or fields.x > 1", True),
        ("fields.x != null and fields.x > 1", False),
        ("1 between 2 and fields.x", False),
        ("1 in (1, fields.x)", True),
    ],
)
def test_whether_a_value_is_missing_can_be_asked(value, text, wanted):
    assert value(text) is wanted


def test_a_guard_that_hangs_on_missing_values_names_them(now):
    guard = compile_expression('priority = "alta" and (fields.b > 1 or fields.a > 1) and fields.c = 1')
    with pytest.raises(Undecided) as open_still:
        guard.decide({"priority": "alta", "fields.b": 1, "fields.c": 1}, now)
    assert open_still.value.names == ("fields.a",)
    with pytest.raises(Undecided) as open_still:
        guard.decide({"priority": "alta"}, now)
    assert open_still.value.names == ("fields.a", "fields.b", "fields.c")
    assert guard.decide({"priority": "baixa"}, now) is False
    assert guard.decide({"priority": "alta", "fields.b": 2, "fields.c": 1}, now) is True


def test_a_bare_name_is_a_guard(now):
    guard = compile_expression("subject.technical_assistance")
    assert guard.names == {"subject.technical_assistance"}
    assert guard.decide({"subject.technical_assistance": True}, now) is True
    with pytest.raises(Undecided):
        guard.decide({}, now)


@pytest.mark.parametrize("text", ["fields.x", "fields.x and true", "not(fields.x)", "if fields.x then true else true"])
@pytest.mark.parametrize("given", ["true", 1, 0, date(2026, 1, 1), [True]])
def test_nothing_but_a_truth_value_is_taken_for_one(now, text, given):
    with pytest.raises(EvaluationError):
        compile_expression(text).decide({"fields.x": given}, now)


def test_an_outcome_that_is_null_without_a_missing_value_is_refused(now):
    with pytest.raises(EvaluationError, match="dá null"):
        compile_expression("if true then null else true").decide({}, now)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("fields.x = 1", "1"),
        ("fields.x != 1", "1"),
        ("fields.x < 1", "1"),
        ("1 < fields.x", "1"),
        ('fields.x = "a"', 1),
        ('fields.x = "a"', True),
        ("fields.x = 1", True),
        ("fields.x = true", 1),
        ("fields.x in (0, 1)", True),
        ('fields.x in ("a", "b")', 1),
        ("fields.x in [1..2]", "1"),
        ("fields.x between 1 and 2", date(2026, 1, 1)),
        ("fields.x < now()", date(2026, 1, 1)),
        ("fields.x = today()", datetime(2026, 1, 1, tzinfo=UTC)),
        ("fields.x < fields.x", True),
        ("fields.x = fields.x", ["a"]),
        ("1 in fields.x", ["a"]),
        ("fields.x + 1", "a"),
        ('fields.x + "a"', 1),
        ("-fields.x", "a"),
        ("lower case(fields.x)", 1),
        ("count(fields.x)", "a"),
        ("abs(fields.x)", "a"),
        ("min(fields.x)", [1, "a"]),
        ("min(fields.x)", [True]),
        ("max(fields.x)", []),
        ("1 / fields.x", 0),
        ("fields.x / fields.x", 0),
        ("fields.x * fields.x", 10**20),
        ("fields.x + fields.x", 10**34 - 1),
        ("fields.x + fields.x", "a" * 6_000),
        ('date("9998-12-31") + fields.x', timedelta(days=366_000)),
        ("now() + fields.x", timedelta(days=3_000_000)),
        ("now() + fields.x", timedelta.max),
        ('fields.x + duration("P1M")', date(9998, 12, 31)),
        ("-fields.x", 10**34),
        ("fields.x = 1", float("nan")),
        ("fields.x = 1", float("inf")),
        ("fields.x = 1", Decimal("sNaN")),
        ("fields.x = 1", Decimal("1e40")),
        ("fields.x = 1", object()),
        ("fields.x = 1", {"a": 1}),
        ("fields.x = null", {1}),
        ("fields.x = now()", datetime(2026, 1, 1)),  # noqa: DTZ001 - that is the point
        ("fields.x = now()", datetime(1, 1, 1, tzinfo=UTC)),
        ('fields.x = @"08:00:00"', time(8, tzinfo=UTC)),
        ('"a" in fields.x', ["a"] * 501),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(value, text, given):
    with pytest.raises(EvaluationError) as refused:
        value(text, x=given)
    assert text in refused.value.detail
    assert refused.value.detail.endswith(".")


def test_a_refusal_never_shows_a_value(value):
    with pytest.raises(EvaluationError) as refused:
        value("fields.x > 3", x="segredo")
    assert "segredo" not in str(refused.value)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("fields.x = 1", 1),
        ("fields.x = 1", 1.0),
        ("fields.x = 1", Decimal("1.00")),
        ("fields.x = 0.1", 0.1),
        ("fields.x in (1, 2)", 2),
        ("fields.x in (1, 2)", Decimal(2)),
        ("fields.x in [1..2]", 1.5),
        ('fields.x = "red"', Colour.RED),
        ('"red" in fields.x', [Colour.RED, "blue"]),
        ('"b" in (fields.x, "b")', ("a",)),
        ("3 > fields.x", 2),
        ("fields.x < now()", datetime(2026, 1, 31, 8, 59, tzinfo=SAO_PAULO)),
        ("fields.x = today()", date(2026, 1, 31)),
        ('fields.x > duration("PT1H")', timedelta(hours=2)),
    ],
)
def test_facts_may_come_in_the_usual_classes(value, text, given):
    assert value(text, x=given) is True


def test_today_is_the_date_in_the_zone_of_now():
    asked = compile_expression("today()")
    late = datetime(2026, 1, 31, 23, 0, tzinfo=SAO_PAULO)
    assert asked.evaluate({}, late) == date(2026, 1, 31)
    assert asked.evaluate({}, late.astimezone(UTC)) == date(2026, 2, 1)


def test_an_hour_lasts_an_hour_when_the_clocks_change():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/Lisbon"))  # at 01:00 it will be 02:00
    later = compile_expression('now() + duration("PT1H")').evaluate({}, before)
    assert later.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert compile_expression("fields.x - now()").evaluate({"fields.x": later}, before) == timedelta(hours=1)


def test_instants_are_compared_even_in_the_hour_that_comes_twice():
    zone = ZoneInfo("Europe/Lisbon")
    first, second = (datetime(2026, 10, 25, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    earlier = compile_expression("fields.a < fields.b and fields.a != fields.b and max(fields.a, fields.b) = fields.b")
    assert earlier.decide({"fields.a": first, "fields.b": second}, first) is True


def test_kinds_are_known_beforehand_where_they_can_be():
    kinds = {
        'priority = "alta"': Kind.BOOLEAN,
        "priority": Kind.TEXT,
        "subject.technical_assistance": Kind.BOOLEAN,
        'opened_at + duration("P1D")': Kind.INSTANT,
        "opened_at - now()": Kind.DURATION,
        "fields.x": None,
        "fields.x + 1": None,
        "if fields.x then 1 else 2": Kind.NUMBER,
        "if fields.x then 1 else null": None,
    }
    assert {text: compile_expression(text).kind for text in kinds} == kinds


def test_names_are_collected(now):
    text = 'if fields.a in (fields.b, [1..fields.c]) then lower case(customer) = "x" else move = null'
    assert compile_expression(text).names == {"fields.a", "fields.b", "fields.c", "customer", "move"}


@pytest.mark.parametrize(
    "text",
    [
        "priority > 3",
        'subject.technical_assistance = "sim"',
        "priority and true",
        "not(priority)",
        "if priority then 1 else 2",
        "priority in (1, 2)",
        'priority in ("a", 1)',
        "subject.technical_assistance < true",
        "opened_at < today()",
        'opened_at = "2026-01-31"',
        "1 + priority",
        "- priority",
        "priority - priority",
        "lower case(1)",
        "count(1)",
        "null + 1",
        "null < 1",
        "null in (1)",
        "lower case(null)",
        "1 in (< null)",
        "1 in [null..2]",
        "1 in [5..1]",
        "fields.x < true",
        "fields.x in (< true)",
        "abs(priority)",
        "min()",
        "min(null)",
        "min(true, false)",
        "min([1], 2)",
        "min(1, priority)",
    ],
)
def test_what_can_never_work_is_refused_before_it_runs(text):
    with pytest.raises(ExpressionError):
        compile_expression(text)
