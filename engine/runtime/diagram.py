"""A diagram as its author drew it: plain values with line numbers, before anything judges or runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal[
    "start",
    "end",
    "user_task",
    "service_task",
    "send_task",
    "business_rule_task",
    "exclusive",
    "parallel",
    "call",
    "boundary",
    "catch",
    "other",  # anything that does not run here; `tag` says what it is
]
MAX_NODES: Final = 300
MAX_FLOWS: Final = 1_000
EventKind = Literal["none", "terminate", "error", "escalation", "timer", "message", "other"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """What an event element waits for or throws.

    Attributes:
        kind: `other` stands for every definition that does not run here, and for several on one event.
        tag: local name of the definition element, e.g. `signalEventDefinition`; "" for none; several are
            joined by a comma.
        timer: (`date` | `duration` | `cycle`, the text) for timers.
        name: message name for messages, error or escalation code for those; "" = catches any.
    """

    kind: EventKind
    tag: str = ""
    timer: tuple[Literal["date", "duration", "cycle"], str] | None = None
    name: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None
    line: int
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow node.

    Attributes:
        kind: what it is; `other` for everything that does not run here.
        tag: the element's local name, e.g. `userTask`.
        incoming, outgoing: ids of flows, in document order, taken from the flows themselves.
        default: id of the default flow, if any.
        attached_to: a boundary event's host.
        interrupting: False for a boundary event with cancelActivity="false".
        event: start, end, boundary and catch events have one.
        called: a call activity's called process key.
        decision: a business rule task's decision id (`camunda:decisionRef`, `zeebe:calledDecision` or
            `spiffworkflow:calledDecisionId`).
        lane: name of the innermost lane it lies in.
    """

    id: str
    name: str
    kind: Kind
    tag: str
    line: int
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    event: Event | None = None
    called: str | None = None
    decision: str | None = None
    lane: str | None = None

    @property
    def is_situation(self) -> bool:
        """A user task without the property `activity`."""
        return self.kind == "user_task" and "activity" not in self.properties

    @property
    def is_activity(self) -> bool:
        """A user task with the property `activity`."""
        return self.kind == "user_task" and "activity" in self.properties


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane with its own properties; an outer lane holds the nodes of its inner lanes too.

    Attributes:
        depth: 0 for an outermost lane.
    """

    id: str
    name: str
    line: int
    nodes: frozenset[str]
    depth: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A parallel split and the one parallel join at which all its branches meet again.

    Attributes:
        branches: (flow out of the split, nodes between split and join) of each branch.
    """

    split: str
    join: str
    branches: tuple[tuple[str, frozenset[str]], ...]

    @property
    def inside(self) -> frozenset[str]:
        """Everything between the split and the join."""
        return frozenset().union(*(nodes for _, nodes in self.branches))


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """One process of one file.

    What the file says wrongly is kept apart, so that the graph of `nodes` and `flows` can always be walked.

    Attributes:
        key: the process id: the key under which it is deployed.
        raw: the file's bytes, as deployed.
        lines: (element id, property) to the line of that property.
        duplicates: (id, line) of every id that stands a second time in the file.
        repeated: (element id, property) of every property given twice on one element.
        strange: (id of the element or its owner, tag, line) of elements that are no flow node, flow, lane,
            event definition or drawing.
        foreign: (element id, name, line) of what the file asks of other engines: listeners, forms, scripts,
            `camunda:class` …; harmless attributes of modelers are not among them.
        stray: (element id, property, line) of properties on elements that have none here.
        nameless: (tag, line) of nodes and flows without an id.
        dangling: flows of which an end is no node of this process.
        called: keys of the processes it calls.
        decisions: ids of the decisions it asks (business rule tasks and `requires_decision`).
        main: ids of nodes on the main path; `side`: ids of nodes that only side branches reach.
        side_flows: ids of the flows that begin or continue a side branch.
        blocks: the parallel splits whose branches meet again, in document order.
        choices: ids of exclusive gateways all of whose predecessors are situations and that have more than
            one way out.
    """

    key: str
    name: str
    file: str
    line: int
    raw: bytes
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    properties: Mapping[str, str] = field(default_factory=dict)
    lanes: tuple[Lane, ...] = ()
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    duplicates: tuple[tuple[str, int], ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()
    strange: tuple[tuple[str, str, int], ...] = ()
    foreign: tuple[tuple[str, str, int], ...] = ()
    stray: tuple[tuple[str, str, int], ...] = ()
    nameless: tuple[tuple[str, int], ...] = ()
    dangling: tuple[Flow, ...] = ()
    called: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    main: frozenset[str] = frozenset()
    side: frozenset[str] = frozenset()
    side_flows: frozenset[str] = frozenset()
    blocks: tuple[Block, ...] = ()
    choices: frozenset[str] = frozenset()
    executable: bool = True
    documentation: str = ""

    @property
    def is_too_large(self) -> bool:
        """Whether there is more than may run; its paths are not looked for then."""
        return len(self.nodes) > MAX_NODES or len(self.flows) > MAX_FLOWS

    def lanes_of(self, node: str) -> tuple[Lane, ...]:
        """The lanes the node lies in, innermost first."""
        holding = (lane for lane in self.lanes if node in lane.nodes)
        return tuple(sorted(holding, key=lambda lane: -lane.depth))

    def attached(self, node: str) -> tuple[Node, ...]:
        """The boundary events on the node, in document order."""
        return self._boundaries.get(node, ())

    @cached_property
    def _boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.attached_to is not None:
                found[node.attached_to] = (*found.get(node.attached_to, ()), node)
        return found

    def successors(self, node: str) -> tuple[Node, ...]:
        """Targets of the node's flows, in document order; boundary events are not among them."""
        return tuple(self.nodes[self.flows[f].target] for f in self.nodes[node].outgoing)

    def predecessors(self, node: str) -> tuple[Node, ...]:
        """Sources of the flows that lead to the node."""
        return tuple(self.nodes[self.flows[f].source] for f in self.nodes[node].incoming)


def read(raw: bytes, file: str) -> Diagram:
    """The diagram in the file, with all its faults.

    Raises:
        engine.runtime.xml.XmlRefused: it is not a BPMN file with exactly one process.
    """
    from engine.runtime.reading import read_diagram  # it makes these very values

    return read_diagram(raw, file)
