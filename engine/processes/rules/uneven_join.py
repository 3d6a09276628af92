"""Each branch comes to its join by exactly one flow: the join waits for all of its flows."""

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
    """Report joins at which a branch arrives by several flows."""
    for block in batch.once(blocks_of, diagram).values():
        join = block.join
        if any(len(branch.arrivals) > 1 for branch in block.branches):
            hint = "Una antes, com um desvio exclusivo, os caminhos que são do mesmo ramo."
            message = (
                f"A junção {named(join)} espera {len(join.incoming)} fluxos, mas a bifurcação abre só "
                f"{len(block.branches)} ramos."
            )
            yield Fault.at(join, message, hint)
