"""Events are of the kinds that run, each where it can happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_ALLOWED: Final = {
    "start": (frozenset({"none"}), "O início é sempre simples: quem abre o atendimento o inicia."),
    "end": (
        frozenset({"none", "terminate", "error", "escalation"}),
        "O fim é simples, de término, de erro ou de escalação; o que se envia antes é uma tarefa de envio.",
    ),
    "boundary": (
        frozenset({"timer", "message", "error", "escalation"}),
        "Na borda funcionam temporizador, mensagem, erro e escalação.",
    ),
    "catch": (frozenset({"timer", "message"}), "No meio do caminho funcionam temporizador e mensagem."),
}
_SHOWN: Final = {
    "none": "sem definição",
    "signalEventDefinition": "de sinal",
    "linkEventDefinition": "de ligação",
    "compensateEventDefinition": "de compensação",
    "conditionalEventDefinition": "condicional",
    "cancelEventDefinition": "de cancelamento",
    "messageEventDefinition": "de mensagem",
    "timerEventDefinition": "de temporizador",
    "errorEventDefinition": "de erro",
    "escalationEventDefinition": "de escalação",
    "terminateEventDefinition": "de término",
}


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report events whose kind does not run where they stand."""
    for node in diagram.nodes.values():
        if node.event is None or node.kind not in _ALLOWED:
            continue
        kinds, hint = _ALLOWED[node.kind]
        tag = node.event.tag or "none"
        shown = _SHOWN.get(tag, f"com {tag}")
        if node.event.kind not in kinds:
            yield Fault.at(node, f"O evento {named(node)} ({shown}) não funciona neste lugar.", hint)
        elif node.kind == "boundary" and not node.interrupting and node.event.kind == "error":
            hint = "Um erro sempre interrompe; para não interromper, use escalação."
            yield Fault.at(node, f"O evento de borda {named(node)} captura um erro sem interromper.", hint)
