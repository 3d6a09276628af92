"""Where nobody chooses, each flow has a condition, but for the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import is_automatic, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report flows out of automatic gateways that have neither a condition nor the default's mark."""
    for node in diagram.nodes.values():
        if not is_automatic(diagram, node):
            continue
        for own in node.outgoing:
            flow = diagram.flows[own]
            if flow.condition is None and own != node.default:
                hint = "Escreva a condição do fluxo, ou marque-o como fluxo padrão."
                yield Fault.at(flow, f"O fluxo sai do desvio automático {named(node)} sem condição.", hint)
