"""What a diagram means, as a digest: names, labels, colours, documentation and layout are not part of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from engine.runtime.diagram import Diagram, Node

COSMETIC = frozenset({"color", "customer_label", "customer_next"})


def digest(diagram: Diagram, called: Iterable[UUID]) -> bytes:
    """SHA-256 of the diagram's meaning together with the exact versions it calls."""
    lanes: dict[str, dict[str, str]] = {}
    for lane in sorted(diagram.lanes, key=lambda lane: lane.depth):  # the innermost wins
        for node in lane.nodes:
            lanes[node] = lanes.get(node, {}) | _meaningful(lane.properties)
    meaning = {
        "properties": _meaningful(diagram.properties),
        "lanes": lanes,
        "nodes": {node.id: _node(node) for node in diagram.nodes.values()},
        "flows": {
            flow.id: [flow.source, flow.target, flow.condition, _meaningful(flow.properties)]
            for flow in diagram.flows.values()
        },
        "called": sorted(str(version) for version in called),
    }
    return hashlib.sha256(orjson.dumps(meaning, option=orjson.OPT_SORT_KEYS)).digest()


def _node(node: Node) -> Mapping[str, Any]:
    event = asdict(node.event) if node.event else {}
    event.pop("line", None)
    return {
        "kind": node.kind,
        "properties": _meaningful(node.properties),
        # The order of flows says which branch comes first, so it means something.
        "outgoing": node.outgoing,
        "default": node.default,
        "attached_to": node.attached_to,
        "interrupting": node.interrupting,
        "event": event,
        "called": node.called,
        "decision": node.decision,
    }


def _meaningful(properties: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if name not in COSMETIC}
