"""Only gateways have several ways out: elsewhere they would all be taken at once."""

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
    """Report tasks, calls and events with more than one outgoing flow."""
    for node in diagram.nodes.values():
        if node.kind not in {"exclusive", "parallel", "other", "end"} and len(node.outgoing) > 1:
            hint = (
                "Ponha um desvio exclusivo depois dela: os fluxos que saem do desvio são as opções."
                if node.is_situation
                else "Ponha um desvio (exclusivo ou paralelo) no meio e tire dele os fluxos."
            )
            yield Fault.at(node, f"De {named(node)} saem {len(node.outgoing)} fluxos.", hint)
