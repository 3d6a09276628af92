"""An expression reads only names that a ticket has."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from engine.builtin import MESSAGES
from engine.expressions import NAMES, is_known
from engine.processes.batch import unknown
from engine.processes.formulas import formulas
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report names of conditions and timers that do not exist; own fields and message members by the lists."""
    known = batch.known
    sent = {member for members in {**MESSAGES, **(known.messages or {})}.values() for member in members}
    told: set[str] = set()
    for formula in formulas(diagram):
        for name in formula.names:
            if is_known(name, known.fields or (), sent):
                continue
            group = name.partition(".")[0]
            listed = {"fields": known.fields, "message": known.messages}.get(group, ())
            if listed is None and name in told:
                continue
            told.add(name)
            message = f"O nome “{name}” não existe."
            yield Fault(formula.element, formula.line, message, _hint(name, known.fields or ()), unknown(listed))


def _hint(name: str, fields: Collection[str]) -> str:
    near = get_close_matches(name, [*NAMES, *(f"fields.{own}" for own in fields)], n=1)
    if near:
        return f"Você quis dizer {near[0]}?"
    return f"Use um destes: {', '.join(NAMES)}, ou fields.<campo próprio>."
