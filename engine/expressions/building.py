"""From the grammar's rules to closures: one method per rule, called from the leaves upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lark import Token, Transformer

from engine.expressions import arithmetic, code, comparing, functions, literals, logic, membership
from engine.expressions.errors import ExpressionError
from engine.expressions.values import MAX_LIST, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from engine.expressions.code import Code, Get
    from engine.expressions.membership import Test

_FOREIGN: Final = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null"}


class Builder(Transformer[Token, Any]):
    """Methods are named after the rules of grammar.lark; children come in the order written."""

    def whole(self, children: list[Any]) -> Code:
        """`= expression`."""
        return children[-1]  # type: ignore[no-any-return]

    def choice(self, children: list[Code]) -> Code:
        """`if a then b else c`."""
        return logic.choice(*children)

    def disjunction(self, children: list[Code]) -> Code:
        """`a or b or c`."""
        return logic.disjunction(children)

    def conjunction(self, children: list[Code]) -> Code:
        """`a and b and c`."""
        return logic.conjunction(children)

    def negation(self, children: list[Code]) -> Code:
        """`not(a)`."""
        return logic.negation(*children)

    def comparison(self, children: list[Any]) -> Code:
        """`a < b`."""
        return comparing.comparison(*children)

    def between(self, children: list[Code]) -> Code:
        """`a between b and c`."""
        return comparing.between(*children)

    def membership(self, children: list[Any]) -> Code:
        """`a in (…)`."""
        value, tests = children
        return membership.membership(value, [tests] if isinstance(tests, membership.Test) else tests)

    def tests(self, children: list[Test]) -> list[Test]:
        """Tests with commas between."""
        return children

    def test(self, children: list[Any]) -> Test:
        """`> 5`, `[1..5]` or a plain value."""
        first = children[0]
        if isinstance(first, str):
            return membership.compared(first, children[1])
        return first if isinstance(first, membership.Test) else membership.compared("=", first)

    def interval(self, children: list[Any]) -> Test:
        """`[1..5]`, `(1..5]`, `]1..5[`."""
        opening, low, _dots, high, closing = children
        return membership.ranged(low, high, open_low=opening != "[", open_high=closing != "]")

    def anything(self, _children: list[Any]) -> None:
        """The cell `-`."""

    def passing(self, children: list[list[Test]]) -> tuple[bool, list[Test]]:
        """A cell of tests."""
        return True, children[0]

    def failing(self, children: list[list[Test]]) -> tuple[bool, list[Test]]:
        """A cell `not(…)`."""
        return False, children[0]

    def sign(self, children: list[Token]) -> str:
        """A comparison sign."""
        return str(children[0])

    plus = times = sign

    def operation(self, children: list[Any]) -> Code:
        """`a + b`."""
        return arithmetic.operation(*children)

    def negative(self, children: list[Code]) -> Code:
        """`-a`."""
        return arithmetic.negative(*children)

    def parenthesis(self, children: list[Code]) -> Code:
        """`(a)`."""
        return children[0].deeper()

    def call(self, children: list[Any]) -> Code:
        """`contains(a, "b")`."""
        function, *arguments = children
        return functions.call(str(function), arguments, _at(function))

    def listing(self, children: list[Code]) -> Code:
        """`[a, b]`, which only functions take."""
        if len(children) > MAX_LIST:
            raise ExpressionError(f"listas têm no máximo {MAX_LIST} valores", children[0].column)
        runs = [child.run for child in children]

        def run(get: Get, now: datetime) -> tuple[Any, ...]:
            return tuple(one(get, now) for one in runs)

        return code.made(run, Kind.LIST, children or [code.literal((), 0)])

    def name(self, children: list[Token]) -> Code:
        """`subject.technical_assistance`."""
        meant = _FOREIGN.get(children[0].lower())
        if meant:
            raise ExpressionError(f'"{children[0]}" se escreve {meant}', _at(children[0]))
        return code.name(str(children[0]), _at(children[0]))

    def string(self, children: list[Token]) -> Code:
        """`"text"`."""
        return code.literal(literals.text(children[0], _at(children[0])), _at(children[0]))

    def number(self, children: list[Token]) -> Code:
        """`1.5`."""
        return code.literal(literals.number(children[0], _at(children[0])), _at(children[0]))

    def at(self, children: list[Token]) -> Code:
        """`@"2026-01-31"`."""
        return code.literal(literals.at_literal(children[0][2:-1], _at(children[0])), _at(children[0]))

    def true(self, children: list[Token]) -> Code:
        """`true`."""
        return code.literal(True, _at(children[0]))

    def false(self, children: list[Token]) -> Code:
        """`false`."""
        return code.literal(False, _at(children[0]))

    def null(self, children: list[Token]) -> Code:
        """`null`."""
        return code.literal(None, _at(children[0]))


def _at(token: Token) -> int:
    return token.start_pos or 0
