"""A timer has a date or a duration in ISO 8601, or an expression that gives one; cycles do not run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from engine.expressions import EvaluationError, TimerExpression, Undecided
from engine.processes.formulas import formulas
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.processes.formulas import Formula
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_SHORTEST: Final = timedelta(seconds=1)
_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report timers without a time, cycles, texts that cannot be read, and times out of all bounds."""
    for node in diagram.nodes.values():
        if node.event is None or node.event.kind != "timer" or node.kind not in {"boundary", "catch"}:
            continue
        if node.event.timer is None or not node.event.timer[1]:
            hint = "Escolha uma duração (P7D) ou uma data no painel do modelador."
            yield Fault.at(node, f"O temporizador {named(node)} não diz quando.", hint)
        elif node.event.timer[0] == "cycle":
            hint = "Use uma duração e, no diagrama, um caminho que volte ao mesmo lugar."
            yield Fault.at(node, f"O temporizador {named(node)} é um ciclo, que não funciona aqui.", hint)
    for formula in formulas(diagram):
        if formula.kind != "condition" and formula.text and (wrong := _wrong(formula)):
            hint = "Use por exemplo PT4H, P7D ou 2026-12-31T18:00:00-03:00."
            yield Fault(formula.element, formula.line, f"O tempo {formula.text[:80]!r} não serve: {wrong}.", hint)


def _wrong(formula: Formula) -> str:
    if formula.error is not None:
        return formula.error.detail.rstrip(".")
    if not isinstance(formula.compiled, TimerExpression) or formula.names:
        return ""
    try:
        due_at = formula.compiled.instant({}, _SOME_DAY)
    except (EvaluationError, Undecided) as error:
        return str(error).rstrip(".")
    if formula.kind == "duration" and due_at - _SOME_DAY < _SHORTEST:
        return "é menos de um segundo"
    return ""
