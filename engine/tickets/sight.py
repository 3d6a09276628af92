"""What a customer sees of a ticket: the one place that decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.runtime.movement import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.runtime.process import Process

FIRST_SHOWN: Final = "Em andamento"


def situation_shown(process: Process, shown: Sequence[str] | None) -> str:
    """What a customer is told of the situation: the label of the last one that has a label for customers.

    A finished or cancelled one that has none tells its own: whoever waits shall not believe that it goes on.

    Args:
        shown: process and element of that situation; None: none had one yet.
    """
    if shown is None:
        return FIRST_SHOWN
    place = Place(*shown)
    found = process.situations.get(place) or process.ends.get(place)
    if found is None:
        return FIRST_SHOWN
    return found.customer_label or (FIRST_SHOWN if found.standing == "open" else found.label)


def next_step_shown(process: Process, place: Place, shown: Sequence[str] | None) -> str | None:
    """What a customer is told comes next, where the diagram marks it: here, or where the label they see is from."""
    for one in (place, *([Place(*shown)] if shown is not None else [])):
        found = process.situations.get(one)
        if found is not None and found.customer_next:
            return found.customer_next
    return None


def customer_sees(*, portal_visible: bool, shown: bool) -> bool:
    """Whether a customer sees a message: the ticket is shown in the portal and the message is shown.

    Hiding a ticket hides all its messages; nothing of them is changed by it.
    """
    return portal_visible and shown
