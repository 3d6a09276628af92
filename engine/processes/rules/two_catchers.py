"""At any time at most one place waits for a message, so that it is certain who gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import called_from, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report catchers of one message that may wait at the same time: on one node, in parallel, or up a call."""
    catchers = [node for node in diagram.nodes.values() if _awaits(node)]
    for index, node in enumerate(catchers):
        for other in catchers[:index]:
            if _awaits(node) == _awaits(other) and _together(diagram, node, other):
                hint = "Deixe um só evento para a mensagem, ou dê outro nome a uma das mensagens."
                message = f"{named(other)} e {named(node)} esperam juntos a mensagem “{_awaits(node)}”."
                yield Fault.at(node, message, hint)
        host = diagram.nodes.get(node.attached_to or "")
        if host is not None and host.called and _awaits(node) in _awaited_below(host.called, batch):
            hint = "Capture a mensagem na chamada ou dentro do processo chamado, não nos dois."
            message = f"A mensagem “{_awaits(node)}” é esperada também dentro do processo “{host.called}”."
            yield Fault.at(node, message, hint)


def _awaits(node: Node) -> str:
    waits = node.kind in {"boundary", "catch"} and node.event is not None and node.event.kind == "message"
    return node.event.name if waits and node.event is not None else ""


def _together(diagram: Diagram, one: Node, other: Node) -> bool:
    if one.attached_to is not None and one.attached_to == other.attached_to:
        return True
    places = {node.attached_to or node.id for node in (one, other)}
    if len(places & diagram.side) == 1 and len(places & diagram.main) == 1:
        return True
    return any(sum(bool(places & nodes) for _, nodes in block.branches) > 1 for block in diagram.blocks)


def _awaited_below(process: str, batch: Batch) -> set[str]:
    return {
        _awaits(node)
        for key in called_from(process, batch)
        if key in batch.diagrams
        for node in batch.diagrams[key].nodes.values()
    } - {""}
