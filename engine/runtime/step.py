"""One step of one ticket: what is known while it goes on, and what it does on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.expressions import EvaluationError, Undecided
from engine.runtime.movement import Act, Place, Stuck
from engine.runtime.tables import TableFailed
from engine.runtime.tokens import microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from engine.expressions import Expression
    from engine.runtime.diagram import Node
    from engine.runtime.process import Process
    from engine.runtime.tables import DecisionTable

    Facts = Mapping[str, Any]
    Tables = Callable[[str], tuple[DecisionTable, int]]

SETTABLE: Final = ("team", "priority", "responsible", "request_type")  # by a business rule task


class Step:
    """What the elements are told and tell while tokens pass them.

    Attributes:
        move: the flow that was chosen; "" in a transition.
        route: for a relocation: (process, call activity) to the element at which the called process is entered.
        ended_at: the last end of the ticket's own process that was reached.
        terminated: whether that end takes all other tokens with it.
        swept: the ids of the tasks it took.
    """

    def __init__(self, process: Process, facts: Facts, now: datetime, tables: Tables, move: str = "") -> None:
        self.move = move
        self.route: dict[tuple[str, str], str] = {}
        self.entered: list[Place] = []
        self.ended_at: Place | None = None
        self.terminated = False
        self.swept: set[bytes] = set()
        self.acts: list[Act] = []
        self.sets: dict[str, Any] = {}
        self.decisions: list[tuple[str, str, int]] = []
        self.called: list[str] = []
        self.returned: list[str] = []
        self._process = process
        self._facts = dict(facts)
        self._now = now
        self._tables = tables

    def know(self, more: Facts) -> None:
        """Add to the facts, or put right what they say."""
        self._facts.update(more)

    def enter(self, process: str, element: str) -> None:
        """The ticket rests in a situation."""
        self.entered.append(Place(process, element))
        self._facts["situation"] = element

    def end(self, process: str, element: str, *, terminated: bool) -> None:
        """A main token of the ticket's own process is consumed."""
        self.ended_at = Place(process, element)
        self.terminated = terminated

    def withdraw(self, token: bytes) -> None:
        """A situation or activity is taken from the people who were at it."""
        if self.terminated:
            self.swept.add(token)

    def act(self, process: str, node: Node) -> None:
        """A service or send task asks for an action."""
        action = node.properties.get("action", "")
        self.acts.append(Act(process=process, element=node.id, action=action, properties=node.properties))

    def due(self, process: str, element: str) -> int:
        """When the timer that is set now will fire."""
        try:
            return microseconds(self._process.timers[process, element].instant(self._facts, self._now))
        except Undecided as missing:
            detail = f"Falta o valor de {_listed(missing.names)} para saber quando o temporizador dispara."
            raise Stuck("timer", process, element, detail, names=missing.names) from missing
        except EvaluationError as failed:
            raise Stuck("timer", process, element, failed.detail) from failed
        except (ValueError, OverflowError) as failed:
            detail = "A expressão do temporizador não dá um instante válido."
            raise Stuck("timer", process, element, detail) from failed

    def decide(self, process: str, node: Node, ways: Sequence[tuple[str, Expression | None, Any]]) -> str:
        """The flow by which a token leaves an automatic gateway or a merge: the first whose condition is true."""
        if len(ways) == 1:
            return ways[0][0]
        for flow, condition, _ in ways:
            if flow != node.default and condition is not None and self._is_true(process, node.id, condition):
                return flow
        if node.default is not None:
            return node.default
        raise Stuck(
            "no_way_out",
            process,
            node.id,
            f"Nenhuma condição do gateway “{node.name or node.id}” é verdadeira e ele não tem fluxo padrão.",
        )

    def ask(self, process: str, node: Node) -> None:
        """A business rule task asks its decision table; what the first row sets holds from here on."""
        decision = node.decision or ""
        try:
            table, version = self._tables(decision)
            rows = table.evaluate(self._facts, self._now)
        except LookupError as unknown:
            detail = f"A tabela de decisão “{decision}” não está publicada."
            raise Stuck("table", process, node.id, detail, decision=decision) from unknown
        except Undecided as missing:
            detail = f"Falta o valor de {_listed(missing.names)} para avaliar a tabela “{decision}”."
            raise Stuck("table", process, node.id, detail, decision=decision, names=missing.names) from missing
        except (TableFailed, EvaluationError) as failed:
            raise Stuck("table", process, node.id, failed.detail, decision=decision) from failed
        self.decisions.append((node.id, decision, version))
        first = rows[0] if rows else {}
        found = {name: first[name] for name in SETTABLE if first.get(name) is not None}
        self.sets.update(found)
        self._facts.update(found)

    def uncaught(self, process: str, node: Node) -> None:
        """Nobody around catches the error."""
        code = node.event.name if node.event is not None else ""
        detail = f"O erro “{code or node.id}” não é tratado por ninguém em volta."
        raise Stuck("uncaught", process, node.id, detail, code=code)

    def _is_true(self, process: str, element: str, condition: Expression) -> bool:
        try:
            return condition.decide(self._facts, self._now)
        except Undecided as missing:
            detail = f"Falta o valor de {_listed(missing.names)} para decidir o caminho."
            raise Stuck("undecided", process, element, detail, names=missing.names) from missing
        except EvaluationError as failed:
            raise Stuck("undecided", process, element, failed.detail, names=()) from failed


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
