"""The short cut for plain moves: from one situation straight to the next, without SpiffWorkflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.codec import dumps
from engine.runtime.movement import Cause, Movement, Place
from engine.runtime.tokens import Token, awaited_in, timers_of

if TYPE_CHECKING:
    from engine.runtime.process import Process
    from engine.runtime.tokens import Rest, Tokens


def hopped(process: Process, tokens: Tokens, place: Place, move: str) -> Movement | None:
    """The movement, if the move is plain and its token the only one; else None."""
    target = process.hops.get((place, move))
    if target is None:
        return None
    after = _replaced(tokens, place, target)
    if after is None:
        return None
    reached = Place(target.process, target.element)
    timers = timers_of(after) if after[0].inner else ()
    return Movement(
        state=dumps(process.key, after),
        left=place,
        place=reached,
        cause=Cause(kind="move", process=place.process, element=move),
        entered=(reached,),
        timer_due_at=timers[0].due_at if timers else None,
        awaits=awaited_in(after) if after[0].inner else frozenset(),
    )


def _replaced(tokens: Tokens, place: Place, target: Rest) -> Tokens | None:
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.inner:
        inner = _replaced(token.inner, place, target)
        return None if inner is None else (Token(token.rest, armed=token.armed, inner=inner),)
    if token.rest.element != place.element or token.rest.process != place.process:
        return None
    return (Token(target),)
