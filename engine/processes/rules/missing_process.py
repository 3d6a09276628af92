"""A call activity calls a process that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.batch import unknown
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report calls of nothing, and of processes that neither the files nor the installation have."""
    for node in diagram.nodes.values():
        if node.kind != "call":
            continue
        hint = "Envie o arquivo do processo chamado junto com este, ou corrija a chave."
        if node.called is None:
            hint = "Escreva a chave do processo em “Called element”."
            yield Fault.at(node, f"A chamada {named(node)} não diz que processo chama.", hint)
        elif node.called not in batch.diagrams and node.called not in (batch.known.processes or ()):
            message = f"O processo chamado “{node.called}” não está nos arquivos"
            message += "." if batch.known.processes is None else " nem na instalação."
            yield Fault.at(node, message, hint, unknown(batch.known.processes))
