"""A ticket holds at most 20 live tokens, so a drawing that needs more is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import blocks_of, splits
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import instantly, named
from engine.runtime.tokens import MAX_LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report the outermost and first splits whose branches, with all inside them, may be too many at once."""
    blocks = batch.once(blocks_of, diagram)
    counted = {split.id: _tokens(diagram, split, batch) for split in splits(diagram)}
    inner: set[str] = {node for split, block in blocks.items() if counted[split] > MAX_LIVE for node in block.nodes}
    for split in splits(diagram):
        if counted[split.id] > MAX_LIVE and split.id not in blocks:
            inner |= {node.id for node in instantly(diagram, [split], batch) if node is not split}
    for split in splits(diagram):
        if counted[split.id] > MAX_LIVE and split.id not in inner:
            hint = "Crie menos atividades ao mesmo tempo, ou umas depois das outras."
            message = f"Depois de {named(split)} poderia haver {counted[split.id]} ramos; o limite é {MAX_LIVE}."
            yield Fault.at(split, message, hint)


def _tokens(diagram: Diagram, split: Node, batch: Batch) -> int:
    """Tokens alive at once: between the split and its join, or in side branches that one step begins."""
    block = batch.once(blocks_of, diagram).get(split.id)
    if block is not None:
        nodes = [diagram.nodes[node] for node in block.nodes]
        splitting = sum(len(node.outgoing) - 1 for node in nodes if node.kind == "parallel" and node.outgoing)
        watching = sum(not node.interrupting for host in nodes for node in diagram.attached(host.id))
        return len(split.outgoing) + splitting + watching
    begun = (node for node in instantly(diagram, [split], batch) if node.kind == "parallel" and node.outgoing)
    return 1 + sum(len(node.outgoing) - 1 for node in begun)
