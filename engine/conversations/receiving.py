"""Receive what a customer wrote to us: said, heard by the diagram, and put before the staff where nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities.model import activity
from engine.actors import MESSAGE
from engine.builtin import CUSTOMER_REPLIED
from engine.conversations.saying import hear
from engine.db import new_id
from engine.tickets.delivering import tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

NAMES: Final[Mapping[str, str]] = {
    "finished": "Cliente escreveu em atendimento finalizado",
    "cancelled": "Cliente escreveu em atendimento cancelado",
}
"""What there is to do is called, by the standing of the ticket."""
WHAT_TO_DO: Final = (
    "Leia o que o cliente escreveu. Se o assunto continua, mova o atendimento para uma situação aberta; "
    "se não, finalize esta tarefa."
)


def receive(
    unit: Unit, ticket: Ticket, text: str, *, channel: str, attachments: Sequence[str] = ()
) -> Mapping[str, Any]:
    """Write the words down and let the diagram hear them, in one command; returns the message's row.

    What the diagram cannot finish becomes an incident: the message is taken all the same. A ticket that is not open
    stands in no queue: where its diagram does not listen either, an activity tells its team of the words.

    Raises:
        Invalid: there is no text, too much of it, or a file is not there to be attached.
    """
    row = hear(unit, ticket, text, channel=channel, attachments=attachments)
    if CUSTOMER_REPLIED in ticket.awaits:
        tell(unit, ticket, CUSTOMER_REPLIED, {"channel": channel})
    elif ticket.standing != "open":
        _queue(unit, ticket, row["seq"])
    return row


def _queue(unit: Unit, ticket: Ticket, said: int) -> None:
    """Queue the activity, unless one is open; it has no limit: a thank-you starts no clock."""
    if unit.connection.execute(_OPEN.where(activity.c.ticket_id == ticket.id).limit(1)).first() is not None:
        return
    team, person_id = _for(unit, ticket)
    queued = {
        "ticket_id": ticket.id,
        "id": new_id(),
        "kind": "custom",
        "name": NAMES[ticket.standing],
        "description": WHAT_TO_DO,
        "customer_id": ticket.customer_id,
        "team": team,
        "person_id": person_id,
        "status": "queued",
        "created_at": unit.now,
        "created_by": MESSAGE.id,
    }
    unit.insert(ticket.about, activity, **queued)
    given = {"team": team, "person": str(person_id) if person_id else None}
    told = {"activity": str(queued["id"]), "kind": "custom", "said": said, **given}
    ticket.record("activity_queued", actor=MESSAGE.id, detail=told)


# Nothing else is made by this actor; the name may have been changed by whoever has it.
_OPEN: Final = select(activity.c.id).where(activity.c.created_by == MESSAGE.id, activity.c.status != "finished")


def _for(unit: Unit, ticket: Ticket) -> tuple[str | None, UUID | None]:
    """The ticket's team; where it has none its subject's, else whoever was responsible, if they are still here."""
    subject = unit.catalogue.registries.subjects.get(ticket.subject)
    team = ticket.team or (subject.team if subject else None)
    person = None if team is not None else ticket.person
    return team, person.id if person is not None and not person.ended else None
