"""Escalation is told relative to a limit, so there has to be one."""

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
    """Report `escalate` without `sla` on the same element."""
    for node in diagram.nodes.values():
        if node.kind == "user_task" and "escalate" in node.properties and "sla" not in node.properties:
            line = diagram.lines.get((node.id, "escalate"), node.line)
            hint = "Acrescente a propriedade sla, por exemplo PT8H."
            yield Fault(node.id, line, f"{named(node)} tem escalate, mas nenhum prazo (sla).", hint)
