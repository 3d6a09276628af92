"""`+ - * /` over numbers, texts, dates and durations, with every size bounded."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Any, Final

from engine.expressions.code import Code, Get, literal, made
from engine.expressions.errors import EvaluationError, ExpressionError
from engine.expressions.values import (
    CLASSES,
    FIRST_YEAR,
    KINDS,
    LAST_YEAR,
    MAX_TEXT,
    Kind,
    Months,
    within_limit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# 34 digits, as the decimal128 that DMN asks for; a result beyond them is refused, not rounded to infinity.
_CONTEXT: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emax=33, Emin=-6143, traps=[DivisionByZero, InvalidOperation, Overflow]
)
_DAY = timedelta(days=1)
_VERBS: Final = {"+": "soma", "-": "subtrai", "*": "multiplica", "/": "divide"}

Deed = Callable[[Any, Any], Any]


def operation(left: Code, sign: str, right: Code) -> Code:
    """`left sign right`; null if one of them is."""
    for part in (left, right):
        if part.is_null:
            raise ExpressionError(f'o valor null não entra em contas com "{sign}"', part.column)
    kind = _result(left, sign, right)
    one, deeds, two = left.run, _BY_CLASS[sign], right.run

    def run(get: Get, now: datetime) -> Any:
        a, b = one(get, now), two(get, now)
        if a is None or b is None:
            return None
        deed = deeds.get((type(a), type(b)))
        if deed is None:
            raise EvaluationError(_refusal(KINDS[type(a)], sign, KINDS[type(b)]))
        return bounded(deed, a, b)

    return made(run, kind, [left, right])


def negative(part: Code) -> Code:
    """`-part`, of a number or a duration."""
    if part.is_null or part.kind not in {None, Kind.NUMBER, Kind.DURATION, Kind.MONTHS}:
        label = "null" if part.is_null or part.kind is None else part.kind.label
        raise ExpressionError(f'"-" cabe diante de número e duração, e não de {label}', part.column)
    if type(part.literal) is Decimal:
        return literal(_CONTEXT.minus(part.literal), part.column)
    inner = part.run

    def run(get: Get, now: datetime) -> Any:
        value = inner(get, now)
        if value is None:
            return None
        deed = _NEGATIVE.get(type(value))
        if deed is None:
            kind = KINDS[type(value)].label
            raise EvaluationError(f'"-" cabe diante de número e duração, e não de {kind}')
        return bounded(deed, value)

    return made(run, part.kind, [part])


def bounded(deed: Callable[..., Any], *values: Any) -> Any:
    """What the deed gives, or a refusal that people understand."""
    try:
        return deed(*values)
    except DivisionByZero:
        raise EvaluationError("há uma divisão por zero") from None
    except InvalidOperation:
        raise EvaluationError("há uma conta sem resultado") from None
    except (Overflow, OverflowError, ValueError):
        raise EvaluationError("o resultado de uma conta é grande demais") from None


def add_months(day: Any, months: Months) -> Any:
    """The date or instant so many months later, on the month's last day where the day is missing there."""
    index = day.year * 12 + day.month - 1 + months.count
    year, month = divmod(index, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OverflowError
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def add_duration(day: datetime, duration: timedelta) -> datetime:
    """The instant so much later on the time line, whatever clocks do meanwhile."""
    later = day.astimezone(UTC) + duration
    if not FIRST_YEAR <= later.year <= LAST_YEAR:
        raise OverflowError
    return later.astimezone(day.tzinfo)


def _result(left: Code, sign: str, right: Code) -> Kind | None:
    if left.kind is None or right.kind is None:
        return None
    try:
        return _BY_KIND[sign][left.kind, right.kind][0]
    except KeyError:
        raise ExpressionError(_refusal(left.kind, sign, right.kind), right.column) from None


def _refusal(left: Kind, sign: str, right: Kind) -> str:
    return f"não se {_VERBS[sign]} {left.label} e {right.label}"


def _join(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_TEXT:
        raise OverflowError
    return left + right


def _add_to_date(day: date, duration: timedelta) -> date:
    return day + timedelta(days=duration // _DAY)


def _add_to_time(clock: time, duration: timedelta) -> time:
    return (datetime.combine(date(2000, 1, 1), clock) + duration % _DAY).time()


def _since(left: datetime, right: datetime) -> timedelta:
    return left.astimezone(UTC) - right.astimezone(UTC)


def _between_times(left: time, right: time) -> timedelta:
    return datetime.combine(date(2000, 1, 1), left) - datetime.combine(date(2000, 1, 1), right)


def _times(duration: timedelta, number: Decimal) -> timedelta:
    micro = _CONTEXT.multiply(Decimal(duration // timedelta(microseconds=1)), number)
    return timedelta(microseconds=int(micro))


def _parts(duration: timedelta, number: Decimal) -> timedelta:
    micro = _CONTEXT.divide(Decimal(duration // timedelta(microseconds=1)), number)
    return timedelta(microseconds=int(micro))


def _ratio(left: timedelta, right: timedelta) -> Decimal:
    unit = timedelta(microseconds=1)
    return _CONTEXT.divide(Decimal(left // unit), Decimal(right // unit))


def _months(count: int) -> Months:
    if abs(count) > LAST_YEAR * 12:
        raise OverflowError
    return Months(count)


_N, _S, _D, _C, _I = Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TIME, Kind.INSTANT
_T, _M = Kind.DURATION, Kind.MONTHS
_BY_KIND: Final[Mapping[str, Mapping[tuple[Kind, Kind], tuple[Kind, Deed]]]] = {
    "+": {
        (_N, _N): (_N, lambda a, b: within_limit(_CONTEXT.add(a, b))),
        (_S, _S): (_S, _join),
        (_D, _T): (_D, _add_to_date),
        (_D, _M): (_D, add_months),
        (_C, _T): (_C, _add_to_time),
        (_I, _T): (_I, add_duration),
        (_I, _M): (_I, add_months),
        (_T, _D): (_D, lambda a, b: _add_to_date(b, a)),
        (_M, _D): (_D, lambda a, b: add_months(b, a)),
        (_T, _C): (_C, lambda a, b: _add_to_time(b, a)),
        (_T, _I): (_I, lambda a, b: add_duration(b, a)),
        (_M, _I): (_I, lambda a, b: add_months(b, a)),
        (_T, _T): (_T, lambda a, b: a + b),
        (_M, _M): (_M, lambda a, b: _months(a.count + b.count)),
    },
    "-": {
        (_N, _N): (_N, lambda a, b: within_limit(_CONTEXT.subtract(a, b))),
        (_D, _D): (_T, lambda a, b: a - b),
        (_D, _T): (_D, lambda a, b: _add_to_date(a, -b)),
        (_D, _M): (_D, lambda a, b: add_months(a, Months(-b.count))),
        (_C, _C): (_T, _between_times),
        (_C, _T): (_C, lambda a, b: _add_to_time(a, -b)),
        (_I, _I): (_T, _since),
        (_I, _T): (_I, lambda a, b: add_duration(a, -b)),
        (_I, _M): (_I, lambda a, b: add_months(a, Months(-b.count))),
        (_T, _T): (_T, lambda a, b: a - b),
        (_M, _M): (_M, lambda a, b: _months(a.count - b.count)),
    },
    "*": {
        (_N, _N): (_N, lambda a, b: within_limit(_CONTEXT.multiply(a, b))),
        (_T, _N): (_T, _times),
        (_N, _T): (_T, lambda a, b: _times(b, a)),
    },
    "/": {
        (_N, _N): (_N, lambda a, b: within_limit(_CONTEXT.divide(a, b))),
        (_T, _N): (_T, _parts),
        (_T, _T): (_N, _ratio),
    },
}
_NEGATIVE: Final[Mapping[type, Callable[[Any], Any]]] = {
    Decimal: _CONTEXT.minus,
    timedelta: lambda duration: -duration,
    Months: lambda months: Months(-months.count),
}

_BY_CLASS: Final[Mapping[str, Mapping[tuple[type, type], Deed]]] = {
    sign: {(CLASSES[a], CLASSES[b]): deed for (a, b), (_, deed) in table.items()} for sign, table in _BY_KIND.items()
}
