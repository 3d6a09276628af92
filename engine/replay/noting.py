"""Take note of an event that moves nothing: a deed repeated, done already, or unknown to the diagram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from engine.tickets.access import ticket_for
from engine.tickets.moving import Moved, remember, told_before
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from engine.unit import Unit

# repeated_deed: the same activity less than a minute before had led here. already_there: a transition had.
# unmapped: the map does not know the activity. no_way: no move leads to the end where it leads.
Kind = Literal["repeated_deed", "already_there", "unmapped", "no_way"]
DEVIATIONS: frozenset[Kind] = frozenset({"unmapped", "no_way"})


@dataclass(frozen=True, kw_only=True)
class Note:
    """An event that leaves the ticket where it stands."""

    ticket: str | UUID
    kind: Kind
    activity: str
    reason: str
    source: str
    event_id: str


def note(unit: Unit, ask: Note) -> Moved:
    """Write the event into the history and keep its natural key; the ticket stays where it is."""
    assert ask.kind in get_args(Kind)
    ticket = ticket_for(unit, Action.TICKET_RELOCATE, ask.ticket)
    if told_before(unit, ticket, ask.source, ask.event_id):
        return Moved(ticket=ticket, repeated=True)
    seq = ticket.record("noted", reason=ask.reason, detail={"kind": ask.kind, "activity": ask.activity})
    remember(unit, ticket, ask.source, ask.event_id, seq)
    return Moved(ticket=ticket)
