"""A process has at most 300 flow nodes and 1,000 flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.runtime.diagram import MAX_FLOWS, MAX_NODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report a process that people could not read, nor we check in bounded time; it is the only finding then."""
    hint = "Leve partes a arquivos próprios e chame-as com chamadas de processo."
    for count, limit, what in (
        (len(diagram.nodes), MAX_NODES, "elementos"),
        (len(diagram.flows), MAX_FLOWS, "fluxos"),
    ):
        if count > limit:
            yield Fault(diagram.key, diagram.line, f"O processo tem {count} {what}; o limite é {limit}.", hint)
