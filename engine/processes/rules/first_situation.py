"""An opened ticket is in a situation before anything else is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.limits import MAX_CALL_DEPTH
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import instantly, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram, Node

SEVERITY: Final[Severity] = "error"
_WAITS: Final = {"user_task": "uma atividade", "catch": "um evento", "parallel": "uma junção"}


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report what a ticket would wait at before its first situation; called processes may begin as they like."""
    if diagram.key in batch.callers:
        return
    for node, what in _early(diagram, batch, 0):
        hint = "Ponha a primeira situação logo depois do início; um atendimento está sempre numa situação."
        message = f"O atendimento esperaria em {named(node)} ({what}) antes da primeira situação."
        yield Fault.at(node, message, hint)


def _early(diagram: Diagram, batch: Batch, depth: int) -> Iterator[tuple[Node, str]]:
    starts = [node for node in diagram.nodes.values() if node.kind == "start"]
    for node in instantly(diagram, starts, batch):
        if node.id not in diagram.main:
            continue
        if node.is_activity or node.kind == "catch" or (node.kind == "parallel" and len(node.incoming) > 1):
            yield node, _WAITS[node.kind]
        called = batch.diagrams.get(node.called or "")
        if called is not None and depth < MAX_CALL_DEPTH and any(_early(called, batch, depth + 1)):
            yield node, "um processo que não começa numa situação"
