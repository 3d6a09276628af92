"""Steps: each takes a ticket's tokens from one rest to the next and tells what happened; it stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.runtime import hop
from engine.runtime.codec import loads
from engine.runtime.movement import Cause, Movement, Place
from engine.runtime.outcome import told
from engine.runtime.step import Step
from engine.runtime.tokens import Armed, Token, catchers, levels, microseconds, situation_in, timers_of
from engine.runtime.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.runtime.process import Process
    from engine.runtime.step import Facts, Tables
    from engine.runtime.tokens import RestKind, Timer, Tokens


@dataclass(frozen=True, kw_only=True)
class LiveToken:
    """A token at rest; `token` is the 16-byte id of an activity, else empty."""

    token: bytes
    process: str
    element: str
    kind: RestKind


@dataclass(frozen=True, kw_only=True)
class DueTimer:
    """A timer whose instant has come; `token` as in `LiveToken`, for a boundary event its host's."""

    token: bytes
    process: str
    element: str
    due_at: datetime


def begin(process: Process, facts: Facts, now: datetime, tables: Tables) -> Movement:
    """Open a ticket."""
    step = Step(process, facts, now, tables)
    step.know({"situation": None})
    tree = Tree(process, step, ())
    tree.begin()
    return told(process, step, tree.harvest(), Cause(kind="open"))


def advance(
    process: Process, state: bytes, place: Place, move: str, facts: Facts, now: datetime, tables: Tables
) -> Movement:
    """Take a move; whether it may be taken (rights, guard, fields) has been asked before.

    Raises:
        KeyError: the ticket does not rest at `place`, or no such move leads out of it.
    """
    tokens = loads(process.rests, process.key, state)
    short = hop.hopped(process, tokens, place, move)
    if short is not None:
        return short
    token = situation_in(tokens)
    if token is None or Place(token.rest.process, token.rest.element) != place:
        raise KeyError(place)
    if all(each.id != move for each in process.situations[place].moves):
        raise KeyError(move)
    step = _step(process, place, facts, now, tables, move)
    tree = Tree(process, step, tokens)
    tree.go_on(token)
    return told(process, step, tree.harvest(), Cause(kind="move", process=place.process, element=move), place, tokens)


def deliver(
    process: Process,
    state: bytes,
    place: Place,
    message: str,
    payload_facts: Mapping[str, Any],
    facts: Facts,
    now: datetime,
    tables: Tables,
) -> Movement | None:
    """Give a message to the innermost that waits for it; None if nobody does.

    Args:
        payload_facts: declared names with their values; expressions see them as `message.<name>`.
    """
    tokens = loads(process.rests, process.key, state)
    heard = [
        (-depth, not main, token.rest.order, token, armed)
        for depth, main, name, token, armed in catchers(tokens)
        if name == message
    ]
    if not heard:
        return None
    *_, token, armed = min(heard, key=lambda each: each[:3])
    step = _step(process, place, facts, now, tables)
    step.know({f"message.{name}": value for name, value in payload_facts.items()})
    cause = Cause(kind="message", process=token.rest.process, element=_element(token, armed))
    return _happen(process, step, tokens, armed or token, cause, place)


def tick(process: Process, state: bytes, place: Place, facts: Facts, now: datetime, tables: Tables) -> Movement | None:
    """Let the earliest due timer fire, and only that one; None when none is due."""
    tokens = loads(process.rests, process.key, state)
    timer = next(iter(_due(tokens, now)), None)
    if timer is None:
        return None
    rest = timer.token.rest
    cause = Cause(kind="timer", process=rest.process, element=timer.element, due_at=timer.due_at)
    step = _step(process, place, facts, now, tables)
    return _happen(process, step, tokens, timer.armed or timer.token, cause, place)


def finish(
    process: Process,
    state: bytes,
    place: Place,
    token: bytes,
    outcome: str,
    facts: Facts,
    now: datetime,
    tables: Tables,
) -> Movement:
    """Send on the token of an activity that is done or archived.

    Raises:
        KeyError: no activity has this token.
    """
    tokens = loads(process.rests, process.key, state)
    found = next((each for each, _ in levels(tokens) if each.id and each.id == token), None)
    if found is None:
        raise KeyError(token)
    step = _step(process, place, facts, now, tables)
    step.know({"activity.outcome": outcome})
    tree = Tree(process, step, tokens)
    tree.go_on(found)
    cause = Cause(kind="activity", process=found.rest.process, element=found.rest.element)
    return told(process, step, tree.harvest(), cause, place, tokens, finished=token)


def relocate(process: Process, target: Place, facts: Facts, now: datetime, tables: Tables) -> Movement:
    """Begin one token at the situation, inside the calls that lead to its process; nothing else is left.

    Raises:
        KeyError: the process has no such situation.
    """
    if target not in process.situations or target.process not in process.routes:
        raise KeyError(target)
    calls = process.routes[target.process]
    *outer, last = (*(element for _, element in calls), target.element)
    entries = (*outer, last)
    step = Step(process, facts, now, tables)
    step.know({"situation": None})
    step.route = dict(zip(calls, entries[1:], strict=True))
    tree = Tree(process, step, ())
    tree.begin_at(entries[0])
    return told(process, step, tree.harvest(), Cause(kind="relocation"))


def due(process: Process, state: bytes, now: datetime) -> tuple[DueTimer, ...]:
    """The timers whose instant has come, in the order in which ticks let them fire."""
    return tuple(
        DueTimer(
            token=timer.token.id,
            process=timer.token.rest.process,
            element=timer.element,
            due_at=timer.due_at,
        )
        for timer in _due(loads(process.rests, process.key, state), now)
    )


def live(process: Process, state: bytes) -> tuple[LiveToken, ...]:
    """All tokens at rest, each call before what is inside it."""
    return tuple(
        LiveToken(token=t.id, process=t.rest.process, element=t.rest.element, kind=t.rest.kind)
        for t, _ in levels(loads(process.rests, process.key, state))
    )


def _step(process: Process, place: Place, facts: Facts, now: datetime, tables: Tables, move: str = "") -> Step:
    step = Step(process, facts, now, tables, move)
    step.know({"situation": place.element})
    return step


def _happen(
    process: Process, step: Step, tokens: Tokens, caught: Token | Armed, cause: Cause, place: Place
) -> Movement:
    tree = Tree(process, step, tokens)
    tree.happen(caught)
    return told(process, step, tree.harvest(), cause, place, tokens)


def _due(tokens: Tokens, now: datetime) -> list[Timer]:
    instant = microseconds(now)
    return [timer for timer in timers_of(tokens) if timer.due <= instant]


def _element(token: Token, armed: Armed | None) -> str:
    return token.rest.element if armed is None else armed.listener.element
