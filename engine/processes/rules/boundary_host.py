"""A boundary event sits where a token waits; errors and escalations come from called processes only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report boundary events on hosts at which they could never happen."""
    for node in diagram.nodes.values():
        host = diagram.nodes.get(node.attached_to or "")
        if node.kind != "boundary" or host is None or node.event is None or host.kind == "other":
            continue
        if node.event.kind in {"error", "escalation"} and host.kind != "call":
            hint = "Erros e escalações nascem em processos chamados: prenda o evento a uma chamada de processo."
            yield Fault.at(node, f"Nada em {named(host)} lança o que {named(node)} captura.", hint)
        elif node.event.kind in {"timer", "message"} and host.kind not in {"user_task", "call"}:
            hint = "Prenda o evento a uma situação, atividade ou chamada de processo."
            yield Fault.at(node, f"O atendimento nunca espera em {named(host)}: {named(node)} não aconteceria.", hint)
