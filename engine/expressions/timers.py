"""When a timer is due: a plain ISO 8601 text, or an expression that gives one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from engine.expressions import literals
from engine.expressions.arithmetic import add_duration, add_months, bounded
from engine.expressions.code import literal
from engine.expressions.errors import EvaluationError, ExpressionError, Undecided
from engine.expressions.guards import compile_expression, missing
from engine.expressions.values import KINDS, Kind, Months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.expressions.code import Run

_DURATION_LIKE = re.compile(r"[+-]?P[0-9T]")
_DATE_LIKE = re.compile(r"[0-9]{4}-[0-9]")
_CYCLE_LIKE = re.compile(r"R[0-9]*/")
_FIT = {
    "duration": frozenset({Kind.DURATION, Kind.MONTHS, Kind.TEXT, None}),
    "date": frozenset({Kind.INSTANT, Kind.DATE, Kind.TEXT, None}),
}
_FORM = {
    "duration": "uma duração como PT4H, P7D ou P1M",
    "date": "uma data e hora com fuso como 2026-01-31T08:00:00-03:00",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerExpression:
    """When a timer is due.

    Attributes:
        kind: `duration`, counted from the instant of asking; `date`, an instant by itself.
        text: as written.
        names: the dotted names it reads; empty for a plain literal.
    """

    kind: Literal["date", "duration"]
    text: str
    names: frozenset[str]
    run: Run

    def instant(self, facts: Mapping[str, Any], now: datetime) -> datetime:
        """The instant at which the timer is due, in UTC; it may lie in the past.

        Days are 24 hours, months go by the calendar of `now`'s zone, and a date without a time
        begins in that zone.

        Raises:
            Undecided: if a value it needs is missing.
            EvaluationError: if what it gives is no duration, or no instant.
        """
        try:
            value = self.run(facts.get, now)
            if value is not None:
                due_at = self._later(value, now) if self.kind == "duration" else self._at(value, now)
                return _utc(due_at)
            names = missing(self.run, facts.get, now)
            raise Undecided(names) if names else self._wrong("null")
        except EvaluationError as error:
            raise error.within(self.text) from None

    def _later(self, value: Any, now: datetime) -> datetime:
        months, rest = Months(0), timedelta(0)
        if type(value) is str:
            read = literals.read_duration(value.strip())
            if read is None:
                raise self._wrong("um texto que não é isso")
            months, rest = read
        elif type(value) is Months:
            months = value
        elif type(value) is timedelta:
            rest = value
        else:
            raise self._wrong(KINDS[type(value)].label)
        if months.count < 0 or rest < timedelta(0):
            raise self._wrong("uma duração negativa")
        return _sum(now, months, rest)

    def _at(self, value: Any, now: datetime) -> datetime:
        if type(value) is str:
            read = literals.read_instant(value.strip())
            if read is None:
                raise self._wrong("um texto que não é isso")
            return read
        if type(value) is datetime:
            return value
        if type(value) is date:
            return datetime.combine(value, time(), tzinfo=now.tzinfo)
        raise self._wrong(KINDS[type(value)].label)

    def _wrong(self, got: str) -> EvaluationError:
        return EvaluationError(f"o timer pede {_FORM[self.kind]}, e não {got}")


@lru_cache(maxsize=1_024)
def compile_timer(kind: Literal["date", "duration"], text: str) -> TimerExpression:
    """A timer's text: plain ISO 8601 without quotes, or an S-FEEL expression.

    Raises:
        ExpressionError: if it is neither.
    """
    plain = text.strip()
    if not plain:
        raise ExpressionError(f"falta {_FORM[kind]}")
    if _CYCLE_LIKE.match(plain):
        raise ExpressionError(
            "ciclos não rodam aqui; use uma duração e, no diagrama, um caminho que volte ao mesmo lugar"
        )
    if _DURATION_LIKE.match(plain) or _DATE_LIKE.match(plain):
        value = _plain(kind, plain)
        return TimerExpression(kind=kind, text=text, names=frozenset(), run=literal(value, 0).run)
    compiled = compile_expression(text)
    if compiled.kind not in _FIT[kind]:
        label = compiled.kind.label if compiled.kind else ""
        raise ExpressionError(f"o timer pede {_FORM[kind]}, e a expressão dá {label}")
    return TimerExpression(kind=kind, text=text, names=compiled.names, run=compiled.run)


def _plain(kind: str, written: str) -> Any:
    duration, instant = literals.read_duration(written), literals.read_instant(written)
    if kind == "duration":
        if duration is None:
            other = "; para um instante, use um timer de data" if instant else ""
            raise ExpressionError(f"aqui cabe {_FORM[kind]}{other}")
        if duration[0].count < 0 or duration[1] < timedelta(0):
            raise ExpressionError("a duração de um timer não pode ser negativa")
        if duration[0].count:
            return written if duration[1] else duration[0]
        return duration[1]
    if instant is None:
        other = "; para um prazo, use um timer de duração" if duration else ""
        if literals.lacks_offset(written):
            other = "; falta o fuso: -03:00 (ou Z, para UTC) no fim"
        raise ExpressionError(f"aqui cabe {_FORM[kind]}{other}")
    return instant


def _utc(instant: datetime) -> datetime:
    due_at: datetime = bounded(lambda: instant.astimezone(UTC))
    return due_at


def _sum(now: datetime, months: Months, rest: timedelta) -> datetime:
    later: datetime = bounded(lambda: add_duration(add_months(now, months), rest))
    return later
