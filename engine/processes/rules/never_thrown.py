"""What a boundary event of a call catches is thrown somewhere in the called process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import catches, named, thrown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report error and escalation events of calls that could never happen."""
    for node in diagram.nodes.values():
        host = diagram.nodes.get(node.attached_to or "")
        called = batch.diagrams.get((host and host.called) or "")
        if called is None or node.event is None or node.event.kind not in {"error", "escalation"}:
            continue
        if not any(catches(node, end) for end in thrown(called)):
            code = f" com o código “{node.event.name}”" if node.event.name else ""
            hint = "Corrija o código, ou desenhe o fim correspondente no processo chamado."
            message = f"Nenhum fim do processo “{called.key}” lança o que {named(node)} captura{code}."
            yield Fault.at(node, message, hint)
