"""Let a ticket's ring and its announcements follow its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.activities import limits
from engine.tickets.promising import of_policies, together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_NOTHING: Final = dict.fromkeys(("limit_at", "to_announce", "entered_at", "team"))
_UNLIMITED: Final[Mapping[str, Any]] = {**_NOTHING, "limit_version": 0}


def arm(unit: Unit, ticket: Ticket) -> None:
    """Arm the limit anew on entering a situation and whenever it is set; another team may ring it at another time.

    What is to be told of the policy's limits stands in the same list.
    """
    before = ticket.before or _UNLIMITED
    values = _situation(unit, ticket, before)
    if values or ticket.promised is not None:
        promises = of_policies(before["to_announce"]) if ticket.promised is None else ticket.promised
        values |= together(values.get("to_announce", before["to_announce"]), promises)
    for name, value in values.items():
        setattr(ticket, name, value)


def _situation(unit: Unit, ticket: Ticket, before: Mapping[str, Any]) -> dict[str, Any]:
    start, limit = ticket.entered_at, ticket.limit_at
    if limit is None and before["limit_at"] is None:
        return {}
    if (start, limit, ticket.team) == (before["entered_at"], before["limit_at"], before["team"]):
        return {}
    found = ticket.diagram.situations.get(ticket.place)
    escalate, calendar = (found.escalate, found.calendar) if found else (None, None)
    line = limits.line_of(unit, calendar, ticket.team, ticket.handed)
    if start != before["entered_at"]:
        version = before["limit_version"]
        return limits.set_at(unit, start, limit, line=line, escalate=escalate, team=ticket.team, version=version)
    return limits.handed_over(unit, before, limit, start=start, line=line, escalate=escalate, team=ticket.team)
