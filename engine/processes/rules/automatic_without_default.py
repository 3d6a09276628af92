"""An automatic gateway has a default flow, so that a ticket never gets stuck at it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import is_automatic, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "warning"
_OUTCOME: Final = re.compile(r'\s*=?\s*activity\.outcome\s*=\s*"(done|archived)"\s*')
_BOTH: Final = frozenset({"done", "archived"})


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report automatic gateways without a default, unless both outcomes of an activity have their flow."""
    for node in diagram.nodes.values():
        if not is_automatic(diagram, node) or node.default is not None:
            continue
        conditions = [diagram.flows[flow].condition or "" for flow in node.outgoing]
        outcomes = {m.group(1) for text in conditions if (m := _OUTCOME.fullmatch(text))}
        if outcomes != _BOTH and all(conditions):
            hint = "Marque um dos fluxos como padrão: ele vale quando nenhuma condição vale."
            yield Fault.at(node, f"Se nenhuma condição valer, o atendimento fica preso em {named(node)}.", hint)
