"""Calls are nested at most five deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.limits import MAX_CALL_DEPTH
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report a process below which calls are nested too deep."""
    depth, here = 0, {diagram.key}
    while here and depth <= MAX_CALL_DEPTH:
        here = {called for key in here if key in batch.diagrams for called in batch.diagrams[key].called}
        if diagram.key in here:
            return  # it calls itself, which another rule tells
        depth += bool(here)
    if depth > MAX_CALL_DEPTH:
        hint = "Chame menos processos um dentro do outro."
        message = f"As chamadas a partir daqui passam de {MAX_CALL_DEPTH} níveis."
        yield Fault(diagram.key, diagram.line, message, hint)
