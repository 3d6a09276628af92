"""Read an event log: one line of CSV per event, put into the order in which things happened."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from engine.replay.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from engine.replay.mapping import Columns

SHOWN: Final = 10
MAX_CASE: Final = 180  # characters: a natural key, with the event's number, has 200
MAX_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log.

    Attributes:
        number: its place in the case; decides the order there.
        at: when it happened; never before the event that precedes it in the case.
        line: where it stands in the file.
    """

    case: str
    number: int
    activity: str
    at: datetime
    resource: str
    line: int

    @property
    def id(self) -> str:
        """The event's natural key within the log."""
        return f"{self.case}#{self.number}"


@dataclass(frozen=True, kw_only=True)
class Log:
    """A whole log.

    Attributes:
        name: the file's name without its ending: the source under which its natural keys are kept.
        events: of all cases, merged in the order of time.
        cases: names in the order of their first line.
        late: how many events told an instant before the event that precedes them in their case, and were
            taken to have happened together with that one.
    """

    name: str
    file: str
    events: tuple[Event, ...]
    cases: tuple[str, ...]
    late: int


def read_log(path: Path, columns: Columns) -> Log:
    """Read the log.

    Raises:
        ReplayError: no such file, not a CSV in UTF-8, a column is missing, or lines that make no sense: the first
            ten are named.
    """
    rows = _rows(path, _text(path))
    header_line, header = next(rows, (1, []))
    places = _places(path, header_line, header, columns)
    events: list[Event] = []
    wrong: list[str] = []
    counted: dict[str, int] = {}
    for line, row in rows:
        found = _event(line, row, len(header), places, counted)
        if isinstance(found, Event):
            events.append(found)
        else:
            wrong.append(f"{path}, linha {line}: {found}")
    wrong += _twice(path, events)
    if wrong:
        more = f"\n… e mais {len(wrong) - SHOWN} linhas" if len(wrong) > SHOWN else ""
        raise ReplayError("\n".join(wrong[:SHOWN]) + more)
    if not events:
        raise ReplayError(f"{path}, linha {header_line}: não há eventos depois do cabeçalho")
    merged, late = _merge(events)
    cases = tuple(dict.fromkeys(event.case for event in events))
    return Log(name=path.stem[:MAX_NAME], file=path.name, events=merged, cases=cases, late=late)


def _text(path: Path) -> str:
    if not path.is_file():
        raise ReplayError(f"{path}: este arquivo não existe")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ReplayError(f"{path}: não consigo ler o arquivo: {error.strerror}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ReplayError(f"{path}, linha {line}: não é texto em UTF-8; exporte o log como CSV em UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ReplayError(f"{path}, linha {line}: há um byte nulo; isto não é um arquivo CSV")
    return text


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, each with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise ReplayError(f"{path}, linha {reader.line_num}: não é CSV ({error})") from error


def _places(path: Path, line: int, header: Sequence[str], columns: Columns) -> dict[str, int | None]:
    wanted = columns.wanted()
    missing = [name for name in wanted.values() if name not in header]
    if missing:
        there = ", ".join(name[:40] for name in header[:20]) or "nenhuma"
        raise ReplayError(
            f"{path}, linha {line}: falta a coluna {', '.join(missing)}; existem: {there}. "
            "O nome das colunas se diz em [columns] do mapa (--mapping)."
        )
    twice = sorted({name for name in wanted.values() if header.count(name) > 1})
    if twice:
        raise ReplayError(f"{path}, linha {line}: a coluna {', '.join(twice)} aparece duas vezes")
    return {what: header.index(wanted[what]) if what in wanted else None for what in columns.names()}


def _event(
    line: int, row: Sequence[str], width: int, places: dict[str, int | None], counted: dict[str, int]
) -> Event | str:
    """The event, or what is wrong with the line."""
    if len(row) != width:
        return f"tem {len(row)} colunas; o cabeçalho tem {width}"
    told = {what: row[place].strip() if place is not None else "" for what, place in places.items()}
    case, activity = told["case"], told["activity"]
    if not case or not activity:
        return "o caso ou a atividade está em branco"
    if len(case) > MAX_CASE:
        return f"o nome do caso tem {len(case)} caracteres; cabem {MAX_CASE}"
    counted[case] = counted.get(case, 0) + 1
    number = str(counted[case]) if places["event"] is None else told["event"]
    if not re.fullmatch(r"[0-9]{1,12}", number, re.ASCII):
        return f"o número do evento {number!r} não é um inteiro"
    try:
        at = datetime.fromisoformat(told["timestamp"])
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return f"o instante {told['timestamp']!r} não é uma data ISO 8601, por exemplo 2012-10-09T14:50:17+00:00"
    return Event(case, int(number), activity, at, told["resource"], line)


def _twice(path: Path, events: Iterable[Event]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for event in events:
        first = seen.setdefault(event.id, event.line)
        if first != event.line:
            yield f"{path}, linha {event.line}: o evento {event.id} já está na linha {first}"


def _merge(events: Iterable[Event]) -> tuple[tuple[Event, ...], int]:
    """The events of all cases by instant; in a case by number, whatever the instants say."""
    cases: dict[str, list[Event]] = {}
    for event in events:
        cases.setdefault(event.case, []).append(event)
    placed, late = [], 0
    for rank, case in enumerate(cases.values()):
        at = datetime.min.replace(tzinfo=UTC)
        for event in sorted(case, key=lambda each: each.number):
            late += event.at < at
            at = max(at, event.at)
            placed.append((at, rank, event.number, event if event.at == at else replace(event, at=at)))
    placed.sort(key=lambda each: each[:3])
    return tuple(each[3] for each in placed), late
