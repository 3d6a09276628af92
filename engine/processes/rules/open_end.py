"""An end is final, so it cannot leave the ticket open."""

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
    """Report `standing=open` on an end event."""
    for node in diagram.nodes.values():
        if node.kind == "end" and node.properties.get("standing") == "open":
            line = diagram.lines.get((node.id, "standing"), node.line)
            hint = "Use finished ou cancelled; o que fica aberto repousa numa situação."
            yield Fault(node.id, line, f"O fim {named(node)} diz que o atendimento continua aberto.", hint)
