"""An outcome is known directly behind its activity only, a message directly behind its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.formulas import formulas
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_FROM: Final = {"activity": "de uma atividade", "message": "de um evento de mensagem"}


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report `activity.outcome` and `message.*` where a token may come from somewhere else."""
    for formula in formulas(diagram):
        for name in formula.names:
            wanted = "activity" if name == "activity.outcome" else name.partition(".")[0]
            if wanted not in _FROM:
                continue
            came_from = origins(diagram, formula.asked_at)
            if came_from != {wanted}:
                what = _FROM[wanted]
                hint = f"Ponha o desvio logo depois {what}; quem vem de outro lugar passa por outro desvio."
                message = f"{name} só existe logo depois {what}, e aqui se chega de outro lugar."
                yield Fault(formula.element, formula.line, message, hint)
