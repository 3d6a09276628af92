"""Read interactions, and what a form for the next one begins with. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.builtin import CHANNELS, NOTE
from engine.conversations.model import interaction
from engine.tickets.access import readable_ticket
from engine.tickets.following import circumstances
from engine.tickets.moves import weigh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.registry.model import StandardReply
    from engine.tickets.moves import Weighed
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ListInteractions:
    """A page of a ticket's interactions, oldest first; `after`: the last number already seen."""

    ticket: str
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Interactions:
    """Rows of `interaction`, one more than asked for if there are more."""

    ticket: Ticket
    rows: Sequence[Any]
    more: bool


def list_interactions(unit: Unit, ask: ListInteractions) -> Interactions:
    """The ticket's interactions: whoever receives a ticket reads what was said before."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    rows = unit.connection.execute(
        select(interaction)
        .where(interaction.c.ticket_id == ticket.id, interaction.c.seq > ask.after)
        .order_by(interaction.c.seq)
        .limit(ask.limit + 1)
    ).all()
    return Interactions(ticket=ticket, rows=rows[: ask.limit], more=len(rows) > ask.limit)


@dataclass(frozen=True, kw_only=True)
class Prefill:
    """What a form for the next interaction on this ticket begins with."""

    ticket: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """The present situation and instant, and what may and must be given.

    Attributes:
        weighed: the moves, allowed or not.
        demanded: channel -> what it demands in this situation; only channels that are open to this ticket.
    """

    ticket: Ticket
    now: datetime
    weighed: Weighed
    demanded: Mapping[str, tuple[str, ...]]
    replies: Sequence[StandardReply]


def prefill(unit: Unit, ask: Prefill) -> Form:
    """The ticket's situation and the present instant, to be changed or kept by whoever fills the form in."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    known = unit.catalogue
    channels = [one for one in (NOTE, *CHANNELS) if one != "app" or ticket.channel == "app"]
    replies = sorted(known.registries.standard_replies.items())
    return Form(
        ticket=ticket,
        now=unit.now,
        weighed=weigh(ticket.diagram, ticket, circumstances(unit, ticket)),
        demanded={one: known.demands.of(ticket.place_process, ticket.situation, one) for one in channels},
        replies=[entry for _, entry in replies if not entry.retired],
    )
