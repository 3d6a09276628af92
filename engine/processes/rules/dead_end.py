"""Every path ends in an end event; nothing else is left without a way on."""

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
    """Report nodes without an outgoing flow that are no end."""
    cut = {flow.source for flow in diagram.dangling}
    for node in diagram.nodes.values():
        if node.outgoing or node.id in cut or node.kind in {"end", "other"}:
            continue
        hint = (
            "Ligue-a a um evento de fim ou a outra situação; o que pode ser reaberto oferece uma opção de volta."
            if node.is_situation
            else "Ligue-o ao elemento seguinte ou a um evento de fim."
        )
        yield Fault.at(node, f"De {named(node)} não sai nenhum fluxo.", hint)
