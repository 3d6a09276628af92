"""Every expression written in a diagram: conditions and timers, compiled where they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.expressions import ExpressionError, compile_expression, compile_timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.expressions import Expression, TimerExpression
    from engine.runtime.diagram import Diagram, Node


@dataclass(frozen=True, kw_only=True)
class Formula:
    """One expression.

    Attributes:
        element: id of the flow or event that carries it.
        asked_at: id of the node at which a token is when it is evaluated.
        compiled: None when it is none; `error` says why then.
    """

    kind: Literal["condition", "date", "duration"]
    element: str
    line: int
    text: str
    asked_at: str
    compiled: Expression | TimerExpression | None = None
    error: ExpressionError | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The dotted names it reads, sorted."""
        return tuple(sorted(self.compiled.names)) if self.compiled is not None else ()


def formulas(diagram: Diagram) -> Iterator[Formula]:
    """All conditions, then all timers but cycles; compiling is cached by the expressions themselves."""
    for flow in diagram.flows.values():
        if flow.condition is not None:
            yield _compiled("condition", flow.id, flow.line, flow.condition, flow.source)
    for node in diagram.nodes.values():
        timer = node.event.timer if node.event is not None and node.kind in {"boundary", "catch"} else None
        if timer is not None and timer[0] != "cycle":
            yield _compiled(timer[0], node.id, node.line, timer[1], _waiting_at(node))


def _waiting_at(node: Node) -> str:
    return node.attached_to or node.id


def _compiled(
    kind: Literal["condition", "date", "duration"], element: str, line: int, text: str, asked_at: str
) -> Formula:
    try:
        compiled = compile_expression(text) if kind == "condition" else compile_timer(kind, text)
    except ExpressionError as error:
        return Formula(kind=kind, element=element, line=line, text=text, asked_at=asked_at, error=error)
    return Formula(kind=kind, element=element, line=line, text=text, asked_at=asked_at, compiled=compiled)
