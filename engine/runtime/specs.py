"""A diagram as SpiffWorkflow's specs.

They are built from the diagram itself, not by SpiffWorkflow's parser: that one recurses along the flows, orders
branches by their height in the drawing, and mistakes an element called `Start` or `End` for its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine.expressions import compile_expression
from engine.runtime import spiff, spiff_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime.diagram import Diagram, Node
    from engine.runtime.tokens import Rest

_CLASSES: Final[Mapping[str, Any]] = {
    "start": spiff_nodes.Start,
    "end": spiff_nodes.End,
    "user_task": spiff_nodes.Person,
    "service_task": spiff_nodes.Action,
    "send_task": spiff_nodes.Action,
    "business_rule_task": spiff_nodes.Rule,
    "exclusive": spiff_nodes.Exclusive,
    "parallel": spiff_nodes.Parallel,
    "call": spiff_nodes.Call,
    "boundary": spiff.Boundary,
    "catch": spiff.Catch,
}


def build(diagram: Diagram, rests: Mapping[str, Rest]) -> Any:
    """The process spec; it is never changed afterwards, so all threads share it.

    Args:
        diagram: one that the linter accepts.
        rests: where tokens can rest in it.
    """
    spec = BpmnProcessSpec(name=diagram.key)
    made: dict[str, Any] = {}
    for node in diagram.nodes.values():
        made[node.id] = _CLASSES[node.kind](spec, diagram, node, **_more(node))
        made[node.id].rest = rests.get(node.id)
        if node.kind == "start":
            spec.start.connect(made[node.id])
        elif node.kind == "end":
            made[node.id].connect(spec.end)
    for node in diagram.nodes.values():
        if diagram.attached(node.id):
            split = spiff.Split(spec, node)
            for part in (node, *diagram.attached(node.id)):
                split.connect(made[part.id])
    for node in diagram.nodes.values():
        for flow in (diagram.flows[flow] for flow in node.outgoing):
            target = spiff.entrance(spec, flow.target)
            if node.kind == "exclusive":
                condition = None if flow.condition is None else compile_expression(flow.condition)
                made[node.id].ways.append((flow.id, condition, target))
            else:
                made[node.id].connect(target)
    return spec


def _more(node: Node) -> dict[str, Any]:
    if node.kind == "call":
        return {"subworkflow_spec": node.called}
    if node.kind == "boundary":
        assert node.event is not None
        return {"cancel_activity": node.interrupting or node.event.kind == "error"}
    return {}
