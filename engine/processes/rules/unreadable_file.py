"""The file is well-formed XML in a usual encoding, at most 1 MB, and holds BPMN (or DMN, by its name)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.processes.batch import Batch, Source

SEVERITY: Final[Severity] = "error"
_HINTS: Final = {
    "too_large": "Apague o que não faz parte do processo ou divida-o em processos chamados.",
    "encoding": "Salve o arquivo em UTF-8, como fazem os modeladores.",
    "malformed": "Abra e salve o arquivo num modelador; o que ele não abre também não pode ser usado aqui.",
    "not_bpmn": "Envie um diagrama BPMN 2.0 (.bpmn) ou uma tabela de decisão (.dmn), salvos por um modelador.",
    "xinclude": "Traga o conteúdo incluído para dentro do próprio arquivo.",
}
_ELSEWHERE: Final = frozenset({"doctype", "no_process", "several_processes"})


def of_file(source: Source, _: Batch) -> Iterator[Fault]:
    """Tell why the file could not be read."""
    refused = source.refused
    if refused is not None and refused.code not in _ELSEWHERE:
        hint = _HINTS.get(refused.code, _HINTS["malformed"])
        yield Fault("", refused.line, refused.detail, hint)
    for finding in source.table_findings:
        if finding.rule == "no-dmn":
            yield Fault("", finding.line, finding.detail, finding.hint)
