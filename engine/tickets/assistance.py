"""The technical assistance of a ticket: which runs, what came of the others, and whether the service was accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.errors import Invalid, Reason
from engine.history import ticket_history
from engine.tickets.access import readable_ticket, ticket_for
from engine.tickets.model import technical_assistance
from engine.tickets.relations import visit
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

ACCEPTANCES = ("accepted", "refused")


def running(unit: Unit, ticket: Ticket) -> Row[Any] | None:
    """The assistance that runs; at most one does."""
    return unit.connection.execute(
        select(technical_assistance).where(
            technical_assistance.c.ticket_id == ticket.id, technical_assistance.c.closed_at.is_(None)
        )
    ).one_or_none()


def insist_on_running(unit: Unit, ticket: Ticket) -> Row[Any]:
    """The assistance that runs.

    Raises:
        Invalid: none does.
    """
    found = running(unit, ticket)
    if found is None:
        raise Invalid(
            "Nenhuma assistência técnica está em andamento neste atendimento. Ela se abre por uma opção de situação, "
            "em atendimentos de assunto desse tipo.",
            code="no_assistance",
        )
    return found


def insist_on_assisted(unit: Unit, ticket: Ticket, subject: str | None) -> None:
    """Refuse to change the subject away from those with technical assistance while one runs.

    Raises:
        Invalid: says what to do instead.
    """
    found = unit.catalogue.registries.subjects.get(subject)
    if subject == ticket.subject or (found and found.technical_assistance) or running(unit, ticket) is None:
        return
    told = f"o assunto “{found.label}” não é desse tipo" if found else "ele deixaria de ter um assunto desse tipo"
    reason = Reason(
        code="assistance_running",
        detail=f"Uma assistência técnica está em andamento, e {told}.",
        fix="Conclua ou cancele a assistência antes de mudar o assunto.",
    )
    raise Invalid(f"{reason.detail} {reason.fix}", code=reason.code, reasons=[reason])


@dataclass(frozen=True, kw_only=True)
class Accept:
    """What the customer says of the service.

    Attributes:
        acceptance: of `ACCEPTANCES`; a later answer replaces an earlier one, the history keeps both.
        reason: asked for when it is refused.
    """

    ticket: str
    acceptance: str
    reason: str | None = None


def accept(unit: Unit, ask: Accept) -> Ticket:
    """Record acceptance or refusal of the running assistance; where the ticket goes on is a move's business.

    Raises:
        NotFound, NotPermitted, Invalid: nothing is stored.
    """
    ticket = ticket_for(unit, Action.ASSISTANCE_ACCEPT, ask.ticket)
    row = insist_on_running(unit, ticket)
    reason = (ask.reason or "").strip()
    if ask.acceptance not in ACCEPTANCES:
        raise Invalid(f"acceptance: use um de: {', '.join(ACCEPTANCES)}.")
    if ask.acceptance == "refused" and not reason:
        raise Invalid("reason: diga por que o serviço foi recusado.", code="reason_missing")
    seq = ticket.record(f"assistance_{ask.acceptance}", reason=reason or None, detail={"assistance": row.opened_seq})
    unit.update(
        ticket.about,
        technical_assistance,
        {"ticket_id": ticket.id, "opened_seq": row.opened_seq},
        acceptance=ask.acceptance,
        acceptance_seq=seq,
    )
    return ticket


@dataclass(frozen=True, kw_only=True)
class Assistances:
    """Everything about the technical assistance of a ticket."""

    ticket: str


def assistances(unit: Unit, ask: Assistances) -> tuple[Ticket, list[tuple[Row[Any], Sequence[Row[Any]]]]]:
    """The ticket, and each assistance with its visits, oldest first.

    Rows have `accepted_at`, `accepted_by` and `acceptance_reason`, too.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    told = (ticket_history.c.ticket_id == technical_assistance.c.ticket_id) & (
        ticket_history.c.seq == technical_assistance.c.acceptance_seq
    )
    rows = unit.connection.execute(
        select(
            technical_assistance,
            ticket_history.c.at.label("accepted_at"),
            ticket_history.c.actor.label("accepted_by"),
            ticket_history.c.reason.label("acceptance_reason"),
        )
        .outerjoin(ticket_history, told)
        .where(technical_assistance.c.ticket_id == ticket.id)
        .order_by(technical_assistance.c.opened_seq)
    ).all()
    visits = unit.connection.execute(select(visit).where(visit.c.ticket_id == ticket.id).order_by(visit.c.number)).all()
    return ticket, [(row, [one for one in visits if one.opened_seq == row.opened_seq]) for row in rows]
