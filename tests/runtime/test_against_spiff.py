"""Random walks in the engine, loaded and stored at every step, and in stock SpiffWorkflow that is never stored.

Stock SpiffWorkflow is asked only where it is right. It is wrong, and a walk ends, where a parallel block is entered
again (its join then fires too early) and where an error both completes a called process and interrupts it, or two
boundary events catch it (tokens then go on from each). It is not asked about a message that several wait for (it
gives it to all), nor for one a boundary event has heard before (it listens once), nor about two timers due at once
(it fires both).
"""

import datetime as dt
import re
from collections import Counter
from random import Random

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, timer
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    IntermediateCatchEventMixin,
    ParallelGatewayMixin,
    SubWorkflowTaskMixin,
)
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.runtime import walk
from engine.runtime.codec import loads
from engine.runtime.movement import Stuck
from engine.runtime.tokens import catchers

WALKS = 36
STEPS = 25


@pytest.mark.parametrize("seed", [4_580, 21_348])
def test_stepping_through_bytes_is_stepping_in_memory(seed, draw, compiled, sketching, now, tables, monkeypatch):
    random, kinds = Random(seed), Counter()
    for number in range(WALKS):
        drawings = sketching.processes(random, draw, closing=False)
        both = Both(compiled(*drawings), {d.key: d.xml() for d in drawings}, random, now, tables, monkeypatch)
        try:
            both.go()
        except AssertionError as wrong:
            raise AssertionError(f"diagram {number}: {both.told[-3:]}") from wrong
        kinds.update(both.kinds)
    assert all(kinds[kind] > 10 for kind in ("move", "activity", "timer", "message", "call", "join")), kinds


class Engine(PythonScriptEngine):
    """Conditions see nothing but the facts of the step."""

    facts = None

    def evaluate(self, task, expression, external_context=None):
        return eval(expression, {}, dict(self.facts))


class Both:
    def __init__(self, process, raws, random, now, tables, monkeypatch):
        self.process, self.random, self.now, self.tables = process, random, now, tables
        self.told, self.kinds, self.movement = [], Counter(), None
        outer = self

        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz=None):
                return outer.now.astimezone(tz)

        monkeypatch.setattr(timer, "datetime", Clock)
        parser = BpmnParser()
        for key, raw in raws.items():
            parser.add_bpmn_str(_for_stock(raw.decode(), process, key).encode())
        self.engine = Engine()
        specs = parser.get_subprocess_specs(process.key)
        self.stock = BpmnWorkflow(parser.get_spec(process.key), specs, script_engine=self.engine)

    def go(self):
        self.know("")
        self.movement = walk.begin(self.process, self.facts, self.now, self.tables)
        self.settle()
        for _ in range(STEPS):
            if self.asks_too_much() or self.two_are_due() or not self.movement.state:
                return
            self.compare()
            options = [self.message, self.tick, *[self.finish] * 2, *[self.move] * 3]
            try:
                self.random.choice(options)()
            except Stuck:
                return  # at an error that nobody catches

    def know(self, move):
        self.facts = {"priority": self.random.choice(("alta", "baixa"))}
        self.engine.facts = {**self.facts, "move": move}

    def before(self):
        return self.process, self.movement.state, self.movement.place

    def settle(self):
        while any(not t.task_spec.manual for t in self.stock.get_tasks(state=TaskState.READY)):
            self.stock.do_engine_steps()

    def move(self):
        if self.movement.waiting or self.movement.ended:
            return
        flow = self.random.choice(self.process.situations[self.movement.place].moves).id
        self.told.append(flow)
        self.know(flow)
        element = self.movement.place.element
        self.movement = walk.advance(*self.before(), flow, self.facts, self.now, self.tables)
        self.ready(element).run()
        self.settle()
        self.kinds["move"] += 1

    def finish(self):
        open_now = [t for t in walk.live(*self.before()[:2]) if t.token]
        if not open_now:
            return
        chosen = self.random.choice(open_now)
        if sum(t.element == chosen.element for t in open_now) > 1:
            return  # which of them it is in stock cannot be told
        self.told.append(chosen.element)
        self.know("")
        self.movement = walk.finish(*self.before(), chosen.token, "done", self.facts, self.now, self.tables)
        self.ready(chosen.element).run()
        self.settle()
        self.kinds["activity"] += 1

    def ready(self, element):
        return next(t for t in self.stock.get_tasks(state=TaskState.READY) if t.task_spec.name == element)

    def message(self):
        name = self.random.choice(("customer_replied", "visit_done"))
        tokens = loads(self.process.rests, self.process.key, self.movement.state)
        ours = [each for each in catchers(tokens) if each[2] == name]
        theirs = [e for e in self.stock.waiting_events() if e.event_type.startswith("Message") and e.name == name]
        if len(ours) != 1 or len(theirs) != 1:
            return
        self.told.append(name)
        self.know("")
        self.movement = walk.deliver(*self.before(), name, {}, self.facts, self.now, self.tables)
        self.stock.send_event(BpmnEvent(MessageEventDefinition(name)))
        self.settle()
        self.kinds["message"] += 1

    def tick(self):
        due = self.movement.timer_due_at
        if due is None:
            return
        self.now = due + dt.timedelta(microseconds=1)
        self.told.append("tick")
        self.know("")
        self.movement = walk.tick(*self.before(), self.facts, self.now, self.tables)
        self.stock.refresh_timers()
        self.settle()
        self.kinds["timer"] += 1

    def two_are_due(self):
        due = self.movement.timer_due_at
        return due is not None and len(walk.due(*self.before()[:2], due + dt.timedelta(microseconds=1))) > 1

    def asks_too_much(self):
        """Whether stock has gone wrong, or a parallel block has been entered a second time."""
        for event in self.stock.get_tasks(state=TaskState.COMPLETED, spec_class=BoundaryEventMixin):
            beside = [t.task_spec for t in event.parent.children if t is not event and t.state == TaskState.COMPLETED]
            if event.task_spec.cancel_activity and any(getattr(spec, "cancel_activity", True) for spec in beside):
                return True
        done = Counter(
            (id(t.workflow), t.task_spec.name)
            for t in self.stock.get_tasks(state=TaskState.COMPLETED)
            if isinstance(t.task_spec, ParallelGatewayMixin)
        )
        self.kinds["join"] += any(name.startswith("fecha") for _, name in done)
        return any(number > 1 for number in done.values())

    def compare(self):
        live = Counter((t.process, t.element) for t in walk.live(*self.before()[:2]) if t.kind != "join")
        joins = {(t.process, t.element) for t in walk.live(*self.before()[:2]) if t.kind == "join"}
        self.kinds["call"] += any(t.kind == "call" for t in walk.live(*self.before()[:2]))
        at_rest = self.stock.get_tasks(state=TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        stock, stock_joins = Counter(), set()
        for task in at_rest:
            spec, name = task.task_spec, (task.workflow.spec.name, task.task_spec.name)
            if isinstance(spec, ParallelGatewayMixin):
                stock_joins.add(name)
            elif spec.manual or isinstance(spec, IntermediateCatchEventMixin | SubWorkflowTaskMixin):
                assert not isinstance(spec, BoundaryEventMixin)
                stock[name] += 1
        assert live == stock
        assert joins == stock_joins


def _for_stock(raw, process, key):
    """The same diagram as stock SpiffWorkflow understands it."""
    raw = re.sub(r"serviceTask", "exclusiveGateway", raw)
    raw = re.sub(r'priority = "(\w+)"', r"priority == '\1'", raw)
    raw = re.sub(r">(PT\d+M)<", r">'\1'<", raw)
    offered = [s.moves for s in process.situations.values() if s.place.process == key]
    chosen = {move.id for moves in offered for move in moves if len(moves) > 1}

    def conditioned(found):
        if found[1] not in chosen:
            return found[0]
        return f"{found[0]}<conditionExpression>move == '{found[1]}'</conditionExpression>"

    return re.sub(r'<sequenceFlow id="(\w+)"[^>]*>', conditioned, raw)
