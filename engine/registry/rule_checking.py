"""Whether a calendar or an SLA policy can be as it is asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.sla import escalating
from engine.sla.durations import amount_of
from engine.sla.festivals import ALL, optional_names, wrong_place
from engine.sla.hours import read_lines
from engine.sla.policies import CLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.registry.model import Registries

CUSTOMER_KINDS: Final = ("person", "company")
_MOST: Final = 1_000
_ESCALATE_LENGTH: Final = 250
_STEP_LENGTH: Final = 25  # with its clock's name it is a threshold, which has forty letters
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_NAMED: Final = range(2020, 2031)  # what optional holidays are called does not depend on the year
_HOURS: Final = ("zone", "week", "holidays", "optional_holidays", "days")


def wrong_rule(known: Registries, registry: str, key: str, values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a calendar or a policy, each in a Portuguese sentence without full stop."""
    if registry == "calendars":
        yield from _wrong_calendar(known.calendars.get(key), values)
    elif registry == "sla_policies":
        yield from _wrong_policy(known, values)


def _wrong_calendar(before: Any, values: Mapping[str, Any]) -> Iterator[str]:
    lists = {name: values.get(name) or () for name in ("week", "optional_holidays", "days")}
    for name, value in lists.items():
        if not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) and len(value) <= _MOST):
            yield f"{name}: use uma lista de até {_MOST} textos"
            return
    read = read_lines(lists["week"], lists["days"])
    yield from read.wrong
    if not read.wrong and not any(read.week):
        yield "week: diga ao menos um período em que se trabalha"
    yield from _wrong_zone(values.get("zone"))
    yield from _wrong_holidays(values.get("holidays"), lists["optional_holidays"])
    yield from _wrong_day(values.get("valid_from"))
    if before is not None and values.get("valid_from") is None and _hours(before) != _said(values):
        yield "valid_from: as horas mudam; diga desde que dia (AAAA-MM-DD), e o que já foi contado fica como está"


def _hours(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name, None) or None for name in _HOURS}


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: values.get(name) or None for name in _HOURS}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _wrong_zone(zone: Any) -> Iterator[str]:
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        yield "zone: use um fuso da base IANA, por exemplo America/Sao_Paulo"


def _wrong_holidays(place: Any, optional: Any) -> Iterator[str]:
    if place is None:
        if optional:
            yield "optional_holidays: só com holidays"
        return
    if not isinstance(place, str):
        yield "holidays: use por exemplo BR ou BR-SP"
    elif wrong := wrong_place(place):
        yield f"holidays: {wrong}"
    elif optional:
        names = optional_names(place, _NAMED)
        if unknown := [one for one in optional if one not in {*names, ALL}]:
            yield f"optional_holidays: {', '.join(unknown)} não existe; existem {', '.join([ALL, *names])}"


def _wrong_steps(value: Any) -> Iterator[str]:
    if value is None:
        return
    if not (isinstance(value, str) and escalating.are_steps(value)):
        yield f"escalate: use {escalating.WANTED}"
    elif len(value) > _ESCALATE_LENGTH or any(len(one) > _STEP_LENGTH for one in escalating.steps_of(value)):
        yield f"escalate: no máximo {_ESCALATE_LENGTH} letras"


def _wrong_day(value: Any) -> Iterator[str]:
    if value is None:
        return
    try:
        day = date.fromisoformat(value)
        fits = day.isoformat() == value and _FIRST_YEAR <= day.year <= _LAST_YEAR
    except (ValueError, TypeError):
        fits = False
    if not fits:
        yield f"valid_from: use um dia de {_FIRST_YEAR} a {_LAST_YEAR}, como 2026-03-01"


def _wrong_policy(known: Registries, values: Mapping[str, Any]) -> Iterator[str]:
    for name in CLOCKS:
        value = values.get(name)
        if value is not None:
            try:
                amount_of(value)
            except (ValueError, TypeError) as error:
                yield f"{name}: use {error}" if isinstance(error, ValueError) else f"{name}: use um texto"
    if not any(values.get(name) for name in CLOCKS):
        yield f"{CLOCKS[-1]}: diga ao menos um prazo: {', '.join(CLOCKS)}"
    yield from _wrong_steps(values.get("escalate"))
    for name, entries in (
        ("subject", known.subjects),
        ("subsubject", known.subsubjects),
        ("priority", known.priorities),
    ):
        value = values.get(name)
        if value is not None and not (isinstance(value, str) and value in entries):
            yield f"{name}: {value!r} não está cadastrado"
    kind = values.get("customer_kind")
    if kind is not None and kind not in CUSTOMER_KINDS:
        yield f"customer_kind: use um de {', '.join(CUSTOMER_KINDS)}"
    subject, finer = values.get("subject"), values.get("subsubject")
    if subject is not None and isinstance(finer, str) and finer.partition(".")[0] != subject:
        yield f"subsubject: {finer!r} não é do assunto {subject!r}"
    yield from _wrong_day(values.get("valid_from"))
