"""A token game played straight on the diagrams: what a step must come to, found in another way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from re import fullmatch


class Stops(Exception):  # noqa: N818
    """The step cannot be finished; the argument is the kind of Stuck that says so."""


class Token:
    def __init__(self, level, node, armed=None):
        self.level, self.node, self.armed = level, node, armed or {}
        self.due = self.flow = self.inner = None
        self.born = next(level.game.births)


class Level:
    def __init__(self, game, diagram, caller=None):
        self.game, self.diagram, self.caller = game, diagram, caller
        self.tokens, self.over, self.flying = [], False, 0

    @property
    def depth(self):
        return 0 if self.caller is None else 1 + self.caller.level.depth

    def on_main(self, node):
        return node.id in self.diagram.main and (self.caller is None or self.caller.level.on_main(self.caller.node))

    def everything(self):
        for token in list(self.tokens):
            yield token
            if token.inner is not None:
                yield from token.inner.everything()


class Game:
    def __init__(self, process):
        self.process, self.births = process, count()
        hint = process.start_situation_hint
        self.place, self.ended, self.top = (hint.process, hint.element), False, None

    def begin(self, facts, now):
        self.top = Level(self, self.process.diagrams[self.process.key])
        start = next(node for node in self.top.diagram.nodes.values() if node.kind == "start")
        self._play(facts, now, lambda: self._flow_on(self.top, start))

    def move(self, flow, facts, now):
        token = next(t for t in self.top.everything() if t.node.is_situation)
        self._play(facts, now, lambda: self._leave(token, flow))

    def finish(self, token, facts, now):
        self._play(facts, now, lambda: self._leave(token, None))

    def message(self, name, facts, now):
        def rank(found):
            token, event = found
            order = list(token.level.diagram.nodes).index
            return (-token.level.depth, not self._main(token), order(token.node.id), order(event.id), token.born)

        heard = [
            (t, e)
            for t in self.top.everything()
            for e in self._events(t)
            if e.event.kind == "message" and e.event.name == name
        ]
        if not heard:
            return False
        token, event = min(heard, key=rank)
        self._play(facts, now, lambda: self._happen(token, event))
        return True

    def tick(self, facts, now):
        set_now = [
            (due, t.level.depth, list(t.level.diagram.nodes).index(e.id), t.born, t, e)
            for t in self.top.everything()
            for e in self._events(t)
            if (due := t.due if e is t.node else t.armed[e.id]) is not None and due <= now
        ]
        if not set_now:
            return False
        *_, token, event = min(set_now, key=lambda each: each[:4])
        self._play(facts, now, lambda: self._happen(token, event))
        return True

    def _events(self, token):
        own = [token.node] if token.node.kind == "catch" else []
        return own + [token.level.diagram.nodes[each] for each in token.armed]

    def _play(self, facts, now, first):
        before = [t for t in self.top.everything() if t.node.is_activity]
        self.facts, self.now, self.todo = facts, now, []
        self.entered, self.acts, self.called, self.returned, self.reached = [], [], Counter(), Counter(), None
        self.closed, self.terminated, self.left = set(), set(), None
        first()
        while self.todo:
            self.todo.pop(0)()
        if not self.ended and not any(self._main(t) for t in self.top.tokens):
            self.ended = True
            self.entered.append(self.reached)
        self.entered = self.entered[-1:]
        if self.entered:
            self.place = self.entered[-1]
            if self._standing() != "open":
                self._close()
        live = list(self.top.everything())
        if sum(t.inner is None for t in live) > 20:
            raise Stops("too_many_tokens")
        self.dropped = Counter(
            (t.level.diagram.key, t.node.id, "ticket_closed" if t in self.closed else "interrupted")
            for t in before
            if t not in live and t is not self.left
        )
        self.created = Counter((t.level.diagram.key, t.node.id) for t in live if t.node.is_activity and t not in before)

    def _close(self):
        for token in list(self.top.everything()):
            if not self._main(token) and token in token.level.tokens:
                self.closed |= {token, *(token.inner.everything() if token.inner else ())}
                token.level.tokens.remove(token)
        self.closed |= self.terminated

    def _standing(self):
        key, element = self.place
        node = self.process.diagrams[key].nodes[element]
        return node.properties.get("standing", "finished" if node.kind == "end" else "open")

    def _main(self, token):
        return token.level.on_main(token.node)

    def _leave(self, token, flow):
        self.left = token
        token.level.tokens.remove(token)
        if flow is None:
            self._flow_on(token.level, token.node)
        else:
            self._along(token.level, token.level.diagram.flows[flow])

    def _happen(self, token, event):
        self.left = None
        self._caught(token, event)

    def _caught(self, token, event):
        level = token.level
        if event is token.node:
            level.tokens.remove(token)
        elif event.interrupting or event.event.kind == "error":
            self._remove(token)
        elif event.event.kind == "timer":
            del token.armed[event.id]
        self._flow_on(level, event)

    def _remove(self, token):
        token.level.tokens.remove(token)
        if token.inner is not None:
            for each in list(token.inner.everything()):
                self._remove(each) if each in each.level.tokens else None
            token.inner.over = True
            self.returned[token.node.called] += 1

    def _flow_on(self, level, node):
        for flow in node.outgoing:
            self._along(level, level.diagram.flows[flow])

    def _along(self, level, flow):
        level.flying += 1
        self.todo.append(lambda: self._arrive(level, level.diagram.nodes[flow.target], flow))

    def _arrive(self, level, node, flow):
        level.flying -= 1
        if level.over:
            return
        armed = {}
        for each in level.diagram.nodes.values():
            if each.attached_to == node.id:
                armed[each.id] = self._due(each) if each.event.kind == "timer" else None
        getattr(self, f"_at_{node.kind}")(level, node, flow, armed)

    def _at_user_task(self, level, node, flow, armed):
        level.tokens.append(Token(level, node, armed))
        if node.is_situation and level.on_main(node):
            self.entered.append((level.diagram.key, node.id))

    def _at_service_task(self, level, node, flow, armed):
        self.acts.append((level.diagram.key, node.id))
        self._flow_on(level, node)

    _at_send_task = _at_service_task

    def _at_exclusive(self, level, node, flow, armed):
        ways = [level.diagram.flows[each] for each in node.outgoing]
        wanted = [
            w
            for w in ways
            if w.condition and fullmatch(r'priority = "(\w+)"', w.condition)[1] == self.facts["priority"]
        ]
        wanted += [w for w in ways if w.id == node.default or len(ways) == 1]
        if not wanted:
            raise Stops("no_way_out")
        self._along(level, wanted[0])

    def _at_parallel(self, level, node, flow, armed):
        token = Token(level, node)
        token.flow = flow.id
        level.tokens.append(token)
        here = [t for t in level.tokens if t.node is node]
        if {t.flow for t in here} == set(node.incoming):
            for wanted in node.incoming:
                level.tokens.remove(next(t for t in here if t.flow == wanted))
            self._flow_on(level, node)

    def _at_call(self, level, node, flow, armed):
        token = Token(level, node, armed)
        level.tokens.append(token)
        self.called[node.called] += 1
        token.inner = Level(self, self.process.diagrams[node.called], token)
        self._flow_on(token.inner, next(n for n in token.inner.diagram.nodes.values() if n.kind == "start"))

    def _at_catch(self, level, node, flow, armed):
        token = Token(level, node)
        token.due = self._due(node) if node.event.kind == "timer" else None
        level.tokens.append(token)

    def _at_end(self, level, node, flow, armed):
        kind = node.event.kind
        if kind == "terminate":
            everything = set(level.everything())
            for token in list(level.tokens):
                self._remove(token)
            level.over = True
            if level.caller is None:
                self.terminated, self.ended = everything, True
                self.entered.append((level.diagram.key, node.id))
        if kind in {"error", "escalation"} and not self._thrown(level, node) and kind == "error":
            raise Stops("uncaught")
        if level.caller is None and level.on_main(node):
            self.reached = (level.diagram.key, node.id)
        self.todo.append(lambda: self._maybe_over(level))

    def _maybe_over(self, level):
        left = level.tokens or level.flying
        if level.caller is None or left or level.caller not in level.caller.level.tokens:
            return
        level.over = True
        level.caller.level.tokens.remove(level.caller)
        self.returned[level.diagram.key] += 1
        self._flow_on(level.caller.level, level.caller.node)

    def _thrown(self, level, node):
        while level.caller is not None:
            token = level.caller
            fit = [
                e
                for e in self._events(token)
                if e.event.kind == node.event.kind and e.event.name in {node.event.name, ""}
            ]
            if fit:
                self._caught(token, min(fit, key=lambda e: e.event.name == ""))
                return True
            level = token.level
        return False

    def _due(self, node):
        return self.now + timedelta(minutes=int(fullmatch(r"PT(\d+)M", node.event.timer[1])[1]))
