"""A property has a value that means something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.properties import ENDINGS, PROPERTIES, written
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_SHOWN: Final = 80


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report values that do not fit, and say which would."""
    for own in written(diagram):
        spec = PROPERTIES.get(own.name)
        wanted = spec.wrong(own.value) if spec is not None and own.carrier in spec.on else None
        if wanted is not None:
            shown = own.value if len(own.value) <= _SHOWN else own.value[:_SHOWN] + "…"
            if (own.carrier, own.name) == ("end", "standing"):
                wanted = " ou ".join(ENDINGS)
            yield Fault(own.element, own.line, f"“{shown}” não serve como valor de {own.name}.", f"Use {wanted}.")
