"""Deliver a message to a ticket: what waits for it goes on; what nobody waits for is recorded and forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.actors import MESSAGE
from engine.builtin import MESSAGES
from engine.errors import Invalid
from engine.runtime import walk
from engine.runtime.movement import Movement
from engine.tickets.access import ticket_for
from engine.tickets.following import asked_of_transition, follow_transition
from engine.tickets.moving import remember, told_before
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from engine.runtime.movement import Stuck
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Deliver:
    """A message.

    Attributes:
        name: one of the installation's own messages; the built-in ones are the engine's.
        payload: plain values for the declared members; expressions see them as `message.<member>`.
        source, event_id: natural key: told twice, it is delivered once.
    """

    ticket: str | UUID
    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The ticket, and whether somebody waited for the message."""

    ticket: Ticket
    delivered: bool
    repeated: bool = False


def deliver(unit: Unit, ask: Deliver) -> Delivered:
    """Deliver a message; a known name that nobody awaits is recorded and answered `delivered=False`."""
    ticket = ticket_for(unit, Action.TICKET_MESSAGE, ask.ticket, narrowed=ask.name)
    members = _members(unit, ask)
    if ask.event_id is not None and told_before(unit, ticket, ask.source, ask.event_id):
        return Delivered(ticket=ticket, delivered=False, repeated=True)
    told = {name: ask.payload.get(name) for name in members}
    outcome = tell(unit, ticket, ask.name, told)
    remember(unit, ticket, ask.source, ask.event_id, ticket.seq)
    return Delivered(ticket=ticket, delivered=isinstance(outcome, Movement))


def tell(unit: Unit, ticket: Ticket, name: str, told: Mapping[str, Any]) -> Movement | Stuck | None:
    """Let a ticket that is open in this command hear a message; None: nobody waited, which is recorded too.

    For the engine's own messages, told by the command that has their cause; no right is asked.
    """
    outcome = follow_transition(
        unit,
        ticket,
        lambda: walk.deliver(
            ticket.diagram,
            ticket.state,
            ticket.place,
            name,
            told,
            ticket.facts(),
            unit.local_now,
            unit.catalogue.table,
        ),
        actor=MESSAGE.id,
        asked=asked_of_transition(unit, ticket),
        detail={"message": name, "sent_by": unit.actor.id},
    )
    if outcome is None:
        ticket.record("message", detail={"message": name, "delivered": False})
    return outcome


def _members(unit: Unit, ask: Deliver) -> frozenset[str]:
    own = unit.engine.settings.messages
    if ask.name in MESSAGES and not unit.actor.is_system:
        raise Invalid(f"A mensagem {ask.name!r} só o próprio motor envia.", code="message_reserved")
    if ask.name not in own and ask.name not in MESSAGES:
        declared = ", ".join(sorted(own)) or "nenhuma"
        raise Invalid(
            f"A mensagem {ask.name!r} não está declarada (TRAMITA_MESSAGES); declaradas: {declared}.",
            code="message_unknown",
        )
    members = own.get(ask.name, MESSAGES.get(ask.name, frozenset()))
    strange = sorted(ask.payload.keys() - members)
    wrong = [name for name, value in ask.payload.items() if not isinstance(value, str | int | float | bool | None)]
    if strange or wrong:
        raise Invalid(
            f"payload: {', '.join(strange + wrong)} não serve; {ask.name!r} aceita textos, números e sim/não em "
            f"{', '.join(sorted(members)) or 'nenhum membro'}.",
            code="payload",
        )
    return members
