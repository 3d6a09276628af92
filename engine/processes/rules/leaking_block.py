"""Between a parallel split and its join no token gets out and none gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import blocks_of
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report ends, ways back and boundary events that lead out of a block, and flows that lead into it."""
    for block in batch.once(blocks_of, diagram).values():
        join, inside = named(block.join), block.nodes
        for branch in block.branches:
            for node, after in branch.out:
                hint = "Leve o caminho de volta à junção; decida depois dela o que acontece."
                message = f"De {named(node)} se sai para {named(after)}, e a junção {join} esperaria para sempre."
                yield Fault.at(after if after.kind == "boundary" else node, message, hint)
        for flow in diagram.flows.values():
            outside = flow.source not in inside and flow.source != block.split.id
            if outside and flow.target in inside and flow.source in diagram.main | diagram.side:
                hint = "Leve o fluxo ao desvio que abre os ramos, ou ao que vem depois da junção."
                message = f"O fluxo entra em {named(diagram.nodes[flow.target])} sem passar pela bifurcação."
                yield Fault.at(flow, message, hint)
