"""The functions that expressions may call: a closed table, each with what it takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from engine.expressions import literals
from engine.expressions.arithmetic import bounded
from engine.expressions.code import Code, Get, Run, expect, literal, made
from engine.expressions.errors import EvaluationError, ExpressionError
from engine.expressions.values import KINDS, UNORDERED, Kind, ordered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function of a fixed number of arguments of fixed kinds."""

    takes: tuple[Kind, ...]
    gives: Kind
    deed: Callable[..., Any]


def call(function: str, arguments: list[Code], column: int) -> Code:
    """The call of a function by its name as written.

    Raises:
        ExpressionError: an unknown function, too many or too few arguments, kinds that do not fit.
    """
    name = " ".join(function.split())
    if name in {"date", "time", "date and time", "duration"}:
        return _written(name, arguments, column)
    if name in {"today", "now"}:
        _count(name, arguments, 0, column)
        return _clock(name, column)
    if name in {"min", "max"}:
        return _extreme(name, arguments, column)
    if name == "abs":
        return _absolute(arguments, column)
    if name not in FUNCTIONS:
        raise ExpressionError(unknown(name), column)
    known = FUNCTIONS[name]
    _count(name, arguments, len(known.takes), column)
    for argument, kind in zip(arguments, known.takes, strict=True):
        expect(argument, kind, f'em "{name}"')
    run = _applied(name, known, [argument.run for argument in arguments])
    return made(run, known.gives, arguments, column=column)


def unknown(name: str) -> str:
    """What to say of a function that does not exist here."""
    near = get_close_matches(name.lower(), ALL, n=1, cutoff=0.75)
    meant = f' Quis dizer "{near[0]}"?' if near else ""
    method = ", nem métodos de um valor" if "." in name else ""
    return f'não há a função "{name[:40]}"{method}; há: {", ".join(ALL)}.{meant}'


def _applied(name: str, known: Function, arguments: list[Run]) -> Run:
    deed, takes = known.deed, known.takes

    def run(get: Get, now: datetime) -> Any:
        values = [argument(get, now) for argument in arguments]
        if None in values:
            return None
        for value, kind in zip(values, takes, strict=True):
            if KINDS[type(value)] is not kind:
                raise EvaluationError(_wrong(name, kind, value))
        return deed(*values)

    return run


def _written(name: str, arguments: list[Code], column: int) -> Code:
    _count(name, arguments, 1, column)
    text = arguments[0].literal
    if type(text) is not str:
        raise ExpressionError(f'"{name}" pede um texto entre aspas', arguments[0].column)
    return literal(literals.temporal(name, text, arguments[0].column), column)


def _clock(name: str, column: int) -> Code:
    if name == "now":
        return Code(run=lambda _get, now: now, column=column, kind=Kind.INSTANT)
    return Code(run=lambda _get, now: now.date(), column=column, kind=Kind.DATE)


def _extreme(name: str, arguments: list[Code], column: int) -> Code:
    kind = _one_kind(name, arguments, column)
    runs = [argument.run for argument in arguments]
    better = ordered("<" if name == "min" else ">")

    def run(get: Get, now: datetime) -> Any:
        values = [one(get, now) for one in runs]
        if len(values) == 1 and type(values[0]) is tuple:
            values = list(values[0])
            if not values:
                raise EvaluationError(f'"{name}" de uma lista vazia')
        if None in values:
            return None
        best = values[0]
        for value in values:
            if better(value, best):
                best = value
        return best

    return made(run, None if kind is Kind.LIST else kind, arguments, column=column)


def _one_kind(name: str, arguments: list[Code], column: int) -> Kind | None:
    if not arguments:
        raise ExpressionError(f'"{name}" pede ao menos um valor', column)
    kind = arguments[0].kind
    for argument in arguments:
        if argument.is_null or argument.kind in UNORDERED - {Kind.LIST}:
            raise ExpressionError(f'"{name}" pede valores que tenham ordem', argument.column)
        if kind and argument.kind and argument.kind is not kind:
            raise ExpressionError(f'os valores de "{name}" são de tipos diferentes', argument.column)
    if kind is Kind.LIST and len(arguments) > 1:
        raise ExpressionError(f'"{name}" pede uma lista só, ou os valores um a um', column)
    return kind


def _absolute(arguments: list[Code], column: int) -> Code:
    _count("abs", arguments, 1, column)
    part = arguments[0]
    if part.is_null or part.kind not in {None, Kind.NUMBER, Kind.DURATION}:
        raise ExpressionError('"abs" pede um número ou uma duração', part.column)
    inner = part.run

    def run(get: Get, now: datetime) -> Any:
        value = inner(get, now)
        if value is None:
            return None
        if type(value) is Decimal:
            return value.copy_abs()
        if type(value) is timedelta:
            return bounded(abs, value)
        raise EvaluationError('"abs" pede um número ou uma duração')

    return made(run, part.kind, arguments, column=column)


def _count(name: str, arguments: list[Code], wanted: int, column: int) -> None:
    if len(arguments) != wanted:
        takes = {0: "não pede valor nenhum", 1: "pede um valor"}.get(wanted, f"pede {wanted} valores")
        raise ExpressionError(f'"{name}" {takes}, e aqui há {len(arguments)}', column)


def _wrong(name: str, kind: Kind, value: Any) -> str:
    return f'em "{name}" cabe {kind.label}, e não {KINDS[type(value)].label}'


FUNCTIONS: Final[Mapping[str, Function]] = {
    "count": Function(takes=(Kind.LIST,), gives=Kind.NUMBER, deed=lambda values: Decimal(len(values))),
    "lower case": Function(takes=(Kind.TEXT,), gives=Kind.TEXT, deed=str.lower),
    "upper case": Function(takes=(Kind.TEXT,), gives=Kind.TEXT, deed=str.upper),
    "contains": Function(takes=(Kind.TEXT, Kind.TEXT), gives=Kind.BOOLEAN, deed=lambda whole, part: part in whole),
    "starts with": Function(takes=(Kind.TEXT, Kind.TEXT), gives=Kind.BOOLEAN, deed=str.startswith),
    "string length": Function(takes=(Kind.TEXT,), gives=Kind.NUMBER, deed=lambda text: Decimal(len(text))),
}
ALL: Final = (
    *FUNCTIONS,
    "min",
    "max",
    "abs",
    "today",
    "now",
    "date",
    "time",
    "date and time",
    "duration",
)
