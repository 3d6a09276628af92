"""One BPMN element, read into a node, a flow or an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from engine.runtime import vendors
from engine.runtime.diagram import Event, EventKind, Flow, Kind, Node
from engine.runtime.vendors import BPMN
from engine.runtime.xml import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

B: Final = f"{{{BPMN}}}"
_KINDS: Final[Mapping[str, Kind]] = {
    "startEvent": "start",
    "endEvent": "end",
    "userTask": "user_task",
    "serviceTask": "service_task",
    "sendTask": "send_task",
    "businessRuleTask": "business_rule_task",
    "exclusiveGateway": "exclusive",
    "parallelGateway": "parallel",
    "callActivity": "call",
    "boundaryEvent": "boundary",
    "intermediateCatchEvent": "catch",
}
_NODE_ENDINGS: Final = ("Task", "Event", "Gateway", "Process", "Activity", "Choreography")
_MORE_NODES: Final = frozenset({"task", "transaction"})
_EVENTS: Final[Mapping[str, EventKind]] = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
}
_TIMERS: Final[tuple[tuple[str, Literal["date", "duration", "cycle"]], ...]] = (
    ("timeDate", "date"),
    ("timeDuration", "duration"),
    ("timeCycle", "cycle"),
)
_OF_NODES: Final = frozenset({"extensionElements", "documentation", "incoming", "outgoing"})


def is_node(tag: str) -> bool:
    """Whether an element of a process is a flow node, of a kind that runs here or not."""
    return tag in _KINDS or tag in _MORE_NODES or tag.endswith(_NODE_ENDINGS)


def node_of(element: etree._Element, properties: Mapping[str, str], names: Mapping[str, str]) -> Node:
    """The node; its flows and lane are not known yet."""
    tag = etree.QName(element).localname
    kind = _KINDS.get(tag, "other")
    return Node(
        id=element.get("id") or "",
        name=name_of(element),
        kind=kind,
        tag=tag,
        line=line_of(element),
        properties=properties,
        documentation=text_of(element.find(f"{B}documentation")),
        default=element.get("default"),
        attached_to=(element.get("attachedToRef") or "") if kind == "boundary" else None,
        interrupting=element.get("cancelActivity") not in {"false", "0"},
        event=_event_of(element, names) if kind in {"start", "end", "boundary", "catch"} else None,
        called=vendors.called_process(element) if kind == "call" else None,
        decision=vendors.called_decision(element) if kind == "business_rule_task" else None,
    )


def strange_inside(element: etree._Element) -> Iterator[tuple[str, int]]:
    """Tag and line of what lies in a node although it has no meaning here, e.g. multi-instance marks."""
    tag = etree.QName(element).localname
    if tag not in _KINDS:
        return  # refused as a whole
    for inner, child in bpmn_children(element):
        if inner not in _OF_NODES and not (tag.endswith("Event") and "ventDefinition" in inner):
            yield inner, line_of(child)
    if element.get("isForCompensation") in {"true", "1"}:
        yield "isForCompensation", line_of(element)


def flow_of(element: etree._Element, properties: Mapping[str, str]) -> Flow:
    """The sequence flow."""
    return Flow(
        id=element.get("id") or "",
        name=name_of(element),
        source=element.get("sourceRef") or "",
        target=element.get("targetRef") or "",
        condition=text_of(element.find(f"{B}conditionExpression")) or None,
        line=line_of(element),
        properties=properties,
    )


def names_of_roots(root: etree._Element) -> dict[str, str]:
    """What messages are called, and the codes of errors and escalations, by the id that events refer to."""
    found: dict[str, str] = {}
    for tag, code in (("message", None), ("error", "errorCode"), ("escalation", "escalationCode")):
        for element in root.iterchildren(B + tag):
            name = (code and element.get(code)) or element.get("name") or ""
            found[element.get("id") or ""] = name.strip()
    return found


def bpmn_children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The children that are BPMN, with their local names."""
    for child in element.iterchildren(f"{B}*"):
        yield etree.QName(child).localname, child


def id_near(element: etree._Element) -> str:
    """The element's own id, or the one of the nearest element around it that has one."""
    here: etree._Element | None = element
    while here is not None:
        if own := here.get("id"):
            return own
        here = here.getparent()
    return ""


def name_of(element: etree._Element) -> str:
    """The name on one line: modelers keep the line breaks of a label."""
    return " ".join((element.get("name") or "").split())


def text_of(element: etree._Element | None) -> str:
    """All the text inside, without the blanks around it."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def _event_of(element: etree._Element, names: Mapping[str, str]) -> Event:
    found = [(tag, child) for tag, child in bpmn_children(element) if "ventDefinition" in tag]
    if not found:
        return Event(kind="none", line=line_of(element))
    tag, child = found[0]
    if len(found) > 1:
        return Event(kind="other", tag=", ".join(tag for tag, _ in found), line=line_of(child))
    kind = _EVENTS.get(tag, "other")
    reference = child.get(f"{kind}Ref") or ""  # a qualified name: some modelers write a prefix
    return Event(
        kind=kind,
        tag=tag,
        timer=_timer_of(child) if kind == "timer" else None,
        name=names.get(reference) or names.get(reference.rpartition(":")[2]) or "",
        line=line_of(child),
    )


def _timer_of(definition: etree._Element) -> tuple[Literal["date", "duration", "cycle"], str] | None:
    for tag, what in _TIMERS:
        inner = definition.find(B + tag)
        if inner is not None:
            return what, text_of(inner)
    return None
