"""Which nodes the ticket's own token walks, which only side branches reach, and where branches meet again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.runtime.diagram import MAX_FLOWS, MAX_NODES, Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engine.runtime.diagram import Flow, Node


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The outcome; the names are those of `Diagram`."""

    main: frozenset[str]
    side: frozenset[str]
    side_flows: frozenset[str]
    blocks: tuple[Block, ...]
    choices: frozenset[str]


def find_paths(nodes: Mapping[str, Node], flows: Mapping[str, Flow]) -> Paths:
    """Colour the graph: what a start event leads to is main, but for the branches that leave it for good."""
    if len(nodes) > MAX_NODES or len(flows) > MAX_FLOWS:
        nothing: frozenset[str] = frozenset()  # refused anyway, and the walks below grow with the square
        return Paths(main=nothing, side=nothing, side_flows=nothing, blocks=(), choices=nothing)
    graph = _Graph(nodes, flows)
    blocks = tuple(block for split in graph.splits if (block := graph.block(split)) is not None)
    joins = {block.split: block.join for block in blocks}
    asides: set[str] = set()
    for split in graph.splits:
        if split not in joins:
            asides |= graph.asides(split, frozenset(joins.values()))

    main = graph.coloured(
        (node.id for node in nodes.values() if node.kind == "start"),
        lambda flow: flow not in asides,
        lambda boundary: boundary.interrupting,
    )
    begun = {flows[flow].target for flow in asides if flows[flow].source in main}
    begun |= {node.id for node in graph.boundaries if not node.interrupting and node.attached_to in main}
    reached = graph.coloured(begun, lambda _: True, lambda _: True)
    side = reached - main
    return Paths(
        main=main,
        side=side,
        side_flows=frozenset(
            flow.id for flow in flows.values() if flow.source in side or (flow.source in main and flow.id in asides)
        ),
        blocks=blocks,
        choices=frozenset(node.id for node in nodes.values() if graph.is_choice(node)),
    )


class _Graph:
    """The diagram as a graph in which a boundary event follows its host."""

    def __init__(self, nodes: Mapping[str, Node], flows: Mapping[str, Flow]) -> None:
        self.nodes = nodes
        self.flows = flows
        self.boundaries = [node for node in nodes.values() if node.attached_to in nodes]
        self.attached: dict[str, list[Node]] = {}
        for node in self.boundaries:
            self.attached.setdefault(str(node.attached_to), []).append(node)
        self.splits = [n.id for n in nodes.values() if n.kind == "parallel" and len(n.outgoing) > 1]

    def coloured(
        self, start: Iterable[str], flow_too: Callable[[str], bool], boundary_too: Callable[[Node], bool]
    ) -> frozenset[str]:
        """All nodes reached from `start` by allowed flows and boundary events."""
        seen = set(start)
        todo = list(seen)
        while todo:
            here = todo.pop()
            ahead = [self.flows[flow].target for flow in self.nodes[here].outgoing if flow_too(flow)]
            ahead += [node.id for node in self.attached.get(here, ()) if boundary_too(node)]
            for other in ahead:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return frozenset(seen)

    def distances(self, start: str, stop: frozenset[str]) -> dict[str, int]:
        """Steps from `start` to every node reached; the walk ends at the nodes of `stop`, which count too."""
        found = {start: 0}
        todo = deque([start])
        while todo:
            here = todo.popleft()
            if here in stop:
                continue
            ahead = [self.flows[flow].target for flow in self.nodes[here].outgoing]
            ahead += [node.id for node in self.attached.get(here, ())]
            for other in ahead:
                if other not in found:
                    found[other] = found[here] + 1
                    todo.append(other)
        return found

    def block(self, split: str) -> Block | None:
        """The block that the split opens, if there is a parallel join which every branch reaches."""
        stop = frozenset({split})
        reach = {f: self.distances(self.flows[f].target, stop) for f in self.nodes[split].outgoing}
        common = set.intersection(*(set(found) for found in reach.values())) - stop
        joins = [n for n in common if self.nodes[n].kind == "parallel" and len(self.nodes[n].incoming) > 1]
        if not joins:
            return None
        join = min(joins, key=lambda node: (max(found[node] for found in reach.values()), node))
        stop = frozenset({split, join})
        branches = tuple(
            (flow, frozenset(self.distances(self.flows[flow].target, stop)) - stop)
            for flow in self.nodes[split].outgoing
        )
        return Block(split=split, join=join, branches=branches)

    def asides(self, split: str, joins: frozenset[str]) -> set[str]:
        """The split's flows that begin side branches: all but the one that goes on, if exactly one does.

        A branch goes on when it comes to a situation or a called process, or to the join of a block around
        the split; the others end in end events of their own.
        """
        onward = [flow for flow in self.nodes[split].outgoing if self._goes_on(flow, split, joins)]
        return set(self.nodes[split].outgoing) - set(onward) if len(onward) == 1 else set()

    def _goes_on(self, flow: str, split: str, joins: frozenset[str]) -> bool:
        reached = self.distances(self.flows[flow].target, frozenset({split}))
        return any(
            node in joins or self.nodes[node].is_situation or self.nodes[node].kind == "call" for node in reached
        )

    def is_choice(self, node: Node) -> bool:
        """Whether somebody chooses the way out of this gateway."""
        if node.kind != "exclusive" or len(node.outgoing) < 2 or not node.incoming:  # noqa: PLR2004 - "more than one"
            return False
        return all(self.nodes[self.flows[flow].source].is_situation for flow in node.incoming)
