"""The inside of parallel blocks: which nodes lie between split and join, and where tokens get out or in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runtime.diagram import Block, Diagram, Node


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One branch of a block.

    Attributes:
        flow: the flow by which it leaves the split.
        inside: its nodes from which the join can still be reached.
        out: (last node inside, first node outside) wherever a token can leave for good.
        arrivals: flows by which it comes to the join.
    """

    flow: str
    inside: frozenset[str]
    out: tuple[tuple[Node, Node], ...]
    arrivals: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inside:
    """A block with its branches, side branches that begin in them left away."""

    split: Node
    join: Node
    branches: tuple[Branch, ...]

    @property
    def nodes(self) -> frozenset[str]:
        """Everything inside its branches."""
        return frozenset().union(*(branch.inside for branch in self.branches))


def blocks_of(diagram: Diagram) -> Mapping[str, Inside]:
    """The parallel blocks of the diagram by the ids of their splits; ask `Batch.once` for it."""
    after = {node: tuple(steps(diagram, node)) for node in diagram.nodes}
    return {
        block.split: Inside(
            split=diagram.nodes[block.split],
            join=diagram.nodes[block.join],
            branches=tuple(_branch(diagram, block, after, flow, reached) for flow, reached in block.branches),
        )
        for block in diagram.blocks
    }


def _branch(
    diagram: Diagram, block: Block, after: Mapping[str, tuple[str, ...]], flow: str, reached: frozenset[str]
) -> Branch:
    if block.split in diagram.main:
        reached &= diagram.main
    before: dict[str, list[str]] = {}
    for node in reached:
        for other in after[node]:
            before.setdefault(other, []).append(node)
    inside, todo = set[str](), [block.join]
    while todo:
        for node in before.get(todo.pop(), ()):
            if node not in inside:
                inside.add(node)
                todo.append(node)
    here = inside | ({block.split} if diagram.flows[flow].target == block.join else set())
    return Branch(
        flow=flow,
        inside=frozenset(inside),
        out=tuple(
            (diagram.nodes[node], diagram.nodes[other])
            for node in sorted(inside)
            for other in after[node]
            if other not in inside and other != block.join
        ),
        arrivals=tuple(
            f
            for f in diagram.nodes[block.join].incoming
            if diagram.flows[f].source in here and (diagram.flows[f].source != block.split or f == flow)
        ),
    )


def steps(diagram: Diagram, node: str) -> Iterator[str]:
    """Where a token goes on to from the node on its own path: side branches that begin here are left away."""
    own = diagram.nodes[node]
    for flow in own.outgoing:
        if flow not in diagram.side_flows or node in diagram.side:
            yield diagram.flows[flow].target
    for boundary in diagram.attached(node):
        if boundary.interrupting:
            yield boundary.id


def splits(diagram: Diagram) -> tuple[Node, ...]:
    """The parallel gateways with several ways out."""
    found = (node for node in diagram.nodes.values() if node.kind == "parallel" and len(node.outgoing) > 1)
    return tuple(found)


def reachable(diagram: Diagram, start: str, without: str) -> frozenset[str]:
    """All nodes a token at `start` may come to, boundary events included, not passing `without`."""
    seen, todo = {start} - {without}, [start]
    while todo:
        here = todo.pop()
        if here == without:
            continue
        for node in [*diagram.successors(here), *diagram.attached(here)]:
            if node.id not in seen and node.id != without:
                seen.add(node.id)
                todo.append(node.id)
    return frozenset(seen)
