"""The one small expression language: S-FEEL in guards, decision cells and timers, compiled to closures."""

from engine.expressions.errors import EvaluationError, ExpressionError, Undecided
from engine.expressions.guards import Expression, compile_expression, compile_literal
from engine.expressions.names import NAMES, TABLE_NAMES, is_known
from engine.expressions.timers import TimerExpression, compile_timer
from engine.expressions.unary import UnaryTest, compile_unary
from engine.expressions.values import Kind, Months

__all__ = [
    "NAMES",
    "TABLE_NAMES",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Kind",
    "Months",
    "TimerExpression",
    "UnaryTest",
    "Undecided",
    "compile_expression",
    "compile_literal",
    "compile_timer",
    "compile_unary",
    "is_known",
]
