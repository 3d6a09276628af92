"""The files that are checked together, and what else is known while they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from engine.runtime.diagram import Diagram, read
from engine.runtime.tables import DecisionTable, TableError, TableFinding, read_decisions
from engine.runtime.xml import XmlRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from engine.runtime.diagram import Node


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The names of an installation; None stands for "not known": names are then warned of, not refused.

    Attributes:
        fields: keys of the installation's own fields.
        messages: the installation's own messages, each with the members its payload may have.
        decisions, processes: keys of what is deployed.
        replies: keys of standard replies.
        diagrams: the newest diagrams of deployed processes, as far as they are at hand: rules that look into
            called and calling processes use them. Their keys count as known.
        tables: likewise the newest decision tables.
    """

    teams: Collection[str] | None = None
    calendars: Collection[str] | None = None
    fields: Collection[str] | None = None
    subjects: Collection[str] | None = None
    messages: Mapping[str, Collection[str]] | None = None
    decisions: Collection[str] | None = None
    processes: Collection[str] | None = None
    replies: Collection[str] | None = None
    diagrams: Mapping[str, Diagram] = field(default_factory=dict)
    tables: Mapping[str, DecisionTable] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file as it was read: a diagram, or tables, or why it could not be read."""

    file: str
    raw: bytes
    diagram: Diagram | None = None
    tables: tuple[DecisionTable, ...] = ()
    refused: XmlRefused | None = None
    table_findings: tuple[TableFinding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """All that is checked together.

    Attributes:
        leavable: whether some profile may make a move out of a situation of a process; None: not asked.
    """

    sources: tuple[Source, ...]
    known: Known
    leavable: Callable[[str, str], bool] | None = None
    instant: dict[str, tuple[Node, ...]] = field(default_factory=dict, compare=False)  # engine.processes.tokens
    _answers: dict[tuple[Any, int], Any] = field(default_factory=dict, compare=False)

    def once(self, question: Callable[[Diagram], _Answer], diagram: Diagram) -> _Answer:
        """The answer of a function that several rules ask about a diagram, computed once."""
        key = (question, id(diagram))
        if key not in self._answers:
            self._answers[key] = question(diagram)
        answer: _Answer = self._answers[key]
        return answer

    @cached_property
    def diagrams(self) -> Mapping[str, Diagram]:
        """By process key: those of the files, and of what is deployed where no file replaces it."""
        own: dict[str, Diagram] = {}
        for source in self.sources:
            if source.diagram is not None:
                own.setdefault(source.diagram.key, source.diagram)
        return {**self.known.diagrams, **own}

    @cached_property
    def tables(self) -> Mapping[str, DecisionTable]:
        """By decision id: those of the files, and of what is deployed where no file replaces it."""
        return {
            **self.known.tables,
            **{table.id: table for source in self.sources for table in source.tables},
        }

    @cached_property
    def unread_decisions(self) -> bool:
        """Whether a file with decisions could not be read, so that any decision may be in it."""
        return any(source.file.lower().endswith(".dmn") and not source.tables for source in self.sources)

    @cached_property
    def callers(self) -> Mapping[str, Sequence[tuple[Diagram, Node]]]:
        """By process key: the call activities that call it, with their diagrams."""
        found: dict[str, list[tuple[Diagram, Node]]] = {}
        for diagram in self.diagrams.values():
            for node in diagram.nodes.values():
                if node.called:
                    found.setdefault(node.called, []).append((diagram, node))
        return found


def unknown(names: Collection[str] | None) -> Literal["error", "warning"]:
    """How grave a name is that was not found: without a list nobody can say that it does not exist."""
    return "warning" if names is None else "error"


def read_source(file: str, raw: bytes) -> Source:
    """Read one file; never fails."""
    try:
        if file.lower().endswith(".dmn"):
            return Source(file=file, raw=raw, tables=read_decisions(raw, file))
        return Source(file=file, raw=raw, diagram=read(raw, file))
    except XmlRefused as refused:
        return Source(file=file, raw=raw, refused=refused)
    except TableError as error:
        return Source(file=file, raw=raw, table_findings=tuple(error.findings))
