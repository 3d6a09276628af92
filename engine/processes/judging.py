"""Judge files by what this installation has: its names, what is deployed, and who calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.builtin import MESSAGES
from engine.processes.checking import Known, Report, check
from engine.processes.model import process_head, process_version
from engine.rights import insist
from engine.runtime.diagram import Diagram, read
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.unit import Unit

File = tuple[str, bytes]


def known_names(unit: Unit) -> Known:
    """The names that exist here, for the linter."""
    registries = unit.catalogue.registries
    return Known(
        teams=frozenset(registries.teams),
        calendars=frozenset(registries.calendars),
        fields=frozenset(registries.fields),
        subjects=frozenset(registries.subjects),
        replies=frozenset(registries.standard_replies),
        decisions=frozenset(unit.catalogue.tables),
        processes=frozenset(unit.catalogue.processes),
        messages={**MESSAGES, **unit.engine.settings.messages},
        diagrams={key: read(bytes(row.raw), row.file) for key, row in newest(unit).items()},
        tables={key: table for key, (table, _) in unit.catalogue.tables.items()},
    )


@dataclass(frozen=True, kw_only=True)
class CheckFiles:
    """Files to be judged as if they were to be deployed."""

    files: tuple[File, ...]


def check_files(unit: Unit, ask: CheckFiles) -> Report:
    """What deploying the files here would be told: with this installation's names, and what calls them."""
    insist(unit, Action.PROCESS_READ)
    return judge(unit, ask.files)


def judge(unit: Unit, files: Sequence[File]) -> Report:
    """The findings on the files, and on what calls them, were they deployed here."""
    known = known_names(unit)
    return check([*files, *_callers(known.diagrams, files)], known, leavable=_leavable(unit))


def newest(unit: Unit) -> dict[str, Any]:
    """The newest version of each process, with its file."""
    rows = unit.connection.execute(
        select(process_version).join(process_head, process_head.c.version_id == process_version.c.id)
    )
    return {row.key: row for row in rows}


def _callers(deployed: Mapping[str, Diagram], files: Sequence[File]) -> list[File]:
    """The deployed diagrams that call, directly or not, what the files replace: they must fit the new text too."""
    given = check(files).diagrams.keys()
    touched, callers = set(given), dict[str, Diagram]()
    while more := {k: d for k, d in deployed.items() if d.called & touched and k not in touched}:
        callers |= more
        touched |= more.keys()
    return [(diagram.file, diagram.raw) for diagram in callers.values()]


def _leavable(unit: Unit) -> Callable[[str, str], bool]:
    rules = unit.catalogue.rules.within(None)  # it is asked about others

    def leavable(process: str, situation: str) -> bool:
        return any(
            decide(rules, profile, Action.TICKET_MOVE, process=process, situation=situation)
            or any(
                rule.allow and rule.action.startswith("ticket.move:") and rule.process in {process, "*"}
                for rule in rules.all
                if rule.profile == profile
            )
            for profile in rules.profiles
        )

    return leavable
