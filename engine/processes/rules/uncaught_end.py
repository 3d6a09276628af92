"""An error or escalation that a called process ends with is caught where it was called."""

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
    """Report calls whose process throws something that none of the call's boundary events catches."""
    for node in diagram.nodes.values():
        called = batch.diagrams.get(node.called or "")
        if called is None:
            continue
        caught = diagram.attached(node.id)
        loose = [end for end in thrown(called) if not any(catches(boundary, end) for boundary in caught)]
        for end in loose:
            kind = "um evento de erro" if end.event and end.event.kind == "error" else "um evento de escalação"
            code = f" com o código “{end.event.name}”" if end.event and end.event.name else ""
            hint = f"Prenda à chamada {kind} de borda{code}."
            yield Fault.at(node, f"Ninguém captura o fim {named(end)} do processo “{called.key}”.", hint)
