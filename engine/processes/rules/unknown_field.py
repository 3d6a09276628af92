"""A required field is one of the ticket or an own field of the installation."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from engine.builtin import FIELDS
from engine.processes.names import given_by, named_by, strangers
from engine.processes.properties import list_of
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report fields named by `requires` and by decision tables that do not exist."""
    uses = [
        *(use._replace(name=name) for use in named_by("requires", source) for name in list_of(use.name)),
        *given_by("field", source),
    ]
    for use, severity in strangers(uses, batch.known.fields, FIELDS):
        near = get_close_matches(use.name, [*FIELDS, *(batch.known.fields or ())], n=1)
        hint = f"Você quis dizer {near[0]}?" if near else "Cadastre o campo próprio, ou corrija o nome."
        yield Fault(use.element, use.line, f"O campo “{use.name}” não existe.", hint, severity)
