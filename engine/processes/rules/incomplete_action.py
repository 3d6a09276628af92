"""A service or send task says what it does, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.properties import ACTIONS
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report tasks without an action, and actions without or with a wrong companion."""
    for node in diagram.nodes.values():
        if node.kind not in {"service_task", "send_task"}:
            continue
        action = node.properties.get("action")
        if action is None:
            hint = f"Acrescente a propriedade action: {', '.join(ACTIONS)}."
            yield Fault.at(node, f"A tarefa {named(node)} não diz o que faz.", hint)
            continue
        companion = ACTIONS.get(action)
        if companion is not None and companion not in node.properties:
            hint = f"Acrescente a propriedade {companion}, com a chave do que deve ser enviado."
            yield Fault.at(node, f"A ação {action} de {named(node)} precisa da propriedade {companion}.", hint)
        for other in {"reply", "event"} & set(node.properties) - {companion}:
            if action in ACTIONS:
                line = diagram.lines.get((node.id, other), node.line)
                message = f"A ação {action} de {named(node)} não usa a propriedade {other}."
                yield Fault(node.id, line, message, "Apague-a, ou troque a ação.")
