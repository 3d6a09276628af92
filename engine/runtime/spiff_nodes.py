"""The elements that take a token and pass it on, as SpiffWorkflow's task specs."""

# mypy: allow-subclassing-any
# ruff: noqa: SLF001 - the hooks that SpiffWorkflow lets one override are private by name

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    EndEvent,
    ExclusiveGateway,
    ParallelGateway,
    ServiceTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.runtime.spiff import Element, enter, is_main, listeners_beside, step_of

if TYPE_CHECKING:
    from engine.expressions import Expression
    from engine.runtime.diagram import Diagram, Node


class Start(Element, SimpleBpmnTask):
    """A start event."""


class Person(Element, UserTask):
    """A situation or an activity."""

    def _on_ready_hook(self, task: Any) -> None:
        if self.node.is_situation and is_main(task):
            step_of(task).enter(self.process, self.node.id)

    def _on_cancel(self, task: Any) -> None:
        step_of(task).withdraw(task.id.bytes)


class Action(Element, ServiceTask):
    """A service or send task: it leaves its action to the outbox."""

    def _run_hook(self, task: Any) -> bool:
        step_of(task).act(self.process, self.node)
        return True


class Rule(Element, ServiceTask):
    """A business rule task."""

    def _run_hook(self, task: Any) -> bool:
        step_of(task).ask(self.process, self.node)
        return True


class Exclusive(Element, ExclusiveGateway):
    """A choice, an automatic gateway or a merge."""

    def __init__(self, spec: Any, diagram: Diagram, node: Node, **more: Any) -> None:
        super().__init__(spec, diagram, node, **more)
        self.choice = node.id in diagram.choices
        self.ways: list[tuple[str, Expression | None, Any]] = []  # flow, condition, task spec

    def _predict_hook(self, task: Any) -> None:
        pass

    def _run_hook(self, task: Any) -> bool:
        step = step_of(task)
        flow = step.move if self.choice else step.decide(self.process, self.node, self.ways)
        task.internal_data["flow"] = flow
        target = next(target for way, _, target in self.ways if way == flow)
        task._sync_children([target], TaskState.FUTURE)
        return True


class Parallel(Element, ParallelGateway):
    """A parallel split, join or both."""

    def __init__(self, spec: Any, diagram: Diagram, node: Node, **more: Any) -> None:
        super().__init__(spec, diagram, node, **more)
        self.sources: dict[str, list[str]] = {}
        for flow in node.incoming:
            self.sources.setdefault(diagram.flows[flow].source, []).append(flow)

    def _update_hook(self, task: Any) -> bool:
        if len(self.node.incoming) < 2:  # noqa: PLR2004 - it only splits
            return True
        if task._state == TaskState.WAITING:
            return False  # only a token that arrives can complete it
        flow = self._came_by(task)
        waiting: dict[str, Any] = {}
        for other in task.workflow.tasks.values():
            if other.task_spec is self and other._state == TaskState.WAITING:
                waiting.setdefault(other.internal_data["flow"], other)
        if flow in waiting or len(waiting) + 1 < len(self.node.incoming):
            task.internal_data["flow"] = flow
            task._set_state(TaskState.WAITING)
            return False
        for other in waiting.values():
            other.cancel()
        return True

    def _came_by(self, task: Any) -> str:
        parent = task.parent
        flows = self.sources[parent.task_spec.node.id]
        if len(flows) == 1:
            return flows[0]
        if isinstance(parent.task_spec, Exclusive):
            return str(parent.internal_data["flow"])
        alike = [child.id for child in parent.children if child.task_spec is self]
        return flows[alike.index(task.id)]


class Inside(BpmnSubWorkflow):
    """A called process at work."""

    def __init__(self, caller: Any, called: str) -> None:
        self.caller = caller
        top = caller.workflow.top_workflow
        super().__init__(top.subprocess_specs[called], caller.id, top, deserializing=True)

    def _calculate_depth(self) -> int:
        return int(self.caller.workflow.depth) + 1


class Call(Element, CallActivity):
    """A call activity."""

    def _update_hook(self, task: Any) -> bool:
        if task._state != TaskState.STARTED:
            task._set_state(TaskState.STARTED)
            step = step_of(task)
            step.called.append(self.spec)
            inside = self.open(task)
            way_in = step.route.get((self.process, self.node.id))
            if way_in is None:
                inside.task_tree = Task(inside, inside.spec.start, state=TaskState.READY)
            else:
                inside.task_tree = Task(inside, inside.spec.start, state=TaskState.COMPLETED)
                enter(inside, way_in)
        return False

    def open(self, task: Any) -> Any:
        """The called process for the task, still without a root."""
        inside = Inside(task, self.spec)
        inside.completed_event.connect(self._on_subworkflow_completed, task)
        task.workflow.top_workflow.subprocesses[task.id] = inside
        return inside

    def _on_subworkflow_completed(self, inside: Any, task: Any) -> None:  # noqa: ARG002
        if task._state == TaskState.STARTED:  # an error end cancels the call it completes
            task._set_state(TaskState.READY)

    def _on_complete_hook(self, task: Any) -> None:
        super()._on_complete_hook(task)
        self._close(task)

    def _on_cancel(self, task: Any) -> None:
        inside = task.workflow.top_workflow.get_subprocess(task)
        if inside is not None:
            inside.cancel()
            self._close(task)

    def _close(self, task: Any) -> None:
        del task.workflow.top_workflow.subprocesses[task.id]
        step_of(task).returned.append(self.spec)


class End(Element, EndEvent):
    """An end event."""

    def __init__(self, spec: Any, diagram: Diagram, node: Node, **more: Any) -> None:
        super().__init__(spec, diagram, node, event_definition=NoneEventDefinition(), **more)
        self.kind = "none" if node.event is None else node.event.kind

    def _run_hook(self, task: Any) -> bool:
        step = step_of(task)
        if self.kind in {"error", "escalation"}:
            assert self.node.event is not None
            caught = _throw(task, self.kind, self.node.event.name)
            if not caught and self.kind == "error":
                step.uncaught(self.process, self.node)
        at_top = task.workflow.parent_task_id is None
        if at_top and (self.main or self.kind == "terminate"):
            step.end(self.process, self.node.id, terminated=self.kind == "terminate")
        return True

    def _on_complete_hook(self, task: Any) -> None:
        if self.kind == "terminate":
            for other in list(task.workflow.tasks.values()):
                if other.has_state(TaskState.NOT_FINISHED_MASK):
                    other.cancel()
            task.workflow._mark_complete(task)


def _throw(task: Any, kind: str, code: str) -> bool:
    """Find the boundary event for an error or escalation, from the call around the task outwards."""
    inside = task.workflow
    while inside.parent_task_id is not None:
        heard = [
            listener
            for listener in listeners_beside(inside.caller)
            if (event := listener.task_spec.node.event).kind == kind and event.name in {"", code}
        ]
        if heard:
            best = max(heard, key=lambda listener: listener.task_spec.node.event.name == code)
            best.task_spec.fire(best)
            return True
        inside = inside.caller.workflow
    return False
