"""A decision is one decision table, drawn as the stock editors draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"
_ELSEWHERE: Final = frozenset({"no-dmn", "hit-policy", "table-input", "table-output", "table-cell", "table-type"})


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Report whatever else of DMN does not run: other boxes, missing tables, other languages, odd shapes."""
    for finding in source.table_findings:
        if finding.rule not in _ELSEWHERE:
            yield Fault(finding.element, finding.line, finding.detail, finding.hint)
