"""A property is given once on an element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report properties given twice, in whichever spelling."""
    places = {node.id: node.line for node in diagram.nodes.values()}
    places |= {flow.id: flow.line for flow in diagram.flows.values()}
    places |= {lane.id: lane.line for lane in diagram.lanes}
    for element, name in diagram.repeated:
        line = diagram.lines.get((element, name), places.get(element, diagram.line))
        hint = "Apague uma das duas; qual valeria ninguém saberia dizer."
        yield Fault(element, line, f"A propriedade “{name}” aparece duas vezes.", hint)
