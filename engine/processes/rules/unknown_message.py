"""A message is one that the engine sends or that the installation has declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.builtin import MESSAGES
from engine.processes.names import Use, strangers
from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, batch: Batch) -> Iterator[Fault]:
    """Report events that wait for no message, and messages nobody would send."""
    uses = []
    for node in diagram.nodes.values():
        if node.event is None or node.event.kind != "message" or node.kind not in {"boundary", "catch"}:
            continue
        if node.event.name:
            uses.append(Use(node.event.name, node.id, node.line))
        else:
            hint = "Escolha ou crie a mensagem no painel do modelador; vale o nome dela."
            yield Fault.at(node, f"O evento {named(node)} não diz que mensagem espera.", hint)
    for use, severity in strangers(uses, batch.known.messages, MESSAGES):
        hint = f"Use {', '.join(sorted(MESSAGES))}, ou declare a mensagem em TRAMITA_MESSAGES."
        yield Fault(use.element, use.line, f"Ninguém envia a mensagem “{use.name}”.", hint, severity)
