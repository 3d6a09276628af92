"""A decision has the output and the hit policy that its use asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.names import decisions_asked
from engine.processes.ruling import Fault, Severity
from engine.runtime.tables import assignment_problem, fields_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_OF_RULE: Final = "Faça uma tabela própria para a tarefa: saídas team, priority, responsible ou request_type; UNIQUE."
_OF_REQUIREMENTS: Final = "Faça uma tabela própria para os campos exigidos: uma saída, field; política COLLECT."


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report tables of required fields that are no such tables, and business rules that would set anything else."""
    for use in decisions_asked(diagram):
        table = batch.tables.get(use.name)
        if table is None:
            continue
        node = diagram.nodes.get(use.element)
        if node is not None and node.kind == "business_rule_task" and node.decision == use.name:
            problem, hint = assignment_problem(table), _OF_RULE
        else:
            problem, hint = fields_problem(table), _OF_REQUIREMENTS
        if problem is not None:
            yield Fault(use.element, use.line, problem, hint)
