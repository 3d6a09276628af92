"""The next action: when the customer is to be contacted again, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.errors import Invalid
from engine.tickets.access import insist_on_open, permit, readable_ticket
from engine.tickets.merging import insist_on_fresh
from permissions.actions import Action

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


FARTHEST = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class SetNextAction:
    """When the customer is to be contacted.

    Attributes:
        at: an instant still ahead; None: nothing is due any more.
        reason: why, in the actor's words; kept in the history.
    """

    ticket: str | UUID
    at: datetime | None
    reason: str | None = None
    seen: int | None = None


def set_next_action(unit: Unit, ask: SetNextAction) -> Ticket:
    """Set the ticket's next action: the latest one holds, the history keeps all.

    Raises:
        NotPermitted, Stale, NotActive, Invalid: nothing is changed.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    permit(unit, ticket, Action.TICKET_NEXT_ACTION)
    insist_on_fresh(unit, ticket, ask.seen, {"next_action_at": ask.at})
    put_next_action(unit, ticket, ask.at, reason=ask.reason)
    return ticket


def put_next_action(unit: Unit, ticket: Ticket, at: datetime | None, *, reason: str | None = None) -> None:
    """Set it on a ticket that is open in this command already; set to what it is, nothing happens.

    Raises:
        NotActive: nobody is contacted about a ticket that is finished.
        Invalid: the instant is not ahead.
    """
    before = ticket.next_action_at
    if at == before:
        return
    if at is not None:
        insist_on_open(ticket)
        insist_on_future(unit, at)
    ticket.next_action_at = at
    told = [one.isoformat() if one else None for one in (before, at)]
    ticket.record("next_action", reason=reason, detail={"changed": {"next_action_at": told}})


def insist_on_future(unit: Unit, at: datetime) -> None:
    """Refuse an instant that is not ahead of the command's, or so far that it must be a slip.

    Raises:
        Invalid: with code `next_action_past` or `next_action_far`.
    """
    if at <= unit.now:
        raise Invalid("next_action_at: este instante já passou; escolha um à frente.", code="next_action_past")
    if at > unit.now + FARTHEST:
        years = FARTHEST.days // 365
        raise Invalid(f"next_action_at: são mais de {years} anos; confira o ano.", code="next_action_far")
