"""A condition stands where it is asked: on flows out of exclusive gateways with several ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import moves, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report conditions that nobody would ever ask."""
    for flow in diagram.flows.values():
        if flow.condition is None:
            continue
        source = diagram.nodes[flow.source]
        hint = "Apague a condição, ou ponha um desvio exclusivo com vários fluxos antes dela."
        if source.kind != "exclusive" or len(source.outgoing) < 2:  # noqa: PLR2004 - "several"
            yield Fault.at(flow, f"A condição do fluxo que sai de {named(source)} nunca seria perguntada.", hint)
        elif flow.id == source.default and flow.id not in moves(diagram):
            hint = "Apague a condição: o fluxo padrão vale quando nenhuma outra vale."
            yield Fault.at(flow, f"O fluxo padrão de {named(source)} não pode ter condição.", hint)
