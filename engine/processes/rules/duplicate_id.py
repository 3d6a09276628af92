"""An id stands for one element of the file only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report every id from its second use on."""
    for own, line in diagram.duplicates:
        hint = "Dê outro id a um dos dois; copiar e colar dentro do modelador faz isso sozinho."
        yield Fault(own, line, f"O id “{own}” já foi usado por outro elemento deste arquivo.", hint)
