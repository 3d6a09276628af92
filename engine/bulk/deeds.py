"""What can be done to many tickets: each deed is an ordinary command, asked once for every ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from engine.conversations.interacting import HandOver, Interact, interact
from engine.conversations.saying import Words
from engine.errors import Stale
from engine.tickets.access import STALE, happened
from engine.tickets.alteration import Alter, alter
from engine.tickets.linking import Link, link
from engine.tickets.moving import Move, move
from engine.tickets.next_action import SetNextAction, set_next_action
from engine.tickets.tasks import CreateTask, create_task
from engine.tickets.ticket import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Try:
    """The deed on one ticket.

    Attributes:
        what: members of the deed's own door, as JSON has them.
        seen: the revision the ticket was selected at; None: whichever.
    """

    job: UUID
    deed: str
    what: Mapping[str, Any]
    protocol: str
    seen: int | None


def carry_out(unit: Unit, ask: Try) -> tuple[Ticket, bool]:
    """Do the deed to the ticket, by the ordinary command; its history rows name the job.

    The dry run rehearses this very function, with the same ask.

    Returns:
        The ticket, and whether anything of it changes.

    Raises:
        Refused: whatever the command refuses.
    """
    unit.along = {"bulk": str(ask.job)}
    command, asked = DEEDS[ask.deed]
    result = command(unit, asked(ask.protocol, ask.seen, ask.what))
    found: Ticket = result if isinstance(result, Ticket) else result.ticket
    if ask.seen is not None and found.revision != ask.seen:  # for commands that take no revision
        raise Stale(STALE, **happened(unit, found))
    return found, unit.tells_of(found.about)


def _move(protocol: str, seen: int | None, what: Mapping[str, Any]) -> Move:
    return Move(ticket=protocol, seen=seen, **what)


def _alter(protocol: str, seen: int | None, what: Mapping[str, Any]) -> Alter:
    apart = {name: what[name] for name in ("fields", "situation", "reason") if name in what}
    changes = {name: value for name, value in what.items() if name not in apart}
    if "next_action_at" in changes:
        changes["next_action_at"] = _instant(changes["next_action_at"])
    return Alter(ticket=protocol, changes=changes, seen=seen, **apart)


def _interact(protocol: str, seen: int | None, what: Mapping[str, Any]) -> Interact:
    given: dict[str, Any] = dict(what)
    words, hand_over = given.pop("interaction", None), given.pop("hand_over", None)
    return Interact(
        ticket=protocol,
        words=None if words is None else Words(**words),
        hand_over=None if hand_over is None else HandOver(**hand_over),
        next_action_at=_instant(given.pop("next_action_at", None)),
        seen=seen,
        **given,
    )


def _next_action(protocol: str, seen: int | None, what: Mapping[str, Any]) -> SetNextAction:
    return SetNextAction(ticket=protocol, at=_instant(what["at"]), reason=what.get("reason"), seen=seen)


def _link(protocol: str, seen: int | None, what: Mapping[str, Any]) -> Link:
    del seen
    return Link(ticket=protocol, other=what["ticket"])


def _task(protocol: str, seen: int | None, what: Mapping[str, Any]) -> CreateTask:
    del seen
    return CreateTask(ticket=protocol, **what)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


DEEDS: Final[Mapping[str, tuple[Callable[[Unit, Any], Any], Callable[[str, int | None, Mapping[str, Any]], Any]]]] = {
    "move": (move, _move),
    "alter": (alter, _alter),
    "interact": (interact, _interact),
    "next_action": (set_next_action, _next_action),
    "link": (link, _link),
    "task": (create_task, _task),
}
"""Each deed: the ordinary command, and how it is asked of one ticket."""

# Members that may hold what people wrote: once a job is over, they are not kept a second time.
_WRITTEN: Final = frozenset({"title", "description", "text", "name", "reason", "copies"})


def bare(what: Mapping[str, Any]) -> dict[str, Any]:
    """What was ordered, without texts of people: of own fields only the names, keys of registries as they are."""
    found: dict[str, Any] = {}
    for name, value in what.items():
        if name == "fields":
            found[name] = dict.fromkeys(value)
        elif isinstance(value, Mapping):
            found[name] = bare(value)
        else:
            found[name] = None if name in _WRITTEN else value
    return found
