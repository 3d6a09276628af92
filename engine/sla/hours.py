"""When people work: one version of a calendar, as people write it and day by day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from engine.sla.festivals import festivals
from engine.sla.instants import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Periods = tuple[tuple[int, int], ...]  # of a day, in microseconds from its midnight, sorted, never touching

WEEKDAYS: Final = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
WHOLE_DAY: Final[Periods] = ((0, 86_400 * SECOND),)
CLOSED: Final = "fechado"
_DAYS: Final = "|".join(WEEKDAYS)
_PERIOD: Final = r"\d\d:\d\d-\d\d:\d\d"
_WEEK_LINE: Final = re.compile(rf"({_DAYS})(?:-({_DAYS}))?((?: {_PERIOD})+)", re.ASCII)
_OWN_LINE: Final = re.compile(rf"(?:(\d{{4}})-)?(\d\d)-(\d\d) (fechado|{_PERIOD}(?: {_PERIOD})*) (\S.*)", re.ASCII)
_LEAP: Final = 2000  # a year that has all days


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of a calendar.

    Attributes:
        periods: when people work.
        holiday: name of the holiday or of the installation's own day; None: a day like any of its weekday.
    """

    periods: Periods
    holiday: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Working hours that hold for some time.

    Attributes:
        zone: IANA time zone of all hours.
        week: periods of each weekday, Monday first.
        place: whose public holidays are closed, as in `BR-SP`; None: nobody's.
        optional: which optional holidays are closed too.
        own: the installation's own days, which prevail over all else; the year is None where it comes every year.
        known: public holidays as they were known when this version was made, of the years in `known_years`;
            other years are asked of the package.
    """

    zone: str
    week: tuple[Periods, ...] = (WHOLE_DAY,) * 7
    place: str | None = None
    optional: tuple[str, ...] = ()
    own: tuple[tuple[int | None, int, int, Periods, str], ...] = ()
    known: tuple[tuple[date, str], ...] = ()
    known_years: tuple[int, int] = (1, 0)

    @cached_property
    def _own(self) -> Mapping[tuple[int | None, int, int], Day]:
        return {(year, month, day): Day(periods=periods, holiday=name) for year, month, day, periods, name in self.own}

    @cached_property
    def _known(self) -> Mapping[date, str]:
        return dict(self.known)

    def day(self, day: date) -> Day:
        """How that day is worked."""
        own = self._own.get((day.year, day.month, day.day)) or self._own.get((None, day.month, day.day))
        if own is not None:
            return own
        if (holiday := self._public(day)) is not None:
            return Day(periods=(), holiday=holiday)
        return _ORDINARY(self.week[day.weekday()])

    def _public(self, day: date) -> str | None:
        if self.place is None:
            return None
        first, last = self.known_years
        if first <= day.year <= last:
            return self._known.get(day)
        return dict(festivals(self.place, self.optional, day.year)).get(day)


def _ORDINARY(periods: Periods) -> Day:  # noqa: N802 - a constant but for the periods
    return Day(periods=periods)


@dataclass(kw_only=True)
class Read:
    """What lines of text say, and what is wrong with them, as Portuguese phrases."""

    week: tuple[Periods, ...] = (WHOLE_DAY,) * 7
    own: tuple[tuple[int | None, int, int, Periods, str], ...] = ()
    wrong: list[str] = field(default_factory=list)


def read_lines(week: Iterable[str], days: Iterable[str]) -> Read:
    """Read `seg-sex 08:00-12:00 13:00-18:00` for the week and `2026-12-24 08:00-12:00 Véspera` for own days.

    A weekday that no line names is closed; without any line every instant is worked. An own day has `fechado` or
    its periods, then its name; without a year it comes every year.
    """
    read = Read()
    told: dict[int, Periods] = {}
    for line in week:
        _week_line(line, told, read.wrong)
    if told:
        read.week = tuple(told.get(number, ()) for number in range(7))
    own: dict[tuple[int | None, int, int], tuple[int | None, int, int, Periods, str]] = {}
    for line in days:
        _own_line(line, own, read.wrong)
    read.own = tuple(own.values())
    return read


def _week_line(line: str, told: dict[int, Periods], wrong: list[str]) -> None:
    found = _WEEK_LINE.fullmatch(line)
    if found is None:
        wrong.append(
            f"week: {line!r} não serve; use por exemplo 'seg-sex 08:00-12:00 13:00-18:00' ou 'sab 08:00-12:00'"
        )
        return
    first, last = WEEKDAYS.index(found[1]), WEEKDAYS.index(found[2] or found[1])
    if last < first:
        wrong.append(f"week: {line!r} começa depois de terminar; a semana vai de seg a dom")
        return
    periods = _periods(found[3].split(), f"week: {line!r}", wrong)
    for number in range(first, last + 1):
        if number in told:
            wrong.append(f"week: {WEEKDAYS[number]} aparece mais de uma vez; ponha todos os períodos do dia numa linha")
        told[number] = periods


def _own_line(
    line: str, own: dict[tuple[int | None, int, int], tuple[int | None, int, int, Periods, str]], wrong: list[str]
) -> None:
    found = _OWN_LINE.fullmatch(line)
    if found is None:
        example = "'2026-12-24 08:00-12:00 Véspera de Natal' ou '01-25 fechado Aniversário da cidade'"
        wrong.append(f"days: {line!r} não serve; use por exemplo {example}")
        return
    year, month, day = int(found[1]) if found[1] else None, int(found[2]), int(found[3])
    try:
        date(year or _LEAP, month, day)
    except ValueError:
        wrong.append(f"days: {line!r}: esse dia não existe")
        return
    if (year, month, day) in own:
        wrong.append(f"days: {line[:10]} aparece mais de uma vez")
    periods = () if found[4] == CLOSED else _periods(found[4].split(), f"days: {line!r}", wrong)
    own[year, month, day] = (year, month, day, periods, found[5])


def _periods(texts: Iterable[str], what: str, wrong: list[str]) -> Periods:
    found: list[tuple[int, int]] = []
    for text in texts:
        begin, end = (_clock(one) for one in text.split("-"))
        if begin is None or end is None:
            wrong.append(f"{what}: {text} não é um período; as horas vão de 00:00 a 24:00")
        elif begin >= end:
            wrong.append(f"{what}: {text} termina antes de começar; o que passa da meia-noite continua no dia seguinte")
        elif found and begin <= found[-1][1]:
            wrong.append(f"{what}: {text} começa antes do fim do período anterior")
        else:
            found.append((begin, end))
    return tuple(found)


def _clock(text: str) -> int | None:
    hours, minutes = int(text[:2]), int(text[3:])
    if minutes > 59 or hours * 60 + minutes > 24 * 60:  # noqa: PLR2004 - minutes of an hour
        return None
    return (hours * 60 + minutes) * 60 * SECOND
