"""A condition is an S-FEEL expression that gives true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.expressions import Expression, Kind
from engine.processes.formulas import formulas
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_HINT: Final = 'Escreva em S-FEEL, por exemplo subject.technical_assistance and priority in ("alta", "urgente").'


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report conditions that cannot be read, and those that give something else than true or false."""
    for formula in formulas(diagram):
        if formula.kind != "condition":
            continue
        if formula.error is not None:
            column = formula.error.column + 1
            message = f"A condição não se lê (coluna {column}): {formula.error.detail.rstrip('.')}."
            yield Fault(formula.element, formula.line, message, _HINT)
        elif isinstance(formula.compiled, Expression) and formula.compiled.kind not in {None, Kind.BOOLEAN}:
            label = formula.compiled.kind.label if formula.compiled.kind else ""
            message = f"A condição dá {label}, e não verdadeiro ou falso."
            yield Fault(formula.element, formula.line, message, 'Compare o valor, por exemplo priority = "alta".')
