"""One file holds one process: its key names both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Report a file with no process or with several."""
    if source.refused is None or source.refused.code not in {"no_process", "several_processes"}:
        return
    hint = (
        "Salve cada processo num arquivo próprio. Outros participantes são desenhados como piscinas fechadas, "
        "sem processo dentro."
    )
    yield Fault("", source.refused.line, source.refused.detail, hint)
