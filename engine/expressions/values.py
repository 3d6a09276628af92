"""The kinds of values that expressions know, and how two of them compare."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from engine.expressions.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_LIST = 500
MAX_TEXT = 10_000  # of a text that an expression puts together
FIRST_YEAR, LAST_YEAR = 2, 9_998  # so that every instant has its UTC
MAX_NUMBER = Decimal(10) ** 34  # the digits of decimal128, the number of DMN
_MAX_INTEGER = 10**34


class Kind(StrEnum):
    """What a value is, as far as expressions can tell values apart."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    INSTANT = "date and time"
    DURATION = "duration"
    MONTHS = "months"
    LIST = "list"

    @property
    def label(self) -> str:
        """The kind's Portuguese name."""
        return _LABELS[self]


@dataclass(frozen=True, order=True)
class Months:
    """A duration of whole months, which has no fixed length: `duration("P1M")`."""

    count: int


CLASSES: Final[Mapping[Kind, type]] = {
    Kind.BOOLEAN: bool,
    Kind.NUMBER: Decimal,
    Kind.TEXT: str,
    Kind.DATE: date,
    Kind.TIME: time,
    Kind.INSTANT: datetime,
    Kind.DURATION: timedelta,
    Kind.MONTHS: Months,
    Kind.LIST: tuple,
}
KINDS: Final[Mapping[type, Kind]] = {cls: kind for kind, cls in CLASSES.items()}
UNORDERED: Final = frozenset({Kind.BOOLEAN, Kind.LIST})
_PLAIN: Final = frozenset({bool, str, date, timedelta, type(None)})
_LABELS: Final[Mapping[Kind, str]] = {
    Kind.BOOLEAN: "verdadeiro/falso",
    Kind.NUMBER: "número",
    Kind.TEXT: "texto",
    Kind.DATE: "data",
    Kind.TIME: "hora",
    Kind.INSTANT: "data e hora",
    Kind.DURATION: "duração",
    Kind.MONTHS: "duração em meses",
    Kind.LIST: "lista",
}
SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def canonical(value: Any) -> Any:
    """A fact as expressions hold it: exact classes, numbers as Decimal, lists as tuples.

    Raises:
        EvaluationError: for anything that is no plain value.
    """
    cls = type(value)
    if cls in _PLAIN:
        return value
    read = _READERS.get(cls)
    return read(value) if read else _by_its_base(value)


def equal(left: Any, right: Any) -> bool | None:
    """Whether two canonical values are equal; None if one of them is missing."""
    if left is None or right is None:
        return None
    if type(left) is not type(right):
        raise EvaluationError(_mismatch(left, right))
    if type(left) is tuple:
        raise EvaluationError('listas não se comparam com "="; pergunte com "in"')
    return bool(_comparable(left) == _comparable(right))


def different(left: Any, right: Any) -> bool | None:
    """The opposite of `equal`; None if one of the values is missing."""
    same = equal(left, right)
    return None if same is None else not same


def ordered(sign: str) -> Callable[[Any, Any], bool | None]:
    """The comparison `<`, `<=`, `>` or `>=` of two canonical values; None if one is missing."""
    compare = SIGNS[sign]

    def run(left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        if type(left) is not type(right):
            raise EvaluationError(_mismatch(left, right))
        if KINDS[type(left)] in UNORDERED:
            raise EvaluationError(f'{KINDS[type(left)].label} não se compara com "{sign}"')
        return compare(_comparable(left), _comparable(right))

    return run


def within_limit(number: Decimal) -> Decimal:
    """The number itself, unless it is too large to be meant."""
    if not -MAX_NUMBER < number < MAX_NUMBER:
        raise EvaluationError("um número passou de 34 algarismos")
    return number


def _by_its_base(value: Any) -> Any:
    for base, read in (*_READERS.items(), (str, str.__str__)):
        if isinstance(value, base):
            return read(value)
    raise EvaluationError("há um valor de um tipo que as expressões não conhecem")


def _integer(value: int) -> Decimal:
    if not -_MAX_INTEGER < value < _MAX_INTEGER:  # before Decimal(value), whose cost grows with the digits
        raise EvaluationError("um número passou de 34 algarismos")
    return Decimal(int(value))


def _decimal(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise EvaluationError("há um número que não é finito")
    return within_limit(value if type(value) is Decimal else Decimal(value))


def _float(value: float) -> Decimal:
    return _decimal(Decimal(repr(float(value))))


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise EvaluationError("uma data e hora sem fuso não pode ser comparada")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise EvaluationError(f"o ano de uma data e hora vai de {FIRST_YEAR} a {LAST_YEAR}")
    return value


def _time(value: time) -> time:
    if value.tzinfo is not None:
        raise EvaluationError("uma hora com fuso não pode ser comparada")
    return value


def _list(value: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    if len(value) > MAX_LIST:
        raise EvaluationError(f"há uma lista com mais de {MAX_LIST} valores")
    return tuple(canonical(member) for member in value)


def _comparable(value: Any) -> Any:
    """Two datetimes of one zone would be compared by their wall clocks: in UTC they are instants."""
    return value.astimezone(UTC) if type(value) is datetime else value


def _mismatch(left: Any, right: Any) -> str:
    return f"não se compara {KINDS[type(left)].label} com {KINDS[type(right)].label}"


_READERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    int: _integer,
    float: _float,
    Decimal: _decimal,
    datetime: _instant,
    time: _time,
    list: _list,
    tuple: _list,
}
