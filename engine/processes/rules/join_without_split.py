"""A parallel join waits for branches of one split; without it, it waits for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import reachable, splits
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report parallel gateways with several flows in at which no split's branches meet."""
    joins = {block.join for block in diagram.blocks}
    reached = [
        reachable(diagram, diagram.flows[flow].target, split.id) for split in splits(diagram) for flow in split.outgoing
    ]
    for node in diagram.nodes.values():
        if node.kind != "parallel" or len(node.incoming) < 2 or node.id in joins:  # noqa: PLR2004 - "several"
            continue
        if sum(node.id in found for found in reached) > 1:
            continue  # some branches come here and some do not: the split is to blame
        hint = "Use um desvio exclusivo para unir caminhos, ou abra os ramos com um desvio paralelo."
        yield Fault.at(node, f"A junção {named(node)} espera por ramos que nenhuma bifurcação abre.", hint)
