"""Two files of one batch do not define the same process, nor the same decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, batch: Batch) -> Iterator[Fault]:
    """Report a key that an earlier file of the batch has taken."""
    earlier = batch.sources[: next(i for i, other in enumerate(batch.sources) if other is source)]
    taken = {other.diagram.key: other.file for other in earlier if other.diagram is not None}
    diagram = source.diagram
    if diagram is not None and diagram.key in taken:
        hint = "Mude o id de um dos processos, ou envie só um dos arquivos."
        message = f"O processo “{diagram.key}” já está em {taken[diagram.key]}."
        yield Fault(diagram.key, diagram.line, message, hint)
    decided = {table.id: other.file for other in earlier for table in other.tables}
    for table in source.tables:
        if table.id in decided:
            hint = "Mude o id de uma das decisões, ou envie só um dos arquivos."
            yield Fault(table.id, table.line, f"A decisão “{table.id}” já está em {decided[table.id]}.", hint)
