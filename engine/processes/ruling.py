"""What a rule of the linter is, and where all of them are found."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

from engine.processes import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.processes.batch import Batch, Source
    from engine.runtime.diagram import Diagram

Severity = Literal["error", "warning"]


class Drawn(Protocol):
    """Anything of a diagram that has an id and a line: a node, a flow, a lane."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102


class Fault(NamedTuple):
    """Where a rule is broken, what is the matter, and what to do instead; both in Portuguese."""

    element: str
    line: int
    message: str
    hint: str
    severity: Severity | None = None

    @classmethod
    def at(cls, drawn: Drawn, message: str, hint: str, severity: Severity | None = None) -> Fault:
        """A fault of a node, flow or lane."""
        return cls(drawn.id, drawn.line, message, hint, severity)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    A rule's module holds `SEVERITY` and one function: `of_diagram(diagram, batch)`, asked about every diagram,
    or `of_file(source, batch)`, asked about every file, also one that could not be read.
    """

    id: str
    severity: Severity
    of_diagram: Callable[[Diagram, Batch], Iterable[Fault]] | None
    of_file: Callable[[Source, Batch], Iterable[Fault]] | None


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of their names."""
    return tuple(_rule(module.name) for module in sorted(pkgutil.iter_modules(rules.__path__), key=lambda m: m.name))


def _rule(name: str) -> Rule:
    module = importlib.import_module(f"{rules.__name__}.{name}")
    of_diagram, of_file = getattr(module, "of_diagram", None), getattr(module, "of_file", None)
    assert (of_diagram is None) != (of_file is None), f"{name}: exactly one of of_diagram and of_file"
    assert module.SEVERITY in get_args(Severity), name
    return Rule(id=name.replace("_", "-"), severity=module.SEVERITY, of_diagram=of_diagram, of_file=of_file)
