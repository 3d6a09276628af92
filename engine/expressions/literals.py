"""Values written in a text: quoted texts, numbers, dates, times and durations."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import isodate

from engine.expressions.errors import ExpressionError
from engine.expressions.values import FIRST_YEAR, LAST_YEAR, Months

MAX_DIGITS = 34
MAX_MONTHS = 1_200
MAX_DURATION = timedelta(days=36_525)

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION = re.compile(
    r"-?P(?:(?P<months>(?=[0-9])(?:[0-9]{1,6}Y)?(?:[0-9]{1,6}M)?)|[0-9]{1,6}W)?"
    r"(?P<rest>(?:[0-9]{1,9}D)?(?:T(?=[0-9])(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,6})?S)?)?)"
)
_FORMS: Final = {
    "date": 'date("2026-01-31")',
    "time": 'time("08:30:00")',
    "date and time": 'date and time("2026-01-31T08:30:00-03:00")',
    "duration": 'duration("P2D"), duration("PT4H") ou duration("P1M")',
}


def text(token: str, column: int) -> str:
    """The text between the quotes, its escapes resolved."""
    if "\\" not in token:
        return token[1:-1]

    def resolve(match: re.Match[str]) -> str:
        short, long, plain = match.groups()
        if plain is None:
            code = int(short or long, 16)
            if code <= 0x10FFFF:  # noqa: PLR2004 - the last of Unicode
                return chr(code)
        elif plain in _ESCAPES:
            return _ESCAPES[plain]
        raise ExpressionError(
            rf'"{match[0]}" não vale dentro de um texto; valem \" \\ \n \t \r e \u00e7',
            column + 1 + match.start(),
        )

    joined = _ESCAPE.sub(resolve, token[1:-1])
    try:  # two \u of four digits may be the halves of one character
        return joined.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ExpressionError("há metade de um caractere no texto", column) from None


def number(token: str, column: int) -> Decimal:
    """A number as written."""
    if len(token) > MAX_DIGITS + 1 or sum(map(str.isdigit, token)) > MAX_DIGITS:
        raise ExpressionError(f"números têm no máximo {MAX_DIGITS} algarismos", column)
    return Decimal(token)


def temporal(function: str, written: str, column: int) -> Any:
    """The value of `date("…")`, `time("…")`, `date and time("…")` or `duration("…")`."""
    value = _READERS[function](written)
    if value is None:
        zone = "; falta o fuso: -03:00 (ou Z, para UTC) no fim" if lacks_offset(written) else ""
        raise ExpressionError(f"aqui se escreve {_FORMS[function]}{zone}", column)
    return value


def at_literal(written: str, column: int) -> Any:
    """The value of `@"…"`, told apart by its form."""
    for read in _READERS.values():
        value = read(written)
        if value is not None:
            return value
    raise ExpressionError(
        'depois de @ vem data, hora, data e hora com fuso ou duração: @"2026-01-31", @"08:30:00", '
        '@"2026-01-31T08:30:00-03:00", @"PT4H"',
        column,
    )


def read_date(written: str) -> date | None:
    """`2026-01-31`, else None."""
    return _read(date, written) if _DATE.fullmatch(written) else None


def read_instant(written: str) -> datetime | None:
    """`2026-01-31T08:30:00-03:00`, else None; without an offset it is no instant."""
    match = _INSTANT.fullmatch(written)
    instant = _read(datetime, written) if match and match[1] else None
    return instant if instant and FIRST_YEAR <= instant.year <= LAST_YEAR else None


def lacks_offset(written: str) -> bool:
    """Whether it would be an instant if it told its offset."""
    match = _INSTANT.fullmatch(written)
    return match is not None and not match[1] and _read(datetime, written) is not None


def read_duration(written: str) -> tuple[Months, timedelta] | None:
    """Any ISO 8601 duration of at most 100 years, as months and what has a fixed length; else None."""
    match = _DURATION.fullmatch(written)
    if match is None or not any(map(str.isdigit, written)):
        return None
    try:
        value = isodate.parse_duration(written)
    except (ValueError, OverflowError):
        return None
    months, rest = Months(0), value
    if isinstance(value, isodate.Duration):
        months, rest = Months(int(value.years) * 12 + int(value.months)), value.tdelta
    within = abs(months.count) <= MAX_MONTHS and abs(rest) <= MAX_DURATION
    return (months, rest) if within else None


def _read_time(written: str) -> time | None:
    return _read(time, written) if _TIME.fullmatch(written) else None


def _read_pure_duration(written: str) -> Months | timedelta | None:
    """FEEL has durations of months and durations of days, never both in one."""
    both = read_duration(written)
    if both is None or (both[0].count and both[1]):
        return None
    match = _DURATION.fullmatch(written)
    assert match is not None
    return both[0] if match["months"] else both[1]


def _read(cls: Any, written: str) -> Any:
    try:
        return cls.fromisoformat(written)
    except ValueError:
        return None


_READERS: Final = {
    "date": read_date,
    "time": _read_time,
    "date and time": read_instant,
    "duration": _read_pure_duration,
}
