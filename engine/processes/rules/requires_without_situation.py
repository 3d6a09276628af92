"""Fields are asked of somebody who makes a move, so `requires` stands on moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import moves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report `requires` and `requires_decision` on flows that no situation offers."""
    offered = moves(diagram)
    for flow in diagram.flows.values():
        for name in ("requires", "requires_decision"):
            if name in flow.properties and flow.id not in offered:
                line = diagram.lines.get((flow.id, name), flow.line)
                hint = "Ponha-a no fluxo que sai do desvio da situação, ou na própria situação."
                yield Fault(flow.id, line, f"Nenhuma situação oferece este fluxo, então {name} nunca vale.", hint)
