"""Read one ticket: itself, its moves, what is open on it. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities.model import activity
from engine.errors import Invalid
from engine.rights import insist
from engine.tickets.access import readable_ticket
from engine.tickets.following import circumstances
from engine.tickets.model import incident as incidents
from engine.tickets.moves import Weighed, weigh
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Show:
    """One ticket, by protocol."""

    ticket: str


def show(unit: Unit, ask: Show) -> Ticket:
    """The ticket, with its diagram."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    _ = ticket.diagram
    return ticket


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The moves of a ticket.

    Attributes:
        as_profile: weigh with another profile's rights; needs `permission.explain`. Reading stays the actor's own.
    """

    ticket: str
    as_profile: str | None = None


def moves(unit: Unit, ask: Moves) -> tuple[Ticket, Weighed]:
    """The ticket and all moves of its situation, allowed or not, with every reason."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    around = circumstances(unit, ticket)
    if ask.as_profile is not None:
        insist(unit, Action.PERMISSION_EXPLAIN)
        if ask.as_profile not in unit.catalogue.profiles:
            known = ", ".join(sorted(unit.catalogue.profiles))
            raise Invalid(f"as_profile: {ask.as_profile!r} não existe; existem {known}.", code="profile_unknown")
        around = replace(around, profile=ask.as_profile, rules=around.rules.within(None))
    return ticket, weigh(ticket.diagram, ticket, around)


def open_activities(unit: Unit, ticket: Ticket) -> Sequence[Any]:
    """The ticket's activities that are not finished, oldest first."""
    return unit.connection.execute(
        select(activity)
        .where(activity.c.ticket_id == ticket.id, activity.c.status != "finished")
        .order_by(activity.c.created_at, activity.c.id)
    ).all()


def open_incident(unit: Unit, ticket: Ticket) -> Row[Any] | None:
    """Why the ticket's diagram is stuck, if it is."""
    if ticket.incident is None:
        return None
    return unit.connection.execute(
        select(incidents).where(incidents.c.ticket_id == ticket.id, incidents.c.seq == ticket.incident)
    ).one()
