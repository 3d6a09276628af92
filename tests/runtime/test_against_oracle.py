"""Random diagrams, walked at random: every step says what an independent token game says."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from engine.runtime import walk
from engine.runtime.codec import loads
from engine.runtime.movement import Stuck
from engine.runtime.tokens import at, live_count

DIAGRAMS = 34  # for each of the two seeds; tickets: of each of them
TICKETS = 3
STEPS = 40
SEEN = (
    *("open", "move", "activity", "timer", "message", "ended", "no_way_out"),
    *("called", "returned", "interrupted", "ticket_closed", "waits: join", "waits: activity", "waits: call"),
)


@pytest.mark.parametrize("seed", [20260302, 7])
def test_random_diagrams_are_walked_as_the_token_game_says(seed, draw, compiled, sketching, oracle, now, tables):
    random, kinds = Random(seed), Counter()
    for number in range(DIAGRAMS):
        process = compiled(*sketching.processes(random, draw))
        for _ in range(TICKETS):
            kinds += walked(Walk(process, random, oracle, now, tables), f"diagram {number}")
    assert not set(SEEN) - set(kinds), kinds


@pytest.mark.parametrize("key", ["atendimento", "compras", "vigia"])
def test_drawn_diagrams_are_walked_as_the_token_game_says(key, drawn, oracle, now, tables):
    random, kinds = Random(key), Counter()
    for _ in range(25):
        kinds += walked(Walk(drawn(key), random, oracle, now, tables), key)
    assert all(kinds[kind] > 5 for kind in ("move", "activity", "timer", "message")), kinds


def walked(walk_, name):
    try:
        walk_.go(STEPS)
    except AssertionError as wrong:
        raise AssertionError(f"{name}: {walk_.told}") from wrong
    return walk_.kinds


class Walk:
    """One ticket, in the engine and in the oracle side by side."""

    def __init__(self, process, random, oracle, now, tables):
        self.process, self.random, self.oracle, self.now, self.tables = process, random, oracle, now, tables
        self.kinds, self.told = Counter(), []
        self.game = oracle.Game(process)
        self.movement = None

    def go(self, steps):
        self.facts = {"priority": self.random.choice(("alta", "baixa"))}
        if not self.step("begin", self._begin, lambda: self.game.begin(self.facts, self.now)):
            return
        for _ in range(steps):
            self.now += timedelta(
                minutes=self.random.choice((0, 20, 90, 240)), microseconds=self.random.randrange(10**6)
            )
            self.facts = {"priority": self.random.choice(("alta", "baixa", "alta", "baixa", "outra"))}
            options = [self.message, self.message, self.tick, self.tick]
            live = [t for t in self._tokens() if not t[2].inner]
            if any(t[2].rest.kind == "situation" and self.game.place == t[1] for t in live):
                options += [self.move] * 4
            if any(t[2].id for t in live):
                options += [self.finish] * 2
            if not self.random.choice(options)():
                return
            if not self.movement.state:
                self.kinds["ended"] += 1
                return

    def _begin(self):
        return walk.begin(self.process, self.facts, self.now, self.tables)

    def move(self):
        moves = self.process.situations[self.movement.place].moves
        staying = [move for move in moves if move.leads_to not in self.process.ends]
        flow = self.random.choice(staying if staying and self.random.random() < 0.9 else moves).id
        before = (self.process, self.movement.state, self.movement.place)
        return self.step(
            f"move {flow}",
            lambda: walk.advance(*before, flow, self.facts, self.now, self.tables),
            lambda: self.game.move(flow, self.facts, self.now),
        )

    def finish(self):
        path, _, token = self.random.choice([t for t in self._tokens() if t[2].id])
        like = next(t for t in self.game.top.everything() if _seen_there(t) == _seen(path, token))
        before = (self.process, self.movement.state, self.movement.place)
        return self.step(
            f"finish {token.rest.element}",
            lambda: walk.finish(*before, token.id, "done", self.facts, self.now, self.tables),
            lambda: self.game.finish(like, self.facts, self.now),
        )

    def message(self):
        name = self.random.choice(("customer_replied", "visit_done", "unknown"))
        before = (self.process, self.movement.state, self.movement.place)
        return self.step(
            f"message {name}",
            lambda: walk.deliver(*before, name, {}, self.facts, self.now, self.tables),
            lambda: self.game.message(name, self.facts, self.now),
        )

    def tick(self):
        before = (self.process, self.movement.state, self.movement.place)
        waiting = {timer.due_at for timer in walk.due(*before[:2], self.now)}
        assert all(due <= self.now for due in waiting)
        return self.step(
            "tick",
            lambda: walk.tick(*before, self.facts, self.now, self.tables),
            lambda: self.game.tick(self.facts, self.now),
        )

    def step(self, told, ours, theirs):
        """Take the step on both sides; False when it got stuck, alike."""
        self.told.append(told)
        stuck = movement = None
        try:
            movement = ours()
        except Stuck as stopped:
            stuck = stopped.kind
        happened = foul = None
        try:
            happened = theirs()
        except self.oracle.Stops as stopped:
            foul = stopped.args[0]
        assert stuck == foul
        if stuck is not None:
            self.kinds[stuck] += 1
            return False
        if movement is None or happened is False:
            assert movement is None
            assert happened is False
            return True
        self.kinds.update([movement.cause.kind, *(cause for _, cause in movement.dropped)])
        self.kinds.update({"called": len(movement.called), "returned": len(movement.returned)})
        if movement.waiting is not None:
            self.kinds[f"waits: {movement.waiting.cause}"] += 1
        left, self.movement = self.movement, movement
        self.compare(movement, left)
        return True

    def compare(self, movement, left):
        game, live = self.game, self._tokens()
        assert Counter(_seen(path, token) for path, _, token in live) == Counter(
            _seen_there(token) for token in game.top.everything()
        )
        assert (movement.place.process, movement.place.element) == game.place
        assert movement.left == (None if left is None else left.place)
        assert [(p.process, p.element) for p in movement.entered] == game.entered
        assert movement.ended == game.ended
        assert Counter((new.process, new.element) for new in movement.created) == game.created
        assert Counter(cause for _, cause in movement.dropped) == Counter(
            cause for (_, _, cause), number in game.dropped.items() for _ in range(number)
        )
        assert Counter(movement.called) == game.called
        assert Counter(movement.returned) == game.returned
        if not game.returned:
            assert sorted((act.process, act.element) for act in movement.acts) == sorted(game.acts)
        dues = [t.due for t in game.top.everything() if t.due] + [
            due for t in game.top.everything() for due in t.armed.values() if due
        ]
        assert movement.timer_due_at == min(dues, default=None)
        rests = [t for t in game.top.everything() if t.node.is_situation and t.level.on_main(t.node)]
        assert (movement.waiting is None) == (bool(rests) or game.ended)
        assert live_count(loads(self.process.rests, self.process.key, movement.state)) <= 20

    def _tokens(self):
        return list(_walked(loads(self.process.rests, self.process.key, self.movement.state), ()))


def _walked(tokens, path):
    for token in tokens:
        yield path, (token.rest.process, token.rest.element), token
        yield from _walked(token.inner, (*path, token.rest.element))


def _seen(path, token):
    armed = tuple((a.listener.element, a.due and at(a.due)) for a in token.armed)
    return path, token.rest.element, token.flow or None, token.due and at(token.due), tuple(sorted(armed))


def _seen_there(token):
    path, level = [], token.level
    while level.caller is not None:
        path.insert(0, level.caller.node.id)
        level = level.caller.level
    return tuple(path), token.node.id, token.flow, token.due, tuple(sorted(token.armed.items()))
