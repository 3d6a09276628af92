"""A side branch ends by itself and never comes back to the main path."""

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
    """Report flows from a side branch to the main path."""
    for own in sorted(diagram.side_flows):
        flow = diagram.flows[own]
        if flow.target in diagram.main:
            hint = "Dê ao ramo lateral um evento de fim só dele."
            target = named(diagram.nodes[flow.target])
            yield Fault.at(flow, f"O ramo lateral chega a {target}, que é do caminho principal.", hint)
