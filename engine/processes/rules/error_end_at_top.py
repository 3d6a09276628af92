"""A process that nobody calls has nobody to catch its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named, thrown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "warning"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report error and escalation ends of a process that no other calls."""
    if diagram.key in batch.callers:
        return
    for end in thrown(diagram):
        hint = "Se o processo é só para ser chamado, envie-o junto com quem o chama; senão, use um fim simples."
        yield Fault.at(end, f"O fim {named(end)} só faz sentido num processo chamado por outro.", hint)
