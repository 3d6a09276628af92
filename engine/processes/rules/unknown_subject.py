"""A subject that a decision table asks for is one of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.names import Use, strangers
from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report subject keys in the cells of decision tables that do not exist."""
    uses = [
        Use(value, row.id or table.id, row.line)
        for table in source.tables
        for at, column in enumerate(table.inputs)
        if column.text == "subject"
        for row in table.rows
        for value in sorted(v for v in row.tests[at].options or () if isinstance(v, str))
    ]
    for use, severity in strangers(uses, batch.known.subjects):
        hint = "Cadastre o assunto, ou corrija a chave."
        yield Fault(use.element, use.line, f"O assunto “{use.name}” não está cadastrado.", hint, severity)
