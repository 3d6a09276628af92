"""One compiled piece of an expression: a closure and what is known about it beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from engine.expressions.errors import EvaluationError, ExpressionError
from engine.expressions.names import kind_of
from engine.expressions.values import KINDS, Kind, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

Get = Callable[[str], Any]  # how a name's value is had: the `get` of the facts
Run = Callable[[Get, datetime], Any]
Truth = Callable[[Get, datetime], bool | None]

MAX_DEPTH = 40
VARIES: Final = object()  # the value of what is not a literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One compiled piece of an expression.

    Attributes:
        run: gives the value; None stands for null.
        column: where the piece begins in the text.
        kind: what it gives, null apart; None where only the values will tell.
        names: the dotted names it reads.
        depth: how deeply it is nested.
        name: the name, if it is nothing but one.
        literal: the value, if it is nothing but one; else `VARIES`.
    """

    run: Run
    column: int
    kind: Kind | None = None
    names: frozenset[str] = frozenset()
    depth: int = 1
    name: str | None = None
    literal: Any = VARIES

    @property
    def is_null(self) -> bool:
        """It is the literal `null`."""
        return self.literal is None

    @property
    def is_literal(self) -> bool:
        """Its value is written in the text."""
        return self.literal is not VARIES

    def deeper(self) -> Code:
        """The same piece in parentheses."""
        return replace(self, depth=nested([self]))


def literal(value: Any, column: int) -> Code:
    """A value written in the text."""
    return Code(run=lambda _get, _now: value, column=column, kind=KINDS.get(type(value)), literal=value)


def name(dotted: str, column: int) -> Code:
    """A name looked up in the facts."""

    def run(get: Get, _now: datetime) -> Any:
        value = get(dotted)
        return value if type(value) is str else canonical(value)

    return Code(run=run, column=column, kind=kind_of(dotted), names=frozenset((dotted,)), name=dotted)


def made(run: Run, kind: Kind | None, parts: list[Code], *, column: int | None = None) -> Code:
    """A piece put together from others."""
    return Code(
        run=run,
        column=parts[0].column if column is None else column,
        kind=kind,
        names=names_of(parts),
        depth=nested(parts),
    )


def names_of(parts: Iterable[Code]) -> frozenset[str]:
    """Every name that the pieces read."""
    return frozenset().union(*(part.names for part in parts))


def nested(parts: list[Code]) -> int:
    """The depth of a piece that holds these.

    Raises:
        ExpressionError: if it is too deep.
    """
    deepest = max(parts, key=lambda part: part.depth)
    if deepest.depth >= MAX_DEPTH:
        raise ExpressionError(f"a expressão tem mais de {MAX_DEPTH} níveis", deepest.column)
    return deepest.depth + 1


def expect(part: Code, kind: Kind, place: str) -> None:
    """Refuse a piece that cannot be of the kind which the place asks for."""
    if part.is_null and kind is not Kind.BOOLEAN:
        raise ExpressionError(f"{place} não cabe null", part.column)
    if part.kind not in {None, kind}:
        raise ExpressionError(f"{place} cabe {kind.label}, e não {_label(part)}", part.column)


def boolean(part: Code) -> Truth:
    """The piece's closure, which then gives nothing but True, False or None."""
    expect(part, Kind.BOOLEAN, "aqui")
    if part.name is None and part.kind is Kind.BOOLEAN:
        return part.run
    inner, dotted = part.run, part.name

    def truth(get: Get, now: datetime) -> bool | None:
        value = inner(get, now)
        if value is True or value is False or value is None:
            return value
        raise EvaluationError(f"aqui cabe verdadeiro/falso, e não {KINDS[type(value)].label}")

    def named(get: Get, now: datetime) -> bool | None:
        value = get(dotted)  # type: ignore[arg-type]
        if value is True or value is False or value is None:
            return value
        return truth(get, now)

    return truth if dotted is None else named


def _label(part: Code) -> str:
    assert part.kind is not None
    return f"“{part.name}”, que é {part.kind.label}" if part.name else part.kind.label
