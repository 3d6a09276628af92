"""`=`, `<`, `between`: comparing two values, where a missing one leaves the outcome open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from engine.expressions.code import Code, Get, Run, made
from engine.expressions.errors import ExpressionError
from engine.expressions.values import SIGNS, UNORDERED, Kind, canonical, different, equal, ordered

if TYPE_CHECKING:
    from datetime import datetime

Relation = Callable[[Any, Any], bool | None]

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_QUICK: Final = {Kind.TEXT: str, Kind.BOOLEAN: bool, Kind.NUMBER: int}  # facts come with plain integers


def comparison(left: Code, sign: str, right: Code) -> Code:
    """`left sign right`; with the literal null it asks whether a value is missing."""
    fits(left, sign, right)
    if left.is_null or right.is_null:
        return made(_missing(right if left.is_null else left, sign), Kind.BOOLEAN, [left, right])
    run = _shortcut(left, sign, right) or _general(left.run, relation(sign), right.run)
    return made(run, Kind.BOOLEAN, [left, right])


def between(value: Code, low: Code, high: Code) -> Code:
    """`value between low and high`, both ends included."""
    fits(value, ">=", low)
    fits(value, "<=", high)
    within = interval_test(low.run, high.run, open_low=False, open_high=False)
    asked = value.run
    return made(
        lambda get, now: within(asked(get, now), get, now),
        Kind.BOOLEAN,
        [value, low, high],
    )


def interval_test(
    low: Run, high: Run, *, open_low: bool, open_high: bool
) -> Callable[[Any, Get, datetime], bool | None]:
    """Whether a value lies in a range; one end that rules it out is enough."""
    above, below = ordered(">" if open_low else ">="), ordered("<" if open_high else "<=")

    def within(value: Any, get: Get, now: datetime) -> bool | None:
        reached = above(value, low(get, now))
        if reached is False:
            return False
        kept = below(value, high(get, now))
        return kept if reached or kept is False else None

    return within


def relation(sign: str) -> Relation:
    """The comparison of two canonical values that the sign stands for."""
    if sign == "=":
        return equal
    return different if sign == "!=" else ordered(sign)


def fits(left: Code, sign: str, right: Code) -> None:
    """Refuse a comparison that could never be made.

    Raises:
        ExpressionError: kinds that differ, kinds without an order, an order with null.
    """
    if left.is_null or right.is_null:
        if sign not in {"=", "!="}:
            raise ExpressionError(f"o valor null só se compara com = e !=, e não com {sign}", right.column)
        return
    kind = left.kind or right.kind
    if right.kind not in {None, kind}:
        assert kind is not None
        assert right.kind is not None
        raise ExpressionError(_mismatch(left, right), right.column)
    if kind in UNORDERED and sign not in {"=", "!="}:
        raise ExpressionError(f"{kind.label} só se compara com = e !=, e não com {sign}", right.column)
    if kind is Kind.LIST:
        raise ExpressionError('listas não se comparam; pergunte com "in": "a" in fields.lista', right.column)


def _missing(part: Code, sign: str) -> Run:
    asked, wanted = part.run, sign == "="
    return lambda get, now: (asked(get, now) is None) is wanted


def _general(left: Run, compare: Relation, right: Run) -> Run:
    return lambda get, now: compare(left(get, now), right(get, now))


def _shortcut(left: Code, sign: str, right: Code) -> Run | None:
    """The usual clause, a name against a literal, without a call per side."""
    if left.is_literal:
        left, sign, right = right, _FLIPPED.get(sign, sign), left
    expected = _QUICK.get(right.kind) if right.is_literal and right.kind else None
    if left.name is None or expected is None:
        return None
    dotted, wanted, quick, compare = left.name, right.literal, SIGNS[sign], relation(sign)

    def run(get: Get, _now: datetime) -> bool | None:
        value = get(dotted)
        if type(value) is expected:
            return quick(value, wanted)
        return compare(canonical(value), wanted)

    return run


def _mismatch(left: Code, right: Code) -> str:
    assert left.kind is not None
    assert right.kind is not None
    hint = ""
    quoted = next((p.literal for p in (left, right) if p.is_literal and p.kind is Kind.TEXT), None)
    if quoted is not None and Kind.BOOLEAN in {left.kind, right.kind}:
        hint = "; verdadeiro e falso se escrevem true e false, sem aspas"
    elif quoted is not None and Kind.NUMBER in {left.kind, right.kind}:
        hint = "; números vão sem aspas, e textos entre aspas"
    elif quoted is not None and Kind.INSTANT in {left.kind, right.kind}:
        hint = '; uma data e hora se escreve date and time("2026-01-31T08:00:00-03:00")'
    elif quoted is not None and Kind.DATE in {left.kind, right.kind}:
        hint = '; uma data se escreve date("2026-01-31")'
    return f"não se compara {left.kind.label} com {right.kind.label}{hint}"
