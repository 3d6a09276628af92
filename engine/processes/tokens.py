"""Where tokens go without waiting, and what they waited for before: questions that several rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.processes.limits import MAX_CALL_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

Origin = Literal["start", "situation", "activity", "timer", "message", "call", "join", "other"]
INSTANT: Final = frozenset(
    {"exclusive", "parallel", "service_task", "send_task", "business_rule_task", "boundary", "start", "other"}
)
_THROWN: Final = frozenset({"error", "escalation"})


def named(thing: Node) -> str:
    """How a message speaks of a node."""
    return f"“{thing.name}”" if thing.name else f"“{thing.id}”"


def ahead(diagram: Diagram, node: Node, batch: Batch, depth: int = 0) -> Iterator[Node]:
    """Where a token that arrives at the node goes on to in the same step."""
    if node.kind in INSTANT:
        yield from diagram.successors(node.id)
    if node.kind == "call" and node.called:
        ends = instant_ends(node.called, batch, depth + 1)
        if any(end.event is None or end.event.kind not in _THROWN for end in ends):
            yield from diagram.successors(node.id)
        for boundary in diagram.attached(node.id):
            if any(catches(boundary, end) for end in ends):
                yield boundary


def instant_ends(process: str, batch: Batch, depth: int = 0) -> tuple[Node, ...]:
    """The ends a token may come to without waiting in the process; none when its diagram is not at hand."""
    diagram = batch.diagrams.get(process)
    if diagram is None or depth > MAX_CALL_DEPTH:
        return ()
    if process not in batch.instant:
        batch.instant[process] = ()  # what calls itself is refused elsewhere
        starts = (node for node in diagram.nodes.values() if node.kind == "start")
        found = instantly(diagram, starts, batch, depth)
        batch.instant[process] = tuple(node for node in found if node.kind == "end")
    return batch.instant[process]


def instantly(diagram: Diagram, start: Iterable[Node], batch: Batch, depth: int = 0) -> tuple[Node, ...]:
    """The given nodes and all that their tokens reach in the same step, those they come to rest at included."""
    found = {node.id: node for node in start}
    todo = list(found.values())
    while todo:
        for node in ahead(diagram, todo.pop(), batch, depth):
            if node.id not in found:
                found[node.id] = node
                todo.append(node)
    return tuple(found.values())


def catches(boundary: Node, end: Node) -> bool:
    """Whether the boundary event of a call catches what the end in the called process throws."""
    caught, thrown = boundary.event, end.event
    if caught is None or thrown is None or caught.kind != thrown.kind or thrown.kind not in _THROWN:
        return False
    return caught.name in {"", thrown.name}


def origins(diagram: Diagram, node: str) -> frozenset[Origin]:
    """What the tokens that arrive at the node may have waited for last."""
    found: set[Origin] = set()
    seen, todo = {node}, [node]
    while todo:
        for before in diagram.predecessors(todo.pop()):
            origin = _origin(before)
            if origin is not None:
                found.add(origin)
            elif before.id not in seen:
                seen.add(before.id)
                todo.append(before.id)
    return frozenset(found)


def _origin(node: Node) -> Origin | None:
    if node.kind == "user_task":
        return "situation" if node.is_situation else "activity"
    if node.kind in {"start", "call"}:
        return "start" if node.kind == "start" else "call"
    if node.event is not None and node.kind in {"boundary", "catch"}:
        return {"timer": "timer", "message": "message", "error": "call", "escalation": "call"}.get(
            node.event.kind, "other"
        )  # type: ignore[return-value]
    return "join" if node.kind == "parallel" and len(node.incoming) > 1 else None


def is_mixed(diagram: Diagram, node: Node) -> bool:
    """Whether an exclusive gateway with several ways out has situations and other things before it."""
    if node.kind != "exclusive" or len(node.outgoing) < 2:  # noqa: PLR2004 - "several"
        return False
    return len({before.is_situation for before in diagram.predecessors(node.id)}) > 1


def is_automatic(diagram: Diagram, node: Node) -> bool:
    """Whether an exclusive gateway decides by conditions."""
    if node.kind != "exclusive" or len(node.outgoing) < 2:  # noqa: PLR2004 - "several"
        return False
    return not any(before.is_situation for before in diagram.predecessors(node.id))


def moves(diagram: Diagram) -> frozenset[str]:
    """Ids of the flows that situations offer."""
    offered: set[str] = set()
    for node in diagram.nodes.values():
        if node.id in diagram.choices:
            offered.update(node.outgoing)
        elif node.is_situation:
            offered.update(f for f in node.outgoing if diagram.flows[f].target not in diagram.choices)
    return frozenset(offered)


def thrown(diagram: Diagram) -> Iterator[Node]:
    """The ends that throw an error or an escalation."""
    for node in diagram.nodes.values():
        if node.kind == "end" and node.event is not None and node.event.kind in _THROWN:
            yield node


def called_from(process: str, batch: Batch) -> frozenset[str]:
    """The process and all that it calls, directly or not."""
    seen, todo = {process}, [process]
    while todo:
        diagram = batch.diagrams.get(todo.pop())
        for key in diagram.called if diagram is not None else ():
            if key not in seen:
                seen.add(key)
                todo.append(key)
    return frozenset(seen)
