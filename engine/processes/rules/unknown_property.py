"""A property has one of the names of the contract."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from engine.processes.properties import PROPERTIES, written
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report names that mean nothing; a near one is proposed."""
    for own in written(diagram):
        if own.name not in PROPERTIES:
            near = get_close_matches(own.name.strip().lower(), PROPERTIES, n=1)
            hint = f"Você quis dizer {near[0]}?" if near else f"Use uma destas: {', '.join(PROPERTIES)}."
            yield Fault(own.element, own.line, f"A propriedade “{own.name}” não existe.", hint)
