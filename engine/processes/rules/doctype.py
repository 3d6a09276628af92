"""No DOCTYPE: it can define entities, which read files and networks or grow without end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Report a file that was refused for its DOCTYPE."""
    if source.refused is not None and source.refused.code == "doctype":
        hint = "Apague a linha <!DOCTYPE …>; nenhum modelador precisa dela."
        yield Fault("", source.refused.line, source.refused.detail, hint)
