"""A decision table's cell: a test of one input value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.expressions import code, membership
from engine.expressions.errors import EvaluationError
from engine.expressions.parsing import MAX_LENGTH, parse
from engine.expressions.values import Kind, canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.expressions.membership import Check, Test

_TEXTS = re.compile(r'\s*"[^"\\\x00-\x1f]*"(?:\s*,\s*"[^"\\\x00-\x1f]*")*\s*')
_TEXT = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class UnaryTest:
    """A cell's test; a value that is missing passes nothing but `-` and `null`.

    Attributes:
        text: as written.
        names: the dotted names it reads.
        kind: what kind of value it is about; None where only the values will tell.
        options: exactly the values that pass, if the cell is a list of literals without null.
        is_any: the cell is empty or `-`.
    """

    text: str
    names: frozenset[str]
    kind: Kind | None
    options: frozenset[Any] | None
    is_any: bool
    check: Check

    def matches(self, value: Any, facts: Mapping[str, Any], now: datetime) -> bool:
        """Whether the value passes.

        Raises:
            EvaluationError: if the kinds do not fit.
        """
        try:
            return self.check(canonical(value), facts.get, now) is True
        except EvaluationError as error:
            raise error.within(self.text, "na célula") from None


@lru_cache(maxsize=8_192)
def compile_unary(text: str) -> UnaryTest:
    """A cell's test from its text; an empty cell is `-`.

    Raises:
        ExpressionError: if it is none.
    """
    stripped = text.strip()
    tests = _texts(stripped)
    positive, tests = (True, tests) if tests else (parse(text, "cell") if stripped else None) or (True, [])
    if not tests:
        return UnaryTest(text=text, names=frozenset(), kind=None, options=None, is_any=True, check=lambda *_: True)
    kind = membership.agree(None, tests)
    _depth, names = membership.depth_and_names(tests)
    return UnaryTest(
        text=text,
        names=names,
        kind=kind,
        options=membership.options_of(tests) if positive else None,
        is_any=False,
        check=membership.one_of(tests) if positive else _none_of(tests),
    )


def _none_of(tests: list[Test]) -> Check:
    passes = membership.one_of(tests)

    def check(value: Any, get: code.Get, now: datetime) -> bool | None:
        if value is None:
            return False
        outcome = passes(value, get, now)
        return None if outcome is None else not outcome

    return check


def _texts(cell: str) -> list[Test]:
    """The usual cell, quoted texts with commas, without the parser: tables have thousands of them."""
    if len(cell) > MAX_LENGTH or not _TEXTS.fullmatch(cell):
        return []
    return [membership.compared("=", code.literal(match[1], match.start())) for match in _TEXT.finditer(cell)]
