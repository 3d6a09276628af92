"""Reading a text by the grammar; what does not fit is told in words a designer can act on."""

from __future__ import annotations

from functools import cache
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedInput

from engine.expressions import hints
from engine.expressions.building import Builder
from engine.expressions.errors import ExpressionError

MAX_LENGTH = 2_000


def parse(text: str, start: str) -> Any:
    """The compiled text; `start` is `whole` for an expression, `cell` for a cell of a table.

    Raises:
        ExpressionError: with the column, what is wrong and what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"a expressão passa de {MAX_LENGTH} caracteres", MAX_LENGTH)
    try:
        return _grammar().parse(text, start=start)
    except UnexpectedInput as error:
        column = error.pos_in_stream if error.pos_in_stream is not None else len(text)
        if column < 0 or hints.at_end(error):
            column = len(text.rstrip())
        raise hints.explain(text, column, lambda other: _reads(other, start), cell=start == "cell") from None


def _reads(text: str, start: str) -> bool:
    try:
        _grammar().parse(text, start=start)
    except (UnexpectedInput, ExpressionError):
        return False
    return True


@cache
def _grammar() -> Lark:
    return Lark.open(
        "grammar.lark",
        rel_to=__file__,
        parser="lalr",
        lexer="basic",  # a contextual one would take `and` for a name wherever no `and` can stand
        start=["whole", "cell"],
        maybe_placeholders=False,
        transformer=Builder(),
    )
