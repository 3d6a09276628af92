"""A situation, activity or end has a name: people see it every day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "warning"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report user tasks and main ends without a name."""
    for node in diagram.nodes.values():
        shown = node.kind == "user_task" or (node.kind == "end" and node.id in diagram.main)
        if shown and not node.name:
            what = "Este fim" if node.kind == "end" else "Esta tarefa"
            yield Fault.at(node, f"{what} não tem nome; as pessoas veriam “{node.id}”.", "Dê-lhe um nome.")
