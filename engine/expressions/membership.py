"""`in` and decision cells: testing one value against literals, comparisons and ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.expressions.code import Code, Get, made, names_of, nested
from engine.expressions.comparing import fits, interval_test, relation
from engine.expressions.errors import ExpressionError
from engine.expressions.values import Kind, canonical, equal

Check = Callable[[Any, Get, datetime], bool | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """One test that a value may pass.

    Attributes:
        check: whether a canonical value passes; None where something is missing.
        parts: what it is made of.
        sign: its comparison, "=" for a plain value; "" for a range.
    """

    check: Check
    parts: list[Code]
    sign: str

    @property
    def literal(self) -> Code | None:
        """The literal that a value must equal, if that is all there is to it."""
        return self.parts[0] if self.sign == "=" and self.parts[0].is_literal else None


def compared(sign: str, part: Code) -> Test:
    """`> 5`, or a plain value; a plain value that is a list is searched through."""
    inner = part.run
    if part.is_null:
        fits(part, sign, part)
        wanted = sign == "="
        return Test(check=lambda value, _get, _now: (value is None) is wanted, parts=[part], sign=sign)
    compare = relation(sign)

    def check(value: Any, get: Get, now: datetime) -> bool | None:
        return compare(value, inner(get, now))

    def search(value: Any, get: Get, now: datetime) -> bool | None:
        options = inner(get, now)
        if type(options) is tuple:
            return any_of(equal(value, option) for option in options)
        return equal(value, options)

    listed = sign == "=" and part.kind in {None, Kind.LIST}
    return Test(check=search if listed else check, parts=[part], sign=sign)


def ranged(low: Code, high: Code, *, open_low: bool, open_high: bool) -> Test:
    """`[1..5]` and its half-open and open relatives."""
    fits(low, "<=", high)
    if low.is_literal and high.is_literal and relation(">")(low.literal, high.literal):
        raise ExpressionError("o começo do intervalo é maior que o fim", low.column)
    check = interval_test(low.run, high.run, open_low=open_low, open_high=open_high)
    return Test(check=check, parts=[low, high], sign="")


def membership(value: Code, tests: list[Test]) -> Code:
    """`value in (…)`: whether the value passes one of the tests."""
    if value.is_null:
        raise ExpressionError('o valor null não se procura com "in"; compare com "= null"', value.column)
    agree(value.kind, tests)
    parts = [value, *parts_of(tests)]
    options = options_of(tests)
    passes, asked = one_of(tests), value.run
    if options and value.name is not None:
        return made(_shortcut(value.name, options, passes), Kind.BOOLEAN, parts)
    return made(lambda get, now: passes(asked(get, now), get, now), Kind.BOOLEAN, parts)


def agree(kind: Kind | None, tests: list[Test]) -> Kind | None:
    """The one kind of value that all tests are about.

    Raises:
        ExpressionError: if they are about several, or about another than the one given.
    """
    for test in tests:
        for part in test.parts:
            if part.kind is None or (part.kind is Kind.LIST and test.sign == "="):
                continue
            if kind is None:
                kind = part.kind
            if kind is not part.kind:
                raise ExpressionError(f"aqui cabe {kind.label}, e não {part.kind.label}", part.column)
            if test.sign != "=":
                fits(part, test.sign or "<=", part)
    return kind


def one_of(tests: list[Test]) -> Check:
    """Whether a value passes one of the tests."""
    options = options_of(tests)
    if options is not None and len(options) > 1:
        return _options_check(options)
    if len(tests) == 1:
        return tests[0].check
    checks = [test.check for test in tests]

    def check(value: Any, get: Get, now: datetime) -> bool | None:
        return any_of(one(value, get, now) for one in checks)

    return check


def options_of(tests: list[Test]) -> frozenset[Any] | None:
    """All the values that pass, if the tests are nothing but literals other than null."""
    values = [test.literal for test in tests]
    if any(value is None or value.is_null for value in values):
        return None
    return frozenset(value.literal for value in values if value is not None)


def parts_of(tests: list[Test]) -> list[Code]:
    """What the tests are made of."""
    return [part for test in tests for part in test.parts]


def depth_and_names(tests: list[Test]) -> tuple[int, frozenset[str]]:
    """How deep the tests go, and every name that they read."""
    parts = parts_of(tests)
    return nested(parts), names_of(parts)


def any_of(outcomes: Any) -> bool | None:
    """True if one outcome is, else None if one is, else False."""
    answer: bool | None = False
    for outcome in outcomes:
        if outcome:
            return True
        if outcome is None:
            answer = None
    return answer


def _options_check(options: frozenset[Any]) -> Check:
    sample = next(iter(options))
    expected = type(sample)

    def check(value: Any, _get: Get, _now: datetime) -> bool | None:
        if type(value) is expected:
            return value in options
        return equal(value, sample)  # null, or a kind that does not fit

    return check


def _shortcut(dotted: str, options: frozenset[Any], passes: Check) -> Any:
    kind = type(next(iter(options)))
    expected = int if kind is Decimal else kind  # facts come with plain integers

    def run(get: Get, now: datetime) -> bool | None:
        value = get(dotted)
        if type(value) is expected:
            return value in options
        return passes(canonical(value), get, now)

    return run
