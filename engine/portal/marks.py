"""What of a contact was read: a mark that differs once the ticket has changed, or something more is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, select

from engine.attachments.model import attachment
from engine.conversations.model import interaction

if TYPE_CHECKING:
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_SHOWN: Final = select(
    select(func.max(interaction.c.seq))
    .where(interaction.c.ticket_id == bindparam("ticket"), interaction.c.shown)
    .scalar_subquery(),
    select(func.max(func.coalesce(attachment.c.removed_seq, attachment.c.seq)))
    .where(attachment.c.ticket_id == bindparam("ticket"), attachment.c.shown)
    .scalar_subquery(),
)


def mark_of(unit: Unit, ticket: Ticket) -> str:
    """The revision, and the number of what was shown last: a word, a file, or that a file was taken away.

    Whoever shows what belongs to a mark reads that afterwards: then it may be more than the mark says, never less.
    """
    shown = unit.connection.execute(_SHOWN, {"ticket": ticket.id}).one()
    return f"{ticket.revision}.{max(one or 0 for one in shown)}"


def mark_after(ticket: Ticket) -> str:
    """The same of a ticket of which a command has just shown more, as it will be once that is written."""
    assert ticket.shown_last is not None
    return f"{ticket.revision}.{ticket.shown_last}"
