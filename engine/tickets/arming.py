"""Let a ticket's ring and its announcements follow its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.activities import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_UNLIMITED: Final[Mapping[str, Any]] = {"limit_at": None, "limit_version": 0, "entered_at": None, "team": None}


def arm(unit: Unit, ticket: Ticket, was: Mapping[str, Any] | None) -> None:
    """Arm the limit anew on entering a situation and whenever it is set; another team may ring it at another time.

    Args:
        was: the columns as they were read; None: a new ticket.
    """
    before = was or _UNLIMITED
    if ticket.limit_at is None and before["limit_at"] is None:
        return
    found = ticket.diagram.situations.get(ticket.place)
    escalate, calendar = (found.escalate, found.calendar) if found else (None, None)
    values: dict[str, Any] = {}
    if ticket.limit_at != before["limit_at"] or ticket.entered_at != before["entered_at"]:
        values = limits.set_at(
            unit,
            ticket.entered_at,
            ticket.limit_at,
            escalate=escalate,
            calendar=calendar,
            team=ticket.team,
            version=before["limit_version"],
        )
    elif ticket.team != before["team"]:
        values = limits.for_another_team(
            unit, before, ticket.team, start=ticket.entered_at, escalate=escalate, calendar=calendar
        )
    for name, value in values.items():
        setattr(ticket, name, value)
