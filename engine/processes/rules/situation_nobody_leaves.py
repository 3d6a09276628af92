"""Some profile may leave each situation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "warning"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report situations out of which no profile may make a move, where the rights are known."""
    for node in diagram.nodes.values():
        if batch.leavable is not None and node.is_situation and not batch.leavable(diagram.key, node.id):
            hint = "Dê a um perfil o direito ticket.move nesta situação."
            yield Fault.at(node, f"Nenhum perfil pode tirar um atendimento de {named(node)}.", hint)
