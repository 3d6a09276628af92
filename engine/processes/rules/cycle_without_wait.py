"""On every round of a cycle a ticket rests somewhere; otherwise it would go round for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.graph import cycles
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import ahead, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report each cycle of elements at which nothing waits, at its first element."""
    after = {node.id: [n.id for n in ahead(diagram, node, batch)] for node in diagram.nodes.values()}
    for cycle in cycles(after):
        first = min((diagram.nodes[node] for node in cycle), key=lambda node: (node.line, node.id))
        hint = "Ponha no ciclo uma situação, uma atividade ou um evento intermediário."
        names = ", ".join(named(diagram.nodes[node]) for node in sorted(cycle))
        yield Fault.at(first, f"O ciclo {names} não espera em lugar nenhum.", hint)
