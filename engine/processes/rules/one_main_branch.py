"""Of a parallel split exactly one branch goes on with the ticket, unless all meet again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import reachable, splits
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report splits on the main path of which no branch, or more than one, comes to a situation."""
    blocks = {block.split for block in diagram.blocks}
    for split in splits(diagram):
        if split.id not in diagram.main or split.id in blocks or diagram.side_flows & set(split.outgoing):
            continue
        reached = [reachable(diagram, diagram.flows[flow].target, split.id) for flow in split.outgoing]
        shared = {n for i, one in enumerate(reached) for other in reached[:i] for n in one & other}
        if any(diagram.nodes[node].kind != "end" for node in shared):
            continue  # they meet: another rule's matter
        onward = [found for found in reached if any(_is_resting(diagram.nodes[node]) for node in found)]
        hint = "Deixe situações num ramo só; os outros têm atividades, ações e um fim próprio."
        if onward:
            message = f"{len(onward)} ramos de {named(split)} têm situações; o atendimento só está numa."
        else:
            message = f"Nenhum ramo de {named(split)} leva a uma situação: não se sabe qual é o do atendimento."
            hint = "Ponha o que é lateral antes, em sequência, ou leve um dos ramos a uma situação."
        yield Fault.at(split, message, hint)


def _is_resting(node: Node) -> bool:
    return node.is_situation or node.kind == "call"
