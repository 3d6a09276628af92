"""Read a BPMN file into a diagram: all of it is kept, also what is wrong, so that all can be reported."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from lxml import etree

from engine.runtime import elements, vendors
from engine.runtime.diagram import Diagram, Flow, Lane, Node
from engine.runtime.elements import B, bpmn_children, id_near, text_of
from engine.runtime.paths import find_paths
from engine.runtime.xml import XmlRefused, line_of, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

_DRAWING: Final = frozenset({"textAnnotation", "association", "group", "documentation", "auditing", "monitoring"})
_OTHER_ROOTS: Final = frozenset({"import", "choreography", "globalChoreographyTask", "conversation"})
_T = TypeVar("_T", Node, Flow)


def read_diagram(raw: bytes, file: str) -> Diagram:
    """The diagram in the file; see `engine.runtime.diagram.read`."""
    root = parse(raw)
    if root.tag != f"{B}definitions":
        raise XmlRefused("not_bpmn", "O arquivo não é um diagrama BPMN 2.0.", line_of(root))
    processes = root.findall(f"{B}process")
    if not processes:
        raise XmlRefused("no_process", "O arquivo não contém nenhum processo.", line_of(root))
    if len(processes) > 1:
        detail = f"O arquivo contém {len(processes)} processos; cada processo tem o seu próprio arquivo."
        raise XmlRefused("several_processes", detail, line_of(processes[1]))
    return _Reader(root, processes[0]).diagram(raw, file)


@dataclass
class _Kept:
    """What does not fit into nodes, flows and lanes."""

    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    duplicates: list[tuple[str, int]] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    strange: list[tuple[str, str, int]] = field(default_factory=list)
    foreign: list[tuple[str, str, int]] = field(default_factory=list)
    stray: list[tuple[str, str, int]] = field(default_factory=list)
    nameless: list[tuple[str, int]] = field(default_factory=list)


class _Reader:
    def __init__(self, root: etree._Element, process: etree._Element) -> None:
        self.root = root
        self.process = process
        self.kept = _Kept()
        self.names = elements.names_of_roots(root)
        self.lanes: list[Lane] = []
        self.with_properties: set[etree._Element] = set()
        self.refused: list[etree._Element] = []

    def diagram(self, raw: bytes, file: str) -> Diagram:
        drawn: dict[str, Node] = {}
        flows: dict[str, Flow] = {}
        self._read_process(drawn, flows)
        key = self.process.get("id") or ""
        if not key:
            self.kept.nameless.append(("process", line_of(self.process)))
        properties = self._properties(self.process)
        self._look_everywhere()
        sound, dangling = _connected(drawn, flows)
        nodes = _wired(drawn, sound, self.lanes)
        paths = find_paths(nodes, sound)
        everything = [
            properties,
            *(n.properties for n in nodes.values()),
            *(f.properties for f in sound.values()),
        ]
        return Diagram(
            key=key,
            name=self.process.get("name") or "",
            file=file,
            line=line_of(self.process),
            raw=raw,
            nodes=nodes,
            flows=sound,
            properties=properties,
            lanes=tuple(self.lanes),
            lines=self.kept.lines,
            duplicates=tuple(self.kept.duplicates),
            repeated=tuple(self.kept.repeated),
            strange=tuple(self.kept.strange),
            foreign=tuple(self.kept.foreign),
            stray=tuple(self.kept.stray),
            nameless=tuple(self.kept.nameless),
            dangling=dangling,
            called=frozenset(node.called for node in nodes.values() if node.called),
            decisions=frozenset(
                [node.decision for node in nodes.values() if node.decision]
                + [had["requires_decision"] for had in everything if had.get("requires_decision")]
            ),
            main=paths.main,
            side=paths.side,
            side_flows=paths.side_flows,
            blocks=paths.blocks,
            choices=paths.choices,
            executable=self.process.get("isExecutable") in {"true", "1"},
            documentation=text_of(self.process.find(f"{B}documentation")),
        )

    def _read_process(self, nodes: dict[str, Node], flows: dict[str, Flow]) -> None:
        for tag, element in bpmn_children(self.process):
            if tag == "sequenceFlow":
                self._keep(flows, elements.flow_of(element, self._properties(element)), element)
                self._language(element)
            elif elements.is_node(tag):
                node = elements.node_of(element, self._properties(element), self.names)
                self._keep(nodes, node, element)
                for inner, line in elements.strange_inside(element):
                    self.kept.strange.append((id_near(element), inner, line))
                if node.kind == "other":
                    self.refused.append(element)
            elif tag == "laneSet":
                self._lanes(element, 0)
            elif tag not in _DRAWING and tag != "extensionElements":
                self.kept.strange.append((id_near(element), tag, line_of(element)))
        for tag, element in bpmn_children(self.root):
            if tag in _OTHER_ROOTS:
                self.kept.strange.append((id_near(element), tag, line_of(element)))

    def _language(self, flow: etree._Element) -> None:
        condition = flow.find(f"{B}conditionExpression")
        language = None if condition is None else condition.get("language")
        if condition is not None and language:
            self.kept.foreign.append((id_near(flow), f"language={language}", line_of(condition)))

    def _keep(self, into: dict[str, _T], made: _T, element: etree._Element) -> None:
        if made.id:
            into.setdefault(made.id, made)  # the second of one id is in `duplicates`
        else:
            self.kept.nameless.append((etree.QName(element).localname, line_of(element)))

    def _lanes(self, lane_set: etree._Element, depth: int) -> frozenset[str]:
        held: set[str] = set()
        for lane in lane_set.iterchildren(f"{B}lane"):
            nodes = {text_of(reference) for reference in lane.iterchildren(f"{B}flowNodeRef")}
            for inner in lane.iterchildren(f"{B}childLaneSet"):
                nodes |= self._lanes(inner, depth + 1)
            self.lanes.append(
                Lane(
                    id=lane.get("id") or "",
                    name=elements.name_of(lane),
                    line=line_of(lane),
                    nodes=frozenset(nodes),
                    depth=depth,
                    properties=self._properties(lane),
                )
            )
            held |= nodes
        return frozenset(held)

    def _properties(self, element: etree._Element) -> dict[str, str]:
        self.with_properties.add(element)
        owner, found = element.get("id") or "", dict[str, str]()
        for name, value, line in vendors.properties(element):
            if name in found:
                self.kept.repeated.append((owner, name))
            else:
                found[name] = value
                self.kept.lines[owner, name] = line
        return found

    def _look_everywhere(self) -> None:
        """Twice given ids, properties where none belong, and what the file asks of other engines."""
        ids: set[str] = set()
        refused = {inner for outer in self.refused for inner in outer.iter(etree.Element)}
        for element in self.root.iter(etree.Element):
            own = element.get("id")
            if own is not None:
                if own in ids:
                    self.kept.duplicates.append((own, line_of(element)))
                ids.add(own)
            if element in refused:
                continue  # one finding for all that lies in it
            near = id_near(element)
            for name in vendors.foreign_attributes(element):
                self.kept.foreign.append((near, name, line_of(element)))
            if element.tag == f"{B}extensionElements":
                self._look_into(element, near)

    def _look_into(self, extensions: etree._Element, near: str) -> None:
        self.kept.foreign += [(near, name, line) for name, line in vendors.foreign_elements(extensions)]
        self.kept.strange += [(near, tag, line_of(inner)) for tag, inner in bpmn_children(extensions)]
        owner = extensions.getparent()
        if owner is not None and owner not in self.with_properties:
            self.kept.stray += [(near, name, line) for name, _, line in vendors.properties(owner)]


def _connected(nodes: Mapping[str, Node], flows: Mapping[str, Flow]) -> tuple[dict[str, Flow], tuple[Flow, ...]]:
    sound = {f.id: f for f in flows.values() if f.source in nodes and f.target in nodes}
    return sound, tuple(flow for flow in flows.values() if flow.id not in sound)


def _wired(nodes: Mapping[str, Node], flows: Mapping[str, Flow], lanes: list[Lane]) -> dict[str, Node]:
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in flows.values():
        incoming.setdefault(flow.target, []).append(flow.id)
        outgoing.setdefault(flow.source, []).append(flow.id)
    innermost: dict[str, Lane] = {}
    for lane in sorted(lanes, key=lambda lane: lane.depth):
        innermost.update(dict.fromkeys(lane.nodes, lane))
    return {
        node.id: replace(
            node,
            incoming=tuple(incoming.get(node.id, ())),
            outgoing=tuple(outgoing.get(node.id, ())),
            lane=innermost[node.id].name if node.id in innermost else None,
        )
        for node in nodes.values()
    }
