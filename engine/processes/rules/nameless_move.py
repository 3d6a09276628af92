"""When a situation offers several moves, each has a label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "warning"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report flows of a choice without a name."""
    for gateway in sorted(diagram.choices):
        for own in diagram.nodes[gateway].outgoing:
            flow = diagram.flows[own]
            if not flow.name:
                hint = "Dê um nome ao fluxo: é o rótulo da opção."
                yield Fault.at(flow, f"Esta opção não tem nome; as pessoas veriam “{own}”.", hint)
