"""Everything drawn can be reached from the start."""

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
    """Report the first nodes of what no token comes to; ends have a rule of their own."""
    for node in lost(diagram):
        if node.kind not in {"end", "other"}:
            hint = "Ligue-o ao caminho que começa no início, ou apague-o."
            yield Fault.at(node, f"Nenhum caminho do início chega a {named(node)}.", hint)
