"""Situations and called processes lie on the main path: a side branch never holds one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report situations and calls that only side branches reach."""
    for own in diagram.side:
        node = diagram.nodes[own]
        if node.is_situation or node.kind == "call":
            what = "A situação" if node.is_situation else "A chamada de processo"
            hint = "Faça da tarefa uma atividade (activity), ou leve-a ao caminho principal."
            yield Fault.at(node, f"{what} {named(node)} está num ramo lateral.", hint)
