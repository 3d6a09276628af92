"""Random expressions against a second, slower reading of the same rules: truth as 0, ½ and 1."""

from __future__ import annotations

import operator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import EvaluationError, Undecided, compile_expression, compile_unary

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HALF = Fraction(1, 2)
SIGNS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
RUN = settings(max_examples=250, derandomize=True, deadline=None)

numbers = st.integers(-3, 3)
texts = st.sampled_from(["a", "b", "c", 'q"', "ç"])
days = st.dates(date(2026, 1, 29), date(2026, 2, 2))
names = st.sampled_from([f"fields.{name}" for name in "abcdef"])
signs = st.sampled_from(sorted(SIGNS))
scalars = st.one_of(numbers, texts, days)
facts = st.dictionaries(names, st.one_of(st.none(), st.booleans(), scalars, st.lists(numbers, max_size=3)))


class Clash(Exception):  # noqa: N818 - an outcome
    """Values of different kinds met."""


def written(value):
    """A literal's text."""
    match value:
        case str():
            return '"' + value.replace('"', '\\"') + '"'
        case date():
            return f'date("{value}")'
    return str(value)


def lists_of(kind):
    return st.lists(kind, min_size=1, max_size=4)


same_kind = st.one_of(lists_of(numbers), lists_of(texts), lists_of(days))
pairs = st.one_of(st.tuples(numbers, numbers), st.tuples(texts, texts), st.tuples(days, days)).map(sorted)
leaves = st.one_of(
    st.tuples(st.just("name"), names),
    st.tuples(st.just("literal"), st.booleans()),
    st.tuples(st.just("compare"), names, signs, scalars),
    st.tuples(st.just("reverse"), scalars, signs, names),
    st.tuples(st.just("names"), names, signs, names),
    st.tuples(st.just("missing"), names, st.sampled_from(["=", "!="])),
    st.tuples(st.just("between"), names, pairs),
    st.tuples(st.just("range"), names, st.sampled_from(["[]", "(]", "[)", "()", "][", "[["]), pairs),
    st.tuples(st.just("in"), names, same_kind, st.sampled_from(["()", "[]"])),
    st.tuples(st.just("in null"), names, same_kind),
    st.tuples(st.just("in name"), scalars, names),
)
guards = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=4)),
        st.tuples(st.just("or"), st.lists(inner, min_size=2, max_size=4)),
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("if"), inner, inner, inner),
    ),
    max_leaves=12,
)


def text_of(node):  # noqa: C901, PLR0911, PLR0912 - one line per form
    match node:
        case ["name", name]:
            return name
        case ["literal", value]:
            return "true" if value else "false"
        case ["compare", name, sign, value]:
            return f"{name} {sign} {written(value)}"
        case ["reverse", value, sign, name]:
            return f"{written(value)}{sign}{name}"
        case ["names", left, sign, right]:
            return f"{left} {sign} {right}"
        case ["missing", name, sign]:
            return f"{name} {sign} null"
        case ["between", name, [low, high]]:
            return f"{name} between {written(low)} and {written(high)}"
        case ["range", name, ends, [low, high]]:
            return f"{name} in {ends[0]}{written(low)}..{written(high)}{ends[1]}"
        case ["in", name, values, ends]:
            return f"{name} in {ends[0]}{', '.join(map(written, values))}{ends[1]}"
        case ["in null", name, values]:
            return f"{name} in (null, {','.join(map(written, values))})"
        case ["in name", value, name]:
            return f"{written(value)} in {name}"
        case ["and" | "or" as word, parts]:
            return f" {word} ".join(f"({text_of(part)})" for part in parts)
        case ["not", part]:
            return f"not({text_of(part)})"
        case ["if", *parts]:
            return "if {} then {} else {}".format(*map(text_of, parts))
    raise AssertionError(node)


def kind(value):
    return int if isinstance(value, int) and not isinstance(value, bool) else type(value)


def compared(left, sign, right):
    """1, 0, or ½ where a side is missing."""
    if left is None or right is None:
        return HALF
    if kind(left) is not kind(right) or kind(left) is list:
        raise Clash
    if kind(left) is bool and sign not in {"=", "!="}:
        raise Clash
    return Fraction(SIGNS[sign](left, right))


def truth(value):
    if value is None:
        return HALF
    if not isinstance(value, bool):
        raise Clash
    return Fraction(value)


def outcome(node, known):  # noqa: C901, PLR0911, PLR0912 - one case per form
    match node:
        case ["name", name]:
            return truth(known.get(name))
        case ["literal", value]:
            return Fraction(value)
        case ["compare", name, sign, value]:
            return compared(known.get(name), sign, value)
        case ["reverse", value, sign, name]:
            return compared(value, sign, known.get(name))
        case ["names", left, sign, right]:
            return compared(known.get(left), sign, known.get(right))
        case ["missing", name, sign]:
            return Fraction((known.get(name) is None) == (sign == "="))
        case ["between", name, pair]:
            return outcome(["range", name, "[]", pair], known)
        case ["range", name, ends, [low, high]]:
            value = known.get(name)
            above = compared(value, ">=" if ends[0] == "[" else ">", low)
            return min(above, compared(value, "<=" if ends[1] == "]" else "<", high))
        case ["in", name, values, _]:
            return found(known.get(name), values)
        case ["in null", name, values]:
            return Fraction(1) if known.get(name) is None else found(known.get(name), values)
        case ["in name", value, name]:
            there = known.get(name)
            return found(value, there) if isinstance(there, list) else compared(value, "=", there)
        case ["and", parts]:
            return until(0, parts, known)
        case ["or", parts]:
            return until(1, parts, known)
        case ["not", part]:
            return 1 - outcome(part, known)
        case ["if", asked, then, otherwise]:
            answer = outcome(asked, known)
            return HALF if answer == HALF else outcome(then if answer else otherwise, known)
    raise AssertionError(node)


def found(value, values):
    best = Fraction(0)
    for one in values:
        best = max(best, compared(value, "=", one))
        if best == 1:
            break
    return best


def until(decisive, parts, known):
    seen = []
    for part in parts:
        seen.append(outcome(part, known))
        if seen[-1] == decisive:
            break
    return max(seen) if decisive else min(seen)


@RUN
@given(guards, facts)
def test_guards_mean_what_the_oracle_says(node, known):
    guard = compile_expression(text_of(node))
    try:
        wanted = {0: False, HALF: None, 1: True}[outcome(node, known)]
    except Clash:
        wanted = Clash
    try:
        got = guard.evaluate(known, NOW)
    except EvaluationError:
        got = Clash
    assert got is wanted, guard.text


@RUN
@given(guards, facts)
def test_deciding_is_evaluating_and_names_what_is_missing(node, known):
    guard = compile_expression(text_of(node))
    try:
        value = guard.evaluate(known, NOW)
    except EvaluationError:
        with pytest.raises(EvaluationError):
            guard.decide(known, NOW)
        return
    if value is not None:
        assert guard.decide(known, NOW) is value
        return
    with pytest.raises(Undecided) as open_still:
        guard.decide(known, NOW)
    assert open_still.value.names
    assert all(known.get(name) is None for name in open_still.value.names)
    assert guard.names.issuperset(open_still.value.names)


@RUN
@given(guards, facts, st.data())
def test_a_decision_stands_whatever_the_missing_values_turn_out_to_be(node, known, data):
    guard = compile_expression(text_of(node))
    if "null" in guard.text:
        return  # who asks whether a value is missing hears another answer when it comes
    try:
        decided = guard.decide(known, NOW)
        more = {name: data.draw(scalars) for name in guard.names if known.get(name) is None}
        assert guard.decide({**known, **more}, NOW) is decided
    except (EvaluationError, Undecided):
        return


def cell_text(test):
    match test:
        case ["is", value]:
            return str(value)
        case ["sign", sign, value]:
            return f"{sign} {value}"
        case ["range", ends, [low, high]]:
            return f"{ends[0]}{written(low)}..{written(high)}{ends[1]}"
    return "null"


def passes(test, value):
    match test:
        case ["is", wanted]:
            return value == wanted
        case ["sign", sign, wanted]:
            return value is not None and SIGNS[sign](value, wanted)
        case ["range", ends, [low, high]]:
            if value is None:
                return False
            reached = value > low or (value == low and ends[0] == "[")
            return reached and (value < high or (value == high and ends[1] == "]"))
    return value is None


number_tests = st.lists(
    st.one_of(
        st.tuples(st.just("is"), numbers),
        st.tuples(st.just("sign"), signs, numbers),
        st.tuples(
            st.just("range"),
            st.sampled_from(["[]", "(]", "[)", "()", "][", "[["]),
            st.tuples(numbers, numbers).map(sorted),
        ),
        st.just(("null",)),
    ),
    min_size=1,
    max_size=4,
)


@RUN
@given(number_tests, st.one_of(st.none(), numbers), st.booleans())
def test_cells_mean_what_the_oracle_says(options, value, negated):
    text = ", ".join(map(cell_text, options))
    cell = compile_unary(f"not({text})" if negated else text)
    passed = any(passes(option, value) for option in options)
    wanted = (value is not None and not passed) if negated else passed
    assert cell.matches(value, {}, NOW) is wanted, cell.text


sums = st.recursive(
    st.one_of(st.integers(-9, 9), st.tuples(st.just("name"), names)),
    lambda inner: st.tuples(st.sampled_from("+-*"), inner, inner),
    max_leaves=10,
)


def sum_text(node):
    match node:
        case int():
            return str(node)
        case ["name", name]:
            return name
        case [sign, left, right]:
            return f"({sum_text(left)}) {sign} ({sum_text(right)})"
    raise AssertionError(node)


def summed(node, known):
    match node:
        case int():
            return Fraction(node)
        case ["name", name]:
            return known.get(name)
        case [sign, left, right]:
            one, two = summed(left, known), summed(right, known)
            deed = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
            return None if one is None or two is None else deed(one, two)
    raise AssertionError(node)


@RUN
@given(sums, st.dictionaries(names, st.integers(-9, 9)))
def test_sums_are_exact(node, known):
    got = compile_expression(sum_text(node)).evaluate(known, NOW)
    wanted = summed(node, known)
    assert got is None if wanted is None else Fraction(got) == wanted


@RUN
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_any_text_can_be_quoted(content):
    quoted = '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert compile_expression(quoted).evaluate({}, NOW) == content
    assert compile_expression(f"fields.a = {quoted}").decide({"fields.a": content}, NOW) is True
    assert compile_unary(quoted).matches(content, {}, NOW) is True


@RUN
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - the zone is set below
    st.timedeltas(timedelta(days=-9_999), timedelta(days=9_999)),
)
def test_instants_and_durations_go_there_and_back(naive, duration):
    start = naive.replace(tzinfo=UTC)
    known = {"fields.a": start, "fields.b": duration}
    there = compile_expression("fields.a + fields.b").evaluate(known, NOW)
    assert there == start + duration
    assert compile_expression("fields.a + fields.b - fields.b = fields.a").decide(known, NOW)
    assert compile_expression("(fields.a + fields.b) - fields.a = fields.b").decide(known, NOW)


@RUN
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_numbers_are_read_exactly(number):
    assert compile_expression(f"{number:f}").evaluate({}, NOW) == number
    assert compile_expression("fields.a * 1 = fields.a").decide({"fields.a": Decimal(number)}, NOW)
