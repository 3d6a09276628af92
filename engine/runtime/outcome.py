"""What a step did, told as a movement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.codec import dumps
from engine.runtime.movement import Movement, NewActivity, Place
from engine.runtime.tokens import (
    MAX_LIVE,
    activities_of,
    awaited_in,
    live_count,
    main_of,
    timers_of,
    waiting_in,
)
from engine.runtime.tree import lost, too_many_tokens

if TYPE_CHECKING:
    from engine.runtime.movement import Cause
    from engine.runtime.process import Process
    from engine.runtime.step import Step
    from engine.runtime.tokens import Tokens


def told(
    process: Process,
    step: Step,
    tokens: Tokens,
    cause: Cause,
    left: Place | None = None,
    before: Tokens = (),
    finished: bytes = b"",
) -> Movement:
    """The movement, once side branches have been dropped where the ticket closes.

    Args:
        process: the ticket's process.
        step: what was told on the way.
        tokens: those at rest after the step.
        cause: why the step was made.
        left: the place before it.
        before: the tokens before it.
        finished: the activity whose end was the cause.

    Raises:
        Stuck: nothing is left though no end was reached, or there are too many tokens.
    """
    ended = not any(token.rest.main for token in tokens)
    entered = tuple(step.entered[-1:])  # one that a parallel branch takes away again has not been entered
    if ended and step.ended_at is not None:
        entered = (step.ended_at,)
    elif ended and (not before or any(token.rest.main for token in before)):
        raise lost(process.key)
    place = entered[-1] if entered else left or process.start_situation_hint
    if place is None:
        raise lost(process.key)
    closes = bool(entered) and _standing(process, place) != "open"
    kept = main_of(tokens) if closes else tokens
    if live_count(kept) > MAX_LIVE:
        raise too_many_tokens(process.key)
    old, settled, new = activities_of(before), activities_of(tokens), activities_of(kept)
    timers = timers_of(kept)
    return Movement(
        state=dumps(process.key, kept),
        left=left,
        place=place,
        cause=cause,
        entered=entered,
        ended=ended,
        waiting=waiting_in(kept),
        timer_due_at=timers[0].due_at if timers else None,
        created=tuple(
            NewActivity(token=token, process=rest.process, element=rest.element)
            for token, rest in new.items()
            if token not in old
        ),
        dropped=tuple(
            (token, "ticket_closed" if token in settled or (closes and token in step.swept) else "interrupted")
            for token in old
            if token not in new and token != finished
        ),
        acts=tuple(step.acts),
        sets=step.sets,
        decisions=tuple(step.decisions),
        called=tuple(step.called),
        returned=tuple(step.returned),
        awaits=awaited_in(kept),
    )


def _standing(process: Process, place: Place) -> str:
    found = process.situations.get(place) or process.ends.get(place)
    assert found is not None, place
    return found.standing
