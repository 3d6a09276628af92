"""Every end can be reached, so that the list of outcomes tells the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.graph import lost
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report ends to which no path leads."""
    for node in lost(diagram):
        if node.kind == "end":
            hint = "Ligue-o a uma situação, ou apague-o."
            yield Fault.at(node, f"Nenhum atendimento pode terminar em {named(node)}.", hint)
