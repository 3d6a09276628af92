"""A property stands on an element that it says something about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.properties import CARRIERS, PROPERTIES, written
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report known properties on the wrong element."""
    for own in written(diagram):
        spec = PROPERTIES.get(own.name)
        if spec is not None and own.carrier not in spec.on:
            places = " e ".join(label for carrier, label in CARRIERS.items() if carrier in spec.on)
            message = f"A propriedade “{own.name}” não diz nada neste elemento."
            node = diagram.nodes.get(own.element)
            if node is not None and node.kind == "end" and "end" in spec.on:
                message = f"A propriedade “{own.name}” não diz nada no fim de um ramo lateral."
            yield Fault(own.element, own.line, message, f"Ela vale {places}.")
    for element, name, line in diagram.stray:
        hint = "Ponha-a no processo, numa raia, num fluxo ou num elemento do fluxo."
        yield Fault(element, line, f"A propriedade “{name}” não diz nada neste elemento.", hint)
