"""How a diagram looks today: names, labels, colours and texts of its newest version, element by element."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.processes.digest import COSMETIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime.diagram import Diagram


def looking_like(diagram: Diagram, newest: Diagram) -> Diagram:
    """The diagram with the looks that its elements have in the newest version; what is not there keeps its own.

    So a new label shows on running tickets whatever version they run on, also when the same file changed more.
    """
    nodes = {
        node.id: replace(
            node,
            name=newest.nodes[node.id].name,
            documentation=newest.nodes[node.id].documentation,
            properties=_dressed(node.properties, newest.nodes[node.id].properties),
        )
        if node.id in newest.nodes and newest.nodes[node.id].kind == node.kind
        else node
        for node in diagram.nodes.values()
    }
    flows = {
        flow.id: replace(flow, name=newest.flows[flow.id].name) if flow.id in newest.flows else flow
        for flow in diagram.flows.values()
    }
    return replace(diagram, name=newest.name, nodes=nodes, flows=flows)


def _dressed(own: Mapping[str, str], newest: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in own.items() if name not in COSMETIC}
    return kept | {name: value for name, value in newest.items() if name in COSMETIC}
