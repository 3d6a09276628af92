"""Of the hit policies of DMN run UNIQUE, FIRST, ANY, RULE ORDER and COLLECT without aggregation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Report tables with another hit policy."""
    for finding in source.table_findings:
        if finding.rule == "hit-policy":
            yield Fault(finding.element, finding.line, finding.detail, finding.hint)
