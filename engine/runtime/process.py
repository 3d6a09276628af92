"""A compiled process: everything a version's diagrams mean, ready for any number of tickets and threads."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.expressions import TimerExpression, compile_timer
from engine.runtime import places
from engine.runtime.movement import Place
from engine.runtime.places import ActivitySpec, End, MoveSpec, Settings, Situation
from engine.runtime.specs import build
from engine.runtime.tokens import Rest, rests_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runtime.diagram import Diagram, Node

__all__ = ["ActivitySpec", "End", "MoveSpec", "Process", "Settings", "Situation", "compile_process"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Process:
    """A process closed over all it calls.

    Attributes:
        diagrams: by key; the process itself comes first.
        situations: of all of them; `ends`: of the process itself, for a ticket ends there and nowhere else.
        activities: what diagrams ask somebody to do.
        settings: what each process says about all its situations.
        start_situation_hint: the first situation on the way from the start.
        messages: names awaited anywhere.
        routes: the calls, outermost first, through which a process is reached: (process, call activity).
        hops: plain moves, from one situation straight to another with nothing on the way.
        rests: where tokens can rest, by process and element.
        timers: the expressions of timers, by process and event.
        specs: SpiffWorkflow's, by process.
    """

    key: str
    diagrams: Mapping[str, Diagram]
    situations: Mapping[Place, Situation]
    ends: Mapping[Place, End]
    activities: Mapping[Place, ActivitySpec]
    settings: Mapping[str, Settings]
    start_situation_hint: Place | None
    messages: frozenset[str]
    routes: Mapping[str, tuple[tuple[str, str], ...]]
    hops: Mapping[tuple[Place, str], Rest]
    rests: Mapping[str, Mapping[str, Rest]]
    timers: Mapping[tuple[str, str], TimerExpression]
    specs: Mapping[str, Any]

    def awaited(self, place: Place) -> frozenset[str]:
        """Messages that the situation, or a call around it, listens for; side branches may add to them."""
        around = [(place.process, place.element), *self.routes.get(place.process, ())]
        return frozenset(
            listener.name
            for process, element in around
            if (rest := self.rests[process].get(element)) is not None
            for listener in rest.listeners.values()
            if listener.kind == "message"
        )


def compile_process(diagram: Diagram, called: Mapping[str, Diagram]) -> Process:
    """Compile a process that the linter accepts.

    Args:
        diagram: the process itself.
        called: the diagrams it calls, by key, and those they call; more than that does no harm.
    """
    closure = _closure(diagram, called)
    rests = {key: rests_of(each) for key, each in closure.items()}
    each_node = [(key, node) for key, each in closure.items() for node in each.nodes.values()]
    return Process(
        key=diagram.key,
        diagrams=closure,
        situations={s.place: s for each in closure.values() for s in places.situations_of(each, closure)},
        ends={end.place: end for end in places.ends_of(diagram)},
        activities={a.place: a for each in closure.values() for a in places.activities_of(each)},
        settings={key: places.settings_of(each) for key, each in closure.items()},
        start_situation_hint=_first_situation(closure),
        messages=frozenset(n.event.name for _, n in each_node if n.event is not None and n.event.kind == "message"),
        routes=_routes(closure),
        hops={hop: rest for key, each in closure.items() for hop, rest in _hops(each, rests[key])},
        rests=rests,
        timers={
            (key, node.id): compile_timer(*node.event.timer)
            for key, node in each_node
            if node.event is not None and node.event.timer is not None
        },
        specs={key: build(each, rests[key]) for key, each in closure.items()},
    )


def _closure(diagram: Diagram, called: Mapping[str, Diagram]) -> dict[str, Diagram]:
    found = {diagram.key: diagram}
    todo = deque([diagram])
    while todo:
        for key in sorted(todo.popleft().called - found.keys()):
            found[key] = called[key]
            todo.append(called[key])
    return found


def _routes(closure: Mapping[str, Diagram]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The shortest way to each process; of several as short, the first in the order of the documents."""
    top = next(iter(closure))
    found: dict[str, tuple[tuple[str, str], ...]] = {top: ()}
    todo = deque([top])
    while todo:
        key = todo.popleft()
        for node in closure[key].nodes.values():
            if node.called is not None and node.called not in found and node.id in closure[key].main:
                found[node.called] = (*found[key], (key, node.id))
                todo.append(node.called)
    return found


def _hops(diagram: Diagram, rests: Mapping[str, Rest]) -> Iterator[tuple[tuple[Place, str], Rest]]:
    for node in diagram.nodes.values():
        if node.is_situation and not rests[node.id].listeners and node.id in diagram.main:
            for flow in places.flows_out(diagram, node):
                target = _past_merges(diagram, flow.target)
                if target is not None and target.is_situation and not rests[target.id].listeners:
                    yield (Place(diagram.key, node.id), flow.id), rests[target.id]


def _past_merges(diagram: Diagram, element: str) -> Node | None:
    for _ in diagram.nodes:
        node = diagram.nodes[element]
        if node.kind != "exclusive" or len(node.outgoing) != 1:
            return node
        element = diagram.flows[node.outgoing[0]].target
    return None


def _first_situation(closure: Mapping[str, Diagram]) -> Place | None:
    """The nearest situation to the start of the first process, looking into called processes on the way."""
    top = next(iter(closure))
    todo = deque((top, node) for node in closure[top].nodes.values() if node.kind == "start")
    seen: set[tuple[str, str]] = set()
    while todo:
        key, node = todo.popleft()
        if (key, node.id) in seen:
            continue
        seen.add((key, node.id))
        if node.is_situation and node.id in closure[key].main:
            return Place(key, node.id)
        if node.called is not None:
            inside = closure[node.called].nodes.values()
            todo.extend((node.called, each) for each in inside if each.kind == "start")
        todo.extend((key, each) for each in closure[key].successors(node.id))
    return None
