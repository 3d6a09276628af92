"""A team is one of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.names import given_by, named_by, strangers
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report team keys, in properties and as outcomes of decision tables, that do not exist."""
    uses = [*named_by("team", source), *given_by("team", source)]
    for use, severity in strangers(uses, batch.known.teams):
        hint = "Cadastre a equipe, ou corrija a chave."
        message = f"A equipe “{use.name}” não está cadastrada."
        yield Fault(use.element, use.line, message, hint, severity)
