"""Every element has an id that can stand in an address, a right and a history row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.processes.limits import MAX_ID
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_ID: Final = re.compile(r"[^\W\d][\w.-]*")


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report missing, odd and endless ids of the process, its nodes and flows."""
    hint = "Dê ao elemento um id que comece por letra, só com letras, algarismos, ponto, - e _."
    for tag, line in diagram.nameless:
        yield Fault("", line, f"Há um elemento {tag} sem id.", hint)
    flows = [*diagram.flows.values(), *diagram.dangling]
    named = [(node.id, node.line) for node in diagram.nodes.values()] + [(flow.id, flow.line) for flow in flows]
    for own, line in [(diagram.key, diagram.line), *named]:
        if own and not _ID.fullmatch(own):
            yield Fault(own, line, f"O id {own[:80]!r} não serve como chave.", hint)
        elif len(own) > MAX_ID:
            yield Fault(own, line, f"O id tem {len(own)} letras; o limite é {MAX_ID}.", hint)
