"""Between a parallel split and its join lie activities, never a situation: a ticket is in one situation only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import blocks_of
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report situations and called processes inside parallel blocks, once each."""
    inside = {
        node
        for block in batch.once(blocks_of, diagram).values()
        if block.split.id in diagram.main
        for node in block.nodes
    }
    for node in sorted((diagram.nodes[own] for own in inside), key=lambda node: node.line):
        if node.is_situation or node.kind == "call":
            what = "A situação" if node.is_situation else "A chamada de processo"
            hint = "Ponha-a antes da bifurcação ou depois da junção, ou faça da tarefa uma atividade (activity)."
            yield Fault.at(node, f"{what} {named(node)} está num ramo paralelo.", hint)
