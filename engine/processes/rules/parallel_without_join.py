"""Branches of a parallel split that meet again meet at one parallel join; else every round doubles the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.branches import blocks_of, reachable, splits
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.processes.branches import Inside
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report splits, and side tasks with a boundary event beside them, whose tokens meet again unjoined."""
    blocks = batch.once(blocks_of, diagram)
    for split in splits(diagram):
        block = blocks.get(split.id)
        meeting = _inside(diagram, block) if block else _behind(diagram, split)
        if meeting is not None:
            yield _fault(split, meeting)
    for boundary in diagram.nodes.values():
        host = boundary.attached_to
        if boundary.interrupting or host not in diagram.side:
            continue  # on the main path it would be a side branch that comes back
        meeting = _meeting(diagram, [n.id for n in [boundary, *diagram.successors(host)]], host)
        if meeting is not None:
            yield _fault(boundary, meeting)


def _fault(split: Node, meeting: Node) -> Fault:
    hint = "Junte todos os ramos num único desvio paralelo, ou dê a cada ramo lateral o seu fim."
    return Fault.at(split, f"Ramos que se separam em {named(split)} se encontram em {named(meeting)} sem junção.", hint)


def _inside(diagram: Diagram, block: Inside) -> Node | None:
    """The first node that two branches of a block share before its join."""
    seen: set[str] = set()
    shared: set[str] = set()
    for branch in block.branches:
        shared |= seen & branch.inside
        seen |= branch.inside
    return _first(diagram, shared)


def _behind(diagram: Diagram, split: Node) -> Node | None:
    """Where branches meet; that a side branch comes back to the main path is another rule's matter."""
    aside = [flow for flow in split.outgoing if split.id in diagram.main and flow in diagram.side_flows]
    onward = [flow for flow in split.outgoing if flow not in aside]
    return _meeting(diagram, [diagram.flows[flow].target for flow in onward], split.id) or _meeting(
        diagram, [diagram.flows[flow].target for flow in aside], split.id, diagram.side
    )


def _meeting(diagram: Diagram, starts: list[str], without: str, among: frozenset[str] | None = None) -> Node | None:
    seen: set[str] = set()
    shared: set[str] = set()
    for start in starts:
        reached = reachable(diagram, start, without) & (diagram.nodes.keys() if among is None else among)
        shared |= seen & reached
        seen |= reached
    return _first(diagram, {node for node in shared if diagram.nodes[node].kind != "end"})


def _first(diagram: Diagram, nodes: set[str]) -> Node | None:
    return min((diagram.nodes[n] for n in nodes), key=lambda node: (node.line, node.id), default=None)
