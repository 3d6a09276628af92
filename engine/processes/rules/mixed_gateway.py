"""Before an exclusive gateway lie only situations (somebody chooses) or none (conditions decide)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import is_mixed, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report exclusive gateways with several ways out and predecessors of both sorts."""
    for node in diagram.nodes.values():
        if is_mixed(diagram, node):
            others = sorted({named(n) for n in diagram.predecessors(node.id) if not n.is_situation})
            hint = "Ponha um desvio de junção antes dele, ou leve o outro fluxo direto à situação."
            yield Fault.at(node, f"Em {named(node)} chegam situações e também {', '.join(others)}.", hint)
