"""The process is marked as executable, so that nobody deploys a mere sketch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report a process without `isExecutable="true"`."""
    if not diagram.executable:
        hint = "Marque “Executable” no painel de propriedades do processo."
        yield Fault(diagram.key, diagram.line, "O processo não está marcado como executável.", hint)
