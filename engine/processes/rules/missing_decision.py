"""A decision that a diagram asks is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.batch import unknown
from engine.processes.names import decisions_asked
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report business rule tasks without a decision, and decisions that neither files nor installation have."""
    for node in diagram.nodes.values():
        if node.kind == "business_rule_task" and node.decision is None:
            hint = "Escreva o id da decisão na tarefa (“Decision ref”)."
            yield Fault.at(node, f"A tarefa {named(node)} não diz que decisão pergunta.", hint)
    for use in decisions_asked(diagram):
        known = batch.known.decisions
        if use.name in batch.tables or use.name in (known or ()):
            continue
        if batch.unread_decisions and known is None:
            continue  # it may be in the file that has findings of its own
        hint = "Envie o arquivo .dmn junto com este, ou corrija o id."
        yield Fault(use.element, use.line, f"A decisão “{use.name}” não está nos arquivos.", hint, unknown(known))
