"""Check diagrams and decision tables: every finding of every file, in one go."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engine.processes.batch import Batch, Known, Source, read_source
from engine.processes.ruling import Fault, Rule, Severity, all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from engine.runtime.diagram import Diagram
    from engine.runtime.tables import DecisionTable

__all__ = ["Finding", "Known", "Report", "check"]
_LENGTH: Final = 600
_SIZE: Final = "too-many-nodes"
_WORDS: Final[Mapping[Severity, str]] = {"error": "erro", "warning": "aviso"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, and what to do instead.

    Attributes:
        element: id of the element; None when it concerns the whole file.
        rule: the rule's name, which is also its heading in docs/bpmn.md.
        message, hint: Portuguese.
    """

    file: str
    line: int
    element: str | None
    rule: str
    severity: Severity
    message: str
    hint: str

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain JSON types."""
        return asdict(self)

    def as_text(self) -> str:
        """Two lines: where and what, then what to do."""
        element = f" {self.element}:" if self.element else ""
        where = f"{self.file}:{self.line}: {_WORDS[self.severity]} [{self.rule}]{element}"
        return f"{where} {self.message}\n    → {self.hint}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything found, by file and line.

    Attributes:
        diagrams, tables: what could be read, by key, so that deploying need not read it again.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    diagrams: Mapping[str, Diagram] = field(default_factory=dict)
    tables: Mapping[str, DecisionTable] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many findings forbid deploying."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are advice."""
        return len(self.findings) - self.errors

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON types; `files`, `errors` and `warnings` are counts."""
        return {
            "files": len(self.files),
            "errors": self.errors,
            "warnings": self.warnings,
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def as_text(self) -> str:
        """All findings and a closing line, for people."""
        counts = [
            _count(len(self.files), "arquivo", "arquivos"),
            _count(self.errors, "erro", "erros"),
            _count(self.warnings, "aviso", "avisos"),
        ]
        return "\n".join([*(finding.as_text() for finding in self.findings), ", ".join(counts)])


def check(
    files: Sequence[tuple[str, bytes]],
    known: Known | None = None,
    *,
    leavable: Callable[[str, str], bool] | None = None,
) -> Report:
    """Judge all files together; names that one file defines are known to the others.

    Args:
        files: (name, content) of each; a name ending in `.dmn` holds decisions, every other a process.
        known: the installation's names; without it, names that no file defines are warnings.
        leavable: whether some profile may make a move out of (process key, situation id).
    """
    sources = tuple(read_source(file, raw) for file, raw in files)
    batch = Batch(sources=sources, known=known or Known(), leavable=leavable)
    findings = [finding for source in sources for finding in _of_source(source, batch)]
    return Report(
        files=tuple(file for file, _ in files),
        findings=tuple(findings),
        diagrams={source.diagram.key: source.diagram for source in sources if source.diagram is not None},
        tables={table.id: table for source in sources for table in source.tables},
    )


def _of_source(source: Source, batch: Batch) -> list[Finding]:
    found = {
        Finding(
            file=source.file,
            line=fault.line,
            element=_short(fault.element) or None,
            rule=rule.id,
            severity=fault.severity or rule.severity,
            message=_sentence(fault.message),
            hint=_sentence(fault.hint),
        )
        for rule in all_rules()
        for fault in _faults(rule, source, batch)
    }
    return sorted(found, key=lambda f: (f.line, f.rule, f.element or "", f.message))


def _faults(rule: Rule, source: Source, batch: Batch) -> Iterator[Fault]:
    if rule.of_file is not None:
        yield from rule.of_file(source, batch)
        return
    diagram = source.diagram
    if rule.of_diagram is not None and diagram is not None and (rule.id == _SIZE or not diagram.is_too_large):
        yield from rule.of_diagram(diagram, batch)


def _sentence(text: str) -> str:
    return _short(text if text.endswith((".", "?")) else f"{text}.")


def _short(text: str) -> str:
    """Names in a diagram may be of any length, and lists of them too."""
    return text if len(text) <= _LENGTH else text[:_LENGTH] + "…"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
