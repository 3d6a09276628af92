"""A whole expression: compiled once, evaluated often."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.expressions.errors import EvaluationError, ExpressionError, Undecided
from engine.expressions.parsing import parse
from engine.expressions.values import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.expressions.code import Code, Get, Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """An S-FEEL expression.

    Attributes:
        text: as written.
        names: the dotted names it reads.
        kind: what it gives, null apart; None where only the values will tell.
    """

    text: str
    names: frozenset[str]
    kind: Kind | None
    run: Run

    def evaluate(self, facts: Mapping[str, Any], now: datetime) -> Any:
        """The value; None where a missing fact leaves it open.

        Numbers come as Decimal, lists as tuples, instants with the offset they came with.

        Args:
            facts: plain values by dotted name; a missing one is absent or None.
            now: the instant that `now()` gives, aware; `today()` is the date in its zone.

        Raises:
            EvaluationError: if the values do not fit.
        """
        try:
            return self.run(facts.get, now)
        except EvaluationError as error:
            raise error.within(self.text) from None

    def decide(self, facts: Mapping[str, Any], now: datetime) -> bool:
        """Whether it holds.

        Raises:
            Undecided: if missing values decide that.
            EvaluationError: if the values do not fit, or the outcome is neither true nor false.
        """
        try:
            outcome = self.run(facts.get, now)
        except EvaluationError as error:
            raise error.within(self.text) from None
        if outcome is True or outcome is False:
            return outcome
        if outcome is None:
            names = missing(self.run, facts.get, now)
            raise Undecided(names) if names else self._no_truth("null")
        raise self._no_truth(KINDS[type(outcome)].label)

    def _no_truth(self, outcome: str) -> EvaluationError:
        return EvaluationError(f"a condição dá {outcome}, e não verdadeiro/falso").within(self.text)


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """An expression from its text; a leading "=" is accepted.

    Raises:
        ExpressionError: if it is not one.
    """
    if not text.strip().removeprefix("=").strip():
        raise ExpressionError("a expressão está vazia")
    compiled: Code = parse(text, "whole")
    return Expression(text=text, names=compiled.names, kind=compiled.kind, run=compiled.run)


@lru_cache(maxsize=4_096)
def compile_literal(text: str) -> Any:
    """The value of a text that is nothing but a literal: `"alta"`, `-5`, `date("2026-01-31")`, `null`.

    Raises:
        ExpressionError: if it is anything else.
    """
    if not text.strip():
        raise ExpressionError("falta um valor")
    compiled: Code = parse(text, "whole")
    if not compiled.is_literal or text.lstrip().startswith("="):
        hint = f': "{compiled.name}"' if compiled.name else ""
        raise ExpressionError(f"aqui cabe um valor, e não uma expressão; texto vai entre aspas{hint}", compiled.column)
    return compiled.literal


def missing(run: Run, get: Get, now: datetime) -> tuple[str, ...]:
    """The names without a value that an evaluation meets on its way."""
    met: set[str] = set()

    def recording(name: str) -> Any:
        value = get(name)
        if value is None:
            met.add(name)
        return value

    run(recording, now)
    return tuple(sorted(met))
