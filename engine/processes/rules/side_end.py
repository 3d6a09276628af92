"""A side branch ends itself only: it neither terminates nor throws what would interrupt a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import catches, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report ends of side branches that would end the main path, here or by way of the call."""
    for own in diagram.side:
        node = diagram.nodes[own]
        if node.kind != "end" or node.event is None:
            continue
        if node.event.kind in {"terminate", "error"}:
            hint = "Use um evento de fim simples."
            yield Fault.at(node, f"O fim {named(node)} de um ramo lateral acabaria com o caminho principal.", hint)
        elif node.event.kind == "escalation":
            for caller, boundary in _interrupted(diagram, node, batch):
                hint = f"Faça do evento de borda {named(boundary)} um que não interrompe, ou use um fim simples."
                message = f"O fim {named(node)} de um ramo lateral interromperia a chamada no processo “{caller.key}”."
                yield Fault.at(node, message, hint)


def _interrupted(diagram: Diagram, end: Node, batch: Batch) -> Iterator[tuple[Diagram, Node]]:
    for caller, call in batch.callers.get(diagram.key, ()):
        for boundary in caller.attached(call.id):
            if boundary.interrupting and catches(boundary, end):
                yield caller, boundary
