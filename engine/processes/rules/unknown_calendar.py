"""A calendar is one of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.names import named_by, strangers
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report calendar keys that do not exist."""
    for use, severity in strangers(named_by("calendar", source), batch.known.calendars):
        hint = "Cadastre o calendário, ou corrija a chave."
        yield Fault(use.element, use.line, f"O calendário “{use.name}” não está cadastrado.", hint, severity)
