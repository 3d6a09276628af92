"""What the activities of a log mean in a process: a TOML file beside the diagram."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from engine.replay.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from engine.replay.log import Log
    from engine.runtime.movement import Place
    from engine.runtime.process import Process

ENDING: Final = ".replay.toml"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """How the log's columns are called.

    Attributes:
        event: the event's number in its case; empty: the order of the lines decides.
        resource: who did it; empty: the log does not say.
    """

    case: str = "case_id"
    event: str = "event_no"
    activity: str = "activity"
    timestamp: str = "timestamp"
    resource: str = "resource"

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """What a log may tell."""
        return tuple(each.name for each in fields(cls))

    def wanted(self) -> dict[str, str]:
        """The columns that the log must have, by what they tell."""
        return {what: name for what, name in asdict(self).items() if name}


@dataclass(frozen=True, kw_only=True)
class LogMap:
    """How a log is read.

    Attributes:
        activities: activity to situation, end or move, as the file says it.
        opens: activities that, at the beginning of a case, do no more than open the ticket.
        text: the file's, to name lines.
    """

    file: str
    columns: Columns = field(default_factory=Columns)
    activities: Mapping[str, str] = field(default_factory=dict)
    opens: frozenset[str] = frozenset()
    text: str = field(default="", repr=False)

    def where(self, key: str) -> str:
        """File and line at which a key of it is given."""
        shape = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        for number, line in enumerate(self.text.splitlines(), 1):
            if shape.match(line):
                return f"{self.file}, linha {number}"
        return self.file


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an activity does to a ticket: leads it to a place, by any move or by this one only."""

    place: Place
    move: str | None = None


def delivered_map(process: str) -> Traversable:
    """The map delivered for a process: the one that bears its name or names it in `processes`.

    Raises:
        ReplayError: there is none.
    """
    folder = files("bpmn")
    own = folder / f"{process}{ENDING}"
    if own.is_file():
        return own
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(ENDING) and process in tomllib.loads(file.read_text("utf-8")).get("processes", []):
            return file
    raise ReplayError(f"Não vem um mapa para o processo {process!r}; diga com --mapping qual usar.")


def read_map(path: Path | Traversable) -> LogMap:
    """Read the map.

    Raises:
        ReplayError: no such file, not TOML, or something in it that means nothing here.
    """
    name = str(path)
    if not path.is_file():
        raise ReplayError(f"{name}: este arquivo não existe")
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise ReplayError(f"{name}: não consigo ler o arquivo: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReplayError(f"{name}: não é texto em UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ReplayError(f"{name}: não é TOML: {error}") from error
    blank = LogMap(file=name, text=text)
    _insist_on_names(blank, content, ("columns", "activities", "open", "processes"))
    columns, activities, opens = (_table(blank, content, key) for key in ("columns", "activities", "open"))
    _insist_on_names(blank, columns, Columns.names())
    _insist_on_names(blank, opens, ("activities",))
    for key, value in (columns | activities).items():
        if not isinstance(value, str) or (key in activities and not value):
            raise ReplayError(f"{blank.where(key)}: {key!r} precisa de um texto entre aspas")
    if any(not columns.get(needed, "x") for needed in ("case", "activity", "timestamp")):
        raise ReplayError(f"{name}: case, activity e timestamp precisam do nome de uma coluna")
    listed = opens.get("activities", [])
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ReplayError(f"{blank.where('activities')}: [open] activities precisa de uma lista de textos")
    return LogMap(file=name, text=text, columns=Columns(**columns), activities=activities, opens=frozenset(listed))


def targets(chart: LogMap, process: Process) -> dict[str, Target]:
    """What each mapped activity does in this process.

    Raises:
        ReplayError: a situation or move that the process does not have; all of them are named.
    """
    found, wrong = {}, []
    for activity, meant in chart.activities.items():
        target = _target(meant, process)
        if isinstance(target, Target):
            found[activity] = target
        else:
            wrong.append(f"{chart.where(activity)}: {target}")
    if wrong:
        known = ", ".join(str(p) if p.process != process.key else p.element for p in process.situations)
        raise ReplayError("\n".join(wrong) + f"\nSituações de {process.key!r}: {known}.")
    return found


def strangers(chart: LogMap, log: Log) -> list[str]:
    """Activities that the map names and the log does not have.

    Raises:
        ReplayError: one of them looks like a misspelt activity of the log, or none of the log's is mapped.
    """
    there = {event.activity for event in log.events}
    unmapped = sorted(there - chart.activities.keys() - chart.opens)
    absent = sorted((chart.activities.keys() | chart.opens) - there)
    for name in absent:
        near = difflib.get_close_matches(name, unmapped, n=1, cutoff=0.8)
        if near:
            raise ReplayError(f"{chart.where(name)}: o log não tem a atividade {name!r}; seria {near[0]!r}?")
    if len(unmapped) == len(there):
        raise ReplayError(f"{chart.file}: nenhuma atividade do log está no mapa; o log tem {_some(unmapped)}")
    return absent


def _target(meant: str, process: Process) -> Target | str:
    """The target, or what is wrong with it."""
    key, _, element = meant.rpartition(":")
    places = [
        place
        for place in (*process.situations, *process.ends)
        if place.element == element and (not key or place.process == key)
    ]
    own = [place for place in places if place.process == process.key]
    if len(own or places) == 1:
        return Target(place=(own or places)[0])
    if places:
        return f"{meant!r} existe em {', '.join(place.process for place in places)}; escreva processo:situação"
    specs = [spec for situation in process.situations.values() for spec in situation.moves if spec.id == meant]
    leads = {spec.leads_to for spec in specs}
    if not specs:
        return f"{meant!r} não é uma situação, um fim ou um movimento de {process.key!r}"
    certain = leads.pop() if len(leads) == 1 else None
    if certain is None:
        return f"o movimento {meant!r} não leva sempre à mesma situação; aponte para a situação"
    return Target(place=certain, move=meant)


def _insist_on_names(chart: LogMap, content: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in content:
        if key not in known:
            raise ReplayError(f"{chart.where(key)}: {key!r} não existe aqui; existem {', '.join(known)}")


def _table(chart: LogMap, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise ReplayError(f"{chart.where(key)}: {key} precisa ser uma tabela: [{key}]")
    return value


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")  # noqa: PLR2004 - a few are enough to see
