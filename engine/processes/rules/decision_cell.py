"""Heads and cells of a decision table hold what can be evaluated; told by row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Report inputs, outputs and cells that cannot be read or do not fit their column."""
    for finding in source.table_findings:
        if finding.rule in {"table-input", "table-output", "table-cell", "table-type"}:
            yield Fault(finding.element, finding.line, finding.detail, finding.hint)
