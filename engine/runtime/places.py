"""What the elements of a diagram say about a ticket that is there: labels, moves, teams, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from engine.expressions import Expression, compile_expression
from engine.runtime.movement import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runtime.diagram import Diagram, Flow, Node

Standing = Literal["open", "finished", "cancelled"]
_PASSED: Final = frozenset({"service_task", "send_task", "business_rule_task", "start"})


@dataclass(frozen=True, kw_only=True)
class MoveSpec:
    """A way out of a situation that somebody can choose.

    Attributes:
        id: the flow's id, by which it is asked for.
        guard: the move exists only where this is true.
        requires, requires_decisions: the flow's own; those of the situation and the process come on top.
        default: whether it is taken when a caller names none.
        leads_to: the place it leads to, where that is certain before the step.
    """

    id: str
    label: str
    source: Place
    target_element: str
    guard: Expression | None
    requires: tuple[str, ...]
    requires_decisions: tuple[str, ...]
    default: bool
    leads_to: Place | None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Where a ticket rests.

    Attributes:
        team: the nearest of its own, its lanes' and its process's.
        own_team: whether it is its own or a lane's, so that entering it reroutes the ticket.
        calendar: the nearest, like the team.
        requires, requires_decisions: its own; those of the process and of the move come on top.
        default: the move taken when a caller names none.
    """

    place: Place
    label: str
    standing: Standing
    pauses_sla: bool
    team: str | None
    own_team: bool
    sla: str | None
    escalate: str | None
    calendar: str | None
    color: str | None
    customer_label: str | None
    customer_next: str | None
    moves: tuple[MoveSpec, ...]
    requires: tuple[str, ...]
    requires_decisions: tuple[str, ...]
    default: str | None


@dataclass(frozen=True, kw_only=True)
class End:
    """Where a ticket's own process ends."""

    place: Place
    label: str
    standing: Standing
    customer_label: str | None


@dataclass(frozen=True, kw_only=True)
class ActivitySpec:
    """What a diagram asks somebody to do; `kind` is the property `activity`."""

    place: Place
    label: str
    kind: str
    documentation: str
    team: str | None
    sla: str | None
    escalate: str | None
    calendar: str | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a process says about all its situations."""

    key: str
    label: str
    requires: tuple[str, ...]
    requires_decisions: tuple[str, ...]
    team: str | None
    calendar: str | None


def settings_of(diagram: Diagram) -> Settings:
    """The properties of the process itself."""
    had = diagram.properties
    return Settings(
        key=diagram.key,
        label=diagram.name or diagram.key,
        requires=_names(had.get("requires")),
        requires_decisions=_names(had.get("requires_decision")),
        team=had.get("team") or None,
        calendar=had.get("calendar") or None,
    )


def situations_of(diagram: Diagram, closure: Mapping[str, Diagram]) -> Iterator[Situation]:
    """All situations of one diagram; `closure` holds it and all that it calls."""
    for node in diagram.nodes.values():
        if node.is_situation:
            had = node.properties
            gateway = choice_behind(diagram, node)
            yield Situation(
                place=Place(diagram.key, node.id),
                label=node.name or node.id,
                standing=cast("Standing", had.get("standing") or "open"),
                pauses_sla=had.get("pauses_sla") == "true",
                team=_nearest(diagram, node, "team"),
                own_team=_near(diagram, node, "team") is not None,
                sla=had.get("sla") or None,
                escalate=had.get("escalate") or None,
                calendar=_nearest(diagram, node, "calendar"),
                color=had.get("color") or None,
                customer_label=had.get("customer_label") or None,
                customer_next=had.get("customer_next") or None,
                moves=tuple(_moves(diagram, node, closure)),
                requires=_names(had.get("requires")),
                requires_decisions=_names(had.get("requires_decision")),
                default=None if gateway is None else gateway.default,
            )


def ends_of(diagram: Diagram) -> Iterator[End]:
    """The ends that end a ticket of this process: those on the main path, and any that terminates."""
    for node in diagram.nodes.values():
        if node.kind == "end" and is_ticket_end(diagram, node):
            yield End(
                place=Place(diagram.key, node.id),
                label=node.name or node.id,
                standing=cast("Standing", node.properties.get("standing") or "finished"),
                customer_label=node.properties.get("customer_label") or None,
            )


def activities_of(diagram: Diagram) -> Iterator[ActivitySpec]:
    """All activities of one diagram."""
    for node in diagram.nodes.values():
        if node.is_activity:
            yield ActivitySpec(
                place=Place(diagram.key, node.id),
                label=node.name or node.id,
                kind=node.properties["activity"],
                documentation=node.documentation,
                team=_nearest(diagram, node, "team"),
                sla=node.properties.get("sla") or None,
                escalate=node.properties.get("escalate") or None,
                calendar=_nearest(diagram, node, "calendar"),
            )


def choice_behind(diagram: Diagram, situation: Node) -> Node | None:
    """The gateway at which somebody chooses the way out of the situation, if there is one."""
    following = diagram.successors(situation.id)
    return following[0] if len(following) == 1 and following[0].id in diagram.choices else None


def flows_out(diagram: Diagram, situation: Node) -> tuple[Flow, ...]:
    """The flows that are the moves of the situation."""
    source = choice_behind(diagram, situation) or situation
    return tuple(diagram.flows[flow] for flow in source.outgoing)


def is_ticket_end(diagram: Diagram, node: Node) -> bool:
    """Whether reaching this end ends a ticket of this process."""
    return node.id in diagram.main or (node.event is not None and node.event.kind == "terminate")


def leads_to(diagram: Diagram, flow: Flow, closure: Mapping[str, Diagram], top: str) -> Place | None:
    """Where a token on the flow comes to rest, if nothing on the way decides it.

    Merges, service and business rule tasks are passed, side branches left aside, called processes entered.
    """
    seen: set[tuple[str, str]] = set()
    while (diagram.key, flow.target) not in seen:
        seen.add((diagram.key, flow.target))
        node = diagram.nodes[flow.target]
        if node.is_situation:
            return Place(diagram.key, node.id)
        if node.kind == "end":
            settled = diagram.key == top and is_ticket_end(diagram, node)
            return Place(diagram.key, node.id) if settled else None
        if node.kind == "call":
            if node.called is None:
                return None
            diagram = closure[node.called]
            node = next(node for node in diagram.nodes.values() if node.kind == "start")
        ahead = [diagram.flows[each] for each in node.outgoing]
        if node.kind == "parallel" and len(node.incoming) == 1:
            ahead = [each for each in ahead if each.id not in diagram.side_flows]
        elif node.kind not in _PASSED and node.kind != "exclusive":
            return None
        if len(ahead) != 1:
            return None
        flow = ahead[0]
    return None


def _moves(diagram: Diagram, situation: Node, closure: Mapping[str, Diagram]) -> Iterator[MoveSpec]:
    gateway = choice_behind(diagram, situation)
    for flow in flows_out(diagram, situation):
        yield MoveSpec(
            id=flow.id,
            label=flow.name or diagram.nodes[flow.target].name or flow.id,
            source=Place(diagram.key, situation.id),
            target_element=flow.target,
            guard=None if gateway is None or flow.condition is None else compile_expression(flow.condition),
            requires=_names(flow.properties.get("requires")),
            requires_decisions=_names(flow.properties.get("requires_decision")),
            default=gateway is not None and gateway.default == flow.id,
            leads_to=leads_to(diagram, flow, closure, next(iter(closure))),
        )


def _near(diagram: Diagram, node: Node, name: str) -> str | None:
    """The property of the element or else of its innermost lane that has one."""
    owners = (node.properties, *(lane.properties for lane in diagram.lanes_of(node.id)))
    return next((owner[name] for owner in owners if owner.get(name)), None)


def _nearest(diagram: Diagram, node: Node, name: str) -> str | None:
    return _near(diagram, node, name) or diagram.properties.get(name) or None


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
