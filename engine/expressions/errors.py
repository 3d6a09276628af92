"""What can be wrong with an expression: its text, a missing value, or the values it meets."""

from __future__ import annotations

_SHOWN = 120  # characters of an expression within a message


class ExpressionError(ValueError):
    """The text is not an expression of ours; told at deploy, never later.

    Attributes:
        detail: one or two Portuguese sentences: what is wrong and what is allowed.
        column: where in the text, counted from 0.
    """

    def __init__(self, detail: str, column: int = 0) -> None:
        self.detail = _sentence(detail)
        self.column = column
        super().__init__(self.detail)


class Undecided(Exception):  # noqa: N818 - the third truth value, told by raising
    """The outcome hangs on values that are missing.

    Attributes:
        names: the dotted names that have no value, sorted.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class EvaluationError(Exception):
    """The values do not fit the expression, e.g. a text compared with a number.

    Attributes:
        detail: one Portuguese sentence; it names kinds and the expression, never values.
    """

    def __init__(self, detail: str) -> None:
        self.detail = _sentence(detail)
        super().__init__(self.detail)

    def within(self, text: str, place: str = "na expressão") -> EvaluationError:
        """The same error, telling the text it happened in."""
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return EvaluationError(f"{self.detail.removesuffix('.')}, {place} “{shown}”")


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?')) else '.'}"
