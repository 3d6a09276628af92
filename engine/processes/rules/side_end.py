"""A side branch ends plainly: an error, an escalation or a termination would end what is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_MORE: Final = frozenset({"terminate", "error", "escalation"})


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report ends of side branches that do more than end them."""
    for own in diagram.side:
        node = diagram.nodes[own]
        if node.kind == "end" and node.event is not None and node.event.kind in _MORE:
            hint = "Use um evento de fim simples."
            yield Fault.at(node, f"O fim {named(node)} de um ramo lateral acabaria com o caminho principal.", hint)
