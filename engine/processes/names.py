"""The names a diagram may use, and how those that nobody knows are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.processes.batch import unknown
from engine.processes.properties import PROPERTIES, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from engine.processes.batch import Source
    from engine.processes.ruling import Severity
    from engine.runtime.diagram import Diagram


class Use(NamedTuple):
    """A name, where it is written."""

    name: str
    element: str
    line: int


def strangers(
    uses: Iterable[Use], known: Collection[str] | None, built_in: Collection[str] = ()
) -> Iterator[tuple[Use, Severity]]:
    """Every use of a name that is not known; without a list, only the first use of each."""
    told: set[str] = set()
    for use in uses:
        if use.name in built_in or use.name in (known or ()):
            continue
        if known is not None or use.name not in told:
            yield use, unknown(known)
        told.add(use.name)


def named_by(property_name: str, source: Source) -> Iterator[Use]:
    """The values of a property in a diagram, where it stands rightly and has a value that fits."""
    for own in written(source.diagram) if source.diagram is not None else ():
        spec = PROPERTIES[property_name]
        if own.name == property_name and own.carrier in spec.on and spec.wrong(own.value) is None:
            yield Use(own.value, own.element, own.line)


def given_by(output: str, source: Source) -> Iterator[Use]:
    """The texts that the rows of decision tables give for an output."""
    for table in source.tables:
        for row in table.rows:
            value = row.outputs.get(output)
            if isinstance(value, str):
                yield Use(value, row.id or table.id, row.line)


def decisions_asked(diagram: Diagram) -> Iterator[Use]:
    """The decisions that business rule tasks and `requires_decision` ask."""
    for node in diagram.nodes.values():
        if node.kind == "business_rule_task" and node.decision:
            yield Use(node.decision, node.id, node.line)
    for own in written(diagram):
        if own.name == "requires_decision" and own.value:
            yield Use(own.value, own.element, own.line)
