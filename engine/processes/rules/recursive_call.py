"""No process calls itself, directly or through others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import called_from, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report the calls by which a process comes back to itself."""
    for node in diagram.nodes.values():
        if node.called and diagram.key in called_from(node.called, batch):
            hint = "Desenhe a repetição com um fluxo de volta; uma chamada não pode voltar ao processo que a fez."
            yield Fault.at(node, f"A chamada {named(node)} leva de volta ao próprio processo “{diagram.key}”.", hint)
