"""Find what a ticket has attached, and give it to those who may have it, once a scanner called it clean."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.attachments.model import attachment, stored_file
from engine.errors import Conflict, NotFound, NotPermitted, Reason
from engine.tickets.access import readable_ticket
from engine.tickets.sight import customer_sees
from permissions.actions import CATALOGUE, Action
from permissions.personal import CLASSES, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_ROWS = select(attachment, stored_file.c.state).outerjoin(stored_file, stored_file.c.digest == attachment.c.digest)


@dataclass(frozen=True, kw_only=True)
class Attachments:
    """What a ticket has attached, and what it had."""

    ticket: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One of a ticket's attachments."""

    ticket: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The ticket and its rows, in the order in which they came."""

    ticket: Ticket
    rows: Sequence[Mapping[str, Any]]


def attachments(unit: Unit, ask: Attachments) -> Listed:
    """Rows of `attachment` with the `state` of their contents: whoever reads the ticket reads all of them."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return Listed(ticket=ticket, rows=rows_of(unit, ticket.id))


def fetch(unit: Unit, ask: Attachment) -> Mapping[str, Any]:
    """The row of an attachment whose content may be served.

    Raises:
        NotFound, Conflict: there is none, or it is not to be served now.
        NotPermitted: its reader does not see the ticket's texts.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    row = servable(row_of(unit, ticket.id, ask.id))
    if not ticket.view.sees((TEXT,)):
        detail = "Seu perfil não vê os textos livres deste atendimento, e um anexo é um deles."
        right = f"{CATALOGUE[Action.TICKET_READ_CUSTOMER].label_pt.lower()} ({CLASSES[TEXT][0].lower()})"
        fix = f"Quem administra os perfis pode permitir ao seu {right}."
        details = {"action": f"{Action.TICKET_READ_CUSTOMER}:{TEXT}"}
        raise NotPermitted(detail, reasons=[Reason(code="withheld", detail=detail, fix=fix, details=details)])
    ticket.view(TEXT, row["name"])  # told of, as every personal value that leaves
    return row


def fetch_shown(unit: Unit, ticket: Ticket, id_: str) -> Mapping[str, Any]:
    """The same for a customer: only what is shown to them; whether the ticket is theirs is asked before.

    Raises:
        NotFound, Conflict: there is none that they see, or it is not to be served now.
    """
    row = row_of(unit, ticket.id, id_)
    return servable(row if row is not None and _is_shown(ticket, row) else None)


def shown_rows(unit: Unit, ticket: Ticket) -> list[Mapping[str, Any]]:
    """What a customer sees of a ticket's attachments: those that are shown of a ticket that is shown."""
    return [row for row in rows_of(unit, ticket.id) if _is_shown(ticket, row)]


def rows_of(unit: Unit, ticket_id: UUID, seqs: Iterable[int] | None = None) -> list[Mapping[str, Any]]:
    """Rows of a ticket's attachments: all, or those of these interactions."""
    wanted = _ROWS.where(attachment.c.ticket_id == ticket_id)
    if seqs is not None:
        wanted = wanted.where(attachment.c.seq.in_(list(seqs)))
    rows = unit.connection.execute(wanted.order_by(attachment.c.seq, attachment.c.place)).all()
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public mapping access is spelled so


def row_of(unit: Unit, ticket_id: UUID, id_: str) -> Mapping[str, Any] | None:
    """The row of one of a ticket's attachments, if there is such a one."""
    row = unit.connection.execute(
        _ROWS.where(attachment.c.ticket_id == ticket_id, attachment.c.id == id_)
    ).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 - as above


def by_seq(unit: Unit, ticket_id: UUID, seqs: Sequence[int]) -> Mapping[int, list[Mapping[str, Any]]]:
    """The attachments of each of these interactions."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows_of(unit, ticket_id, seqs) if seqs else ():
        found[row["seq"]].append(row)
    return found


def servable(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The row, if its content may be served: it is there, and a scanner called it clean.

    Raises:
        NotFound, Conflict.
    """
    if row is None:
        raise NotFound("Não há esse anexo.", code="attachment_unknown")
    if row["removed_at"] is not None:
        raise NotFound("Este anexo foi retirado; o histórico diz por quem.", code="attachment_removed")
    if row["state"] == "pending":
        raise Conflict("O anexo ainda está sendo verificado. Tente de novo em instantes.", code="attachment_pending")
    if row["state"] != "clean":
        raise Conflict("O antivírus recusou este anexo; ele não é entregue a ninguém.", code="attachment_refused")
    return row


def _is_shown(ticket: Ticket, row: Mapping[str, Any]) -> bool:
    seen = customer_sees(portal_visible=ticket.portal_visible, shown=row["shown"])
    return row["removed_at"] is None and seen
