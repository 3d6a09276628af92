"""What an element refers to is there: ends of flows, hosts of boundary events, default flows."""

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
    """Report flows without two ends, boundary events without host, defaults that are no way out."""
    for flow in diagram.dangling:
        missing = [end for end in (flow.source, flow.target) if end not in diagram.nodes]
        names = ", ".join(f"“{end}”" for end in missing)
        hint = "Ligue as duas pontas do fluxo a elementos deste processo, ou apague-o."
        yield Fault.at(flow, f"O fluxo “{flow.id}” aponta para {names}, que não é elemento deste processo.", hint)
    for node in diagram.nodes.values():
        if node.attached_to is not None and node.attached_to not in diagram.nodes:
            hint = "Arraste o evento para a borda de uma tarefa ou chamada deste processo, ou apague-o."
            yield Fault.at(node, f"O evento de borda {named(node)} não está preso a nenhum elemento.", hint)
        if node.default is not None and node.default not in node.outgoing:
            hint = "Escolha como padrão um dos fluxos que saem deste elemento."
            message = f"O fluxo padrão “{node.default}” de {named(node)} não sai dele."
            yield Fault.at(node, message, hint)
