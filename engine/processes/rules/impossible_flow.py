"""Nothing flows into a start or boundary event, nor out of an end."""

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
    """Report flows that no token could take."""
    for flow in diagram.flows.values():
        source, target = diagram.nodes[flow.source], diagram.nodes[flow.target]
        if source.kind == "end":
            hint = "Troque o fim por uma situação com standing=finished, ou apague o fluxo."
            yield Fault.at(flow, f"O fluxo sai do fim {named(source)}, onde tudo acaba.", hint)
        if target.kind in {"start", "boundary"}:
            hint = "Leve o fluxo ao elemento seguinte."
            yield Fault.at(flow, f"O fluxo chega a {named(target)}, que só pode começar um caminho.", hint)
