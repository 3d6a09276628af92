"""What all elements, and the events that are waited for, are to SpiffWorkflow: its task specs with our meaning.

SpiffWorkflow keeps the task tree, the states, cancelling and called processes. What differs from its stock specs:

* nothing is predicted, task data stays empty, no clock is read and no expression of a diagram is evaluated by it;
* a join counts tokens per incoming flow, so it is right in loops as well;
* a boundary event is disarmed by its host itself; an interrupting one cancels the host when it happens, not later;
  messages and escalations that do not interrupt are listened for again;
* errors and escalations are caught at the boundary of the call around them and nowhere else;
* a choice follows the move of the step.
"""

# mypy: allow-subclassing-any
# ruff: noqa: SLF001 - the hooks that SpiffWorkflow lets one override are private by name

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.runtime.diagram import Diagram, Node
    from engine.runtime.step import Step
    from engine.runtime.tokens import Rest

for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # they gather details for every change of a state

REPEATING: Final = frozenset({"message", "escalation"})  # kinds that a host hears of more than once


def step_of(task: Any) -> Step:
    """The step in which the task lives: it stands where SpiffWorkflow keeps its script engine."""
    step: Step = task.workflow.script_engine
    return step


def is_main(task: Any) -> bool:
    """Whether the task lies on the main path, and so does every call around it."""
    while task.task_spec.main:
        if task.workflow.parent_task_id is None:
            return True
        task = task.workflow.caller
    return False


class Element(TaskSpec):
    """What all elements share: no data, and no predictions beyond the next task."""

    rest: Rest | None = None

    def __init__(self, spec: Any, diagram: Diagram, node: Node, **more: Any) -> None:
        super().__init__(spec, f"/{node.id}", **more)  # no id of a diagram looks like that of an internal task
        self.process = diagram.key
        self.node = node
        self.main = node.id in diagram.main

    def test(self) -> None:
        """Nothing: the linter has seen to it."""

    def _predict_hook(self, task: Any) -> None:
        task._sync_children(self.outputs, TaskState.FUTURE)

    def _update_hook(self, task: Any) -> bool:  # noqa: ARG002
        return True

    def _on_ready_hook(self, task: Any) -> None:
        pass

    def _run_hook(self, task: Any) -> bool:  # noqa: ARG002
        return True

    def _on_complete_hook(self, task: Any) -> None:
        for listener in listeners_beside(task):
            listener.cancel()

    def _on_cancel(self, task: Any) -> None:
        pass


class Waits(Element):
    """An event that is waited for."""

    def __init__(self, spec: Any, diagram: Diagram, node: Node, **more: Any) -> None:
        super().__init__(spec, diagram, node, event_definition=NoneEventDefinition(), **more)

    def _update_hook(self, task: Any) -> bool:
        if task.internal_data.get("fired"):
            return True
        if task._state != TaskState.WAITING:
            task._set_state(TaskState.WAITING)
            if self.node.event is not None and self.node.event.kind == "timer":
                task.internal_data["due"] = step_of(task).due(self.process, self.node.id)
        return False

    def fire(self, task: Any) -> None:
        """It has happened."""
        task.internal_data["fired"] = True
        self._update(task)


class Catch(Waits, IntermediateCatchEvent):
    """An intermediate timer or message event."""


class Boundary(Waits, BoundaryEvent):
    """A boundary event."""

    def _on_ready_hook(self, task: Any) -> None:
        if self.cancel_activity:
            for other in task.parent.children:
                happened = isinstance(other.task_spec, Boundary) and other._state != TaskState.WAITING
                if not happened and other.has_state(TaskState.NOT_FINISHED_MASK):
                    other.cancel()
        elif self.node.event is not None and self.node.event.kind in REPEATING:
            task.parent._add_child(self, TaskState.WAITING)

    def _on_complete_hook(self, task: Any) -> None:
        pass


class Split(BoundaryEventSplit):
    """Stands before an element with boundary events and holds both together."""

    rest = None

    def __init__(self, spec: Any, node: Node) -> None:
        super().__init__(spec, f"/{node.id}/")

    def test(self) -> None:
        """Nothing: it is well formed by construction."""

    def _predict_hook(self, task: Any) -> None:
        task._sync_children(self.outputs, TaskState.FUTURE)

    def _update_hook(self, task: Any) -> bool:  # noqa: ARG002
        return True

    def _run_hook(self, task: Any) -> bool:  # noqa: ARG002
        return True


def listeners_beside(task: Any) -> list[Any]:
    """The armed boundary events of the task."""
    parent = task.parent
    if parent is None or not isinstance(parent.task_spec, Split):
        return []
    return [
        other
        for other in parent.children
        if isinstance(other.task_spec, Boundary) and other._state == TaskState.WAITING
    ]


def enter(workflow: Any, element: str) -> None:
    """Put a token before the element, as if a flow had brought it there."""
    spec = entrance(workflow.spec, element)
    task = workflow.task_tree._add_child(spec, TaskState.FUTURE)
    spec._update(task)


def entrance(spec: Any, element: str) -> Any:
    """The task spec through which the element is entered."""
    return spec.task_specs.get(f"/{element}/") or spec.task_specs[f"/{element}"]
