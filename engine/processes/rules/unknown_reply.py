"""A standard reply is one of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.names import named_by, strangers
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report reply keys that do not exist."""
    for use, severity in strangers(named_by("reply", source), batch.known.replies):
        hint = "Cadastre a resposta padrão, ou corrija a chave."
        yield Fault(use.element, use.line, f"A resposta padrão “{use.name}” não está cadastrada.", hint, severity)
