"""Questions about the drawn graph alone: what no path reaches, and what goes round."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from engine.runtime.diagram import Diagram, Node


def lost(diagram: Diagram) -> Iterator[Node]:
    """The first node of each part that no path from the start reaches; nothing when there is no start."""
    if not any(node.kind == "start" for node in diagram.nodes.values()):
        return
    reached = diagram.main | diagram.side
    left = {n.id: n for n in diagram.nodes.values() if n.id not in reached and n.kind != "start"}
    heads = [node for node in left.values() if not any(b.id in left for b in diagram.predecessors(node.id))]
    for node in heads:
        floating = node.attached_to is not None and node.attached_to not in diagram.nodes
        if not floating and node.attached_to not in left:
            yield node
    behind = _reached(diagram, heads)
    while circling := [node for node in left.values() if node.id not in behind]:
        first = min(circling, key=lambda node: (node.line, node.id))
        yield first
        behind |= _reached(diagram, [first])


def cycles(after: Mapping[str, Sequence[str]]) -> Iterator[frozenset[str]]:
    """The strongly connected parts that hold a cycle (Kosaraju's two walks, without recursion)."""
    before: dict[str, list[str]] = {}
    for node, others in after.items():
        for other in others:
            before.setdefault(other, []).append(node)
    placed: set[str] = set()
    for root in reversed(_finished(after)):
        if root in placed:
            continue
        part, todo = {root}, [root]
        while todo:
            new = {node for node in before.get(todo.pop(), ()) if node not in placed and node not in part}
            part |= new
            todo += new
        placed |= part
        if len(part) > 1 or root in after.get(root, ()):
            yield frozenset(part)


def _finished(after: Mapping[str, Sequence[str]]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    for root in after:
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(other, False) for other in after.get(node, ()) if other not in seen]
    return order


def _reached(diagram: Diagram, start: Iterable[Node]) -> set[str]:
    seen = {node.id for node in start}
    todo = list(seen)
    while todo:
        here = todo.pop()
        for node in [*diagram.successors(here), *diagram.attached(here)]:
            if node.id not in seen:
                seen.add(node.id)
                todo.append(node.id)
    return seen
