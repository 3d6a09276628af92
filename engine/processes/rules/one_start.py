"""A process begins at exactly one start event."""

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
    """Report a process without a start, and every start but the first."""
    starts = [node for node in diagram.nodes.values() if node.kind == "start"]
    if not starts:
        hint = "Desenhe um evento de início e ligue-o à primeira situação."
        yield Fault(diagram.key, diagram.line, "O processo não tem evento de início.", hint)
    for start in starts[1:]:
        hint = "Deixe um só início; caminhos diferentes saem de um desvio depois dele."
        yield Fault.at(start, f"{named(start)} é mais um início; um processo começa num lugar só.", hint)
