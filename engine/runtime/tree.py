"""SpiffWorkflow's task tree, planted from tokens, walked, and harvested into tokens again.

This is the one place that runs a task: it adds the next tasks just before, and takes what is done out of the tree
just after, so that the tree stays as small as its tokens however long a ticket lives.
"""

# ruff: noqa: SLF001 - the task tree is private by name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.runtime.movement import Stuck
from engine.runtime.spiff import Split, enter, entrance, listeners_beside
from engine.runtime.tokens import Armed, Token

if TYPE_CHECKING:
    from engine.runtime.process import Process
    from engine.runtime.step import Step
    from engine.runtime.tokens import Rest, Tokens

_MAX_STEPS: Final = 1_000  # of one move; no diagram that the linter accepts comes near
_MAX_TASKS: Final = 2_000  # in the tree of one process
_STATES: Final = {"situation": TaskState.READY, "activity": TaskState.READY, "call": TaskState.STARTED}
_RESTING: Final = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class Tree:
    """The tokens of one ticket as SpiffWorkflow's tasks, for one step."""

    def __init__(self, process: Process, step: Step, tokens: Tokens) -> None:
        self._step = step
        self._tasks: dict[int, Any] = {}  # by id() of the token or armed event
        self._steps = 0
        self._tokens = tokens  # keeps those ids from being used again
        self._top = BpmnWorkflow(process.specs[process.key], process.specs, script_engine=step, deserializing=True)
        self._plant(self._top, tokens)

    def begin(self) -> None:
        """Start the process."""
        self._top.task_tree._set_state(TaskState.READY)
        self._settle()

    def begin_at(self, element: str) -> None:
        """Put the only token before the element."""
        enter(self._top, element)
        self._settle()

    def go_on(self, token: Token) -> None:
        """Let the token leave the situation or activity where it rests."""
        self._run(self._tasks[id(token)])
        self._settle()

    def happen(self, caught: Token | Armed) -> None:
        """Let an event happen for the catch event or boundary event that waits for it."""
        task = self._tasks[id(caught)]
        task.task_spec.fire(task)
        self._settle()

    def harvest(self) -> Tokens:
        """The tokens that rest now."""
        return self._harvest(self._top)

    def _plant(self, workflow: Any, tokens: Tokens) -> None:
        root = workflow.task_tree = Task(workflow, workflow.spec.start, state=TaskState.COMPLETED)
        for token in tokens:
            rest, parent = token.rest, root
            if rest.listeners:
                parent = Task(workflow, entrance(workflow.spec, rest.element), root, TaskState.COMPLETED)
            identity = UUID(bytes=token.id) if token.id else None
            state = _STATES.get(rest.kind, TaskState.WAITING)
            task = Task(workflow, workflow.spec.task_specs[f"/{rest.element}"], parent, state, identity)
            task.internal_data = _internal(token)
            self._tasks[id(token)] = task
            for armed in token.armed:
                spec = workflow.spec.task_specs[f"/{armed.listener.element}"]
                listener = Task(workflow, spec, parent, TaskState.WAITING)
                listener.internal_data = _internal(armed)
                self._tasks[id(armed)] = listener
            if token.inner:
                self._plant(task.task_spec.open(task), token.inner)

    def _harvest(self, workflow: Any) -> Tokens:
        return tuple(
            self._token(workflow, task, task.task_spec.rest)
            for task in workflow.tasks.values()
            if task._state & _RESTING and getattr(task.task_spec, "rest", None) is not None
        )

    def _token(self, workflow: Any, task: Any, rest: Rest) -> Token:
        inner: Tokens = ()
        if rest.kind == "call":
            inner = self._harvest(workflow.top_workflow.subprocesses[task.id])
            if not inner:
                raise lost(rest.called)
        return Token(
            rest,
            id=task.id.bytes if rest.kind == "activity" else b"",
            flow=task.internal_data["flow"] if rest.kind == "join" else "",
            due=task.internal_data.get("due"),
            armed=_armed(task, rest) if rest.listeners else (),
            inner=inner,
        )

    def _settle(self) -> None:
        """Run what needs nobody until all tokens rest; no timer fires on the way."""
        busy = True
        while busy:
            inside = sorted(self._top.subprocesses.values(), key=lambda workflow: -workflow.depth)
            busy = False
            for workflow in (*inside, self._top):
                for task in list(workflow.tasks.values()):
                    if task._state == TaskState.READY and not task.task_spec.manual:
                        self._run(task)
                        busy = True

    def _run(self, task: Any) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            detail = "Um só passo percorreu mais de 1.000 elementos; o diagrama dá voltas sem esperar por nada."
            raise Stuck("too_many_steps", task.workflow.spec.name, _element(task), detail)
        task.task_spec._predict_hook(task)
        task.run()
        _prune(task)
        if len(task.workflow.tasks) > _MAX_TASKS:
            raise too_many_tokens(task.workflow.spec.name, _element(task))


def lost(process: str) -> Stuck:
    """The tokens are gone though no end was reached."""
    return Stuck("lost", process, "", "O chamado ficaria sem situação nem espera: o diagrama não diz como prossegue.")


def too_many_tokens(process: str, element: str = "") -> Stuck:
    """More happens at once than a ticket may hold."""
    return Stuck("too_many_tokens", process, element, "O chamado teria mais de 20 ramos abertos ao mesmo tempo.")


def _internal(part: Token | Armed) -> dict[str, Any]:
    if isinstance(part, Token) and part.flow:
        return {"flow": part.flow}
    return {} if part.due is None else {"due": part.due}


def _armed(task: Any, rest: Rest) -> tuple[Armed, ...]:
    found = (
        Armed(rest.listeners[listener.task_spec.node.id], listener.internal_data.get("due"))
        for listener in listeners_beside(task)
    )
    return tuple(sorted(found, key=lambda armed: armed.listener.order))


def _prune(task: Any) -> None:
    """Take a finished task out of the tree and hang what follows it under the root."""
    workflow = task.workflow
    root = workflow.task_tree
    if task is root or isinstance(task.task_spec, Split) or task.id not in workflow.tasks:
        return
    parent = task.parent
    for child in task._children:
        workflow.tasks[child]._parent = root.id
        root._children.append(child)
    parent._children.remove(task.id)
    del workflow.tasks[task.id]
    if isinstance(parent.task_spec, Split) and not any(
        child.has_state(TaskState.NOT_FINISHED_MASK) for child in parent.children
    ):
        _drop(parent)


def _drop(split: Any) -> None:
    """Forget an element with boundary events once neither it nor any of them is alive."""
    workflow = split.workflow
    for child in split._children:
        del workflow.tasks[child]
    split.parent._children.remove(split.id)
    del workflow.tasks[split.id]


def _element(task: Any) -> str:
    node = getattr(task.task_spec, "node", None)
    return "" if node is None else str(node.id)
