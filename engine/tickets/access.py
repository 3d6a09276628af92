"""The door to a ticket: exists, readable, permitted, in one call and always in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import bindparam, desc, select

from engine.errors import NotActive, NotFound, NotPermitted, Stale
from engine.history import ticket_history
from engine.people.knowing import name_of
from engine.registry.model import customer
from engine.rights import insist, lacking
from engine.tickets import scope
from engine.tickets.model import ticket
from engine.tickets.ticket import Ticket
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement

    from engine.unit import Unit

_READ = select(ticket, customer.c.kind.label("customer_kind"), customer.c.key.label("customer_key")).outerjoin(
    customer, customer.c.id == ticket.c.customer_id
)
_BY = {
    str: _READ.where(ticket.c.protocol == bindparam("wanted")),
    UUID: _READ.where(ticket.c.id == bindparam("wanted")),
}
_LOCKED = {by: statement.with_for_update(of=ticket) for by, statement in _BY.items()}


def readable_ticket(unit: Unit, protocol: str | UUID, *, lock: bool) -> Ticket:
    """The ticket, locked for a command or as it is for a query.

    A stored answer to the command's key is replayed from here: after the right to read was asked again.

    Raises:
        NotFound: there is no such ticket, or none this actor may read: the two cannot be told apart.
    """
    row = unit.first((_LOCKED if lock and unit.locks else _BY)[type(protocol)], wanted=protocol)
    if not may_read(unit, row) or row is None:
        raise NotFound(f"Não há atendimento {protocol}.")
    if lock:
        unit.ticket_id = row["id"]
        unit.replay()
    return Ticket.read(unit, row)


def ticket_for(
    unit: Unit,
    action: Action,
    protocol: str | UUID,
    *,
    seen: int | None = None,
    narrowed: str | None = None,
) -> Ticket:
    """The ticket, locked, for a command that needs `action` there.

    Args:
        seen: the revision the caller looked at, if it said so (If-Match).
        narrowed: the one message or move in question.

    Raises:
        NotFound, NotPermitted, Stale: in this order.
    """
    found = readable_ticket(unit, protocol, lock=True)
    permit(unit, found, action, narrowed=narrowed)
    if seen is not None and seen != found.revision:
        raise Stale(STALE, **happened(unit, found))
    return found


STALE = "O atendimento mudou desde que foi lido. Leia-o de novo e repita o pedido com a revisão atual."


def may_read_some(unit: Unit) -> bool:
    """Whether the actor may read tickets at all; which ones, the profile's scope says."""
    return unit.actor.is_system or bool(decide(unit.catalogue.rules, unit.actor.profile or "", Action.TICKET_READ))


def may_read(unit: Unit, row: Mapping[str, Any] | None) -> bool:
    """Whether the actor may read the ticket of this row (`id`, `team`, `responsible`, `opened_by`); None: no such row.

    The same is looked at whether there is such a ticket or not: the time it takes tells nothing.
    """
    if not may_read_some(unit):
        return False
    reach = scope.reach_of(unit)
    if reach is None or (row is not None and reach.covers(row)):
        return row is not None
    return scope.works_in(unit, reach, NOWHERE if row is None else row["id"])


def visible(unit: Unit) -> ColumnElement[bool] | None:
    """The condition on `ticket` that every list of tickets, or of anything of theirs, must add; None: no condition.

    Raises:
        NotPermitted: the actor may read no ticket at all.
    """
    insist(unit, Action.TICKET_READ)
    reach = scope.reach_of(unit)
    return None if reach is None else scope.condition(reach)


NOWHERE: Final = UUID(int=0)


def permit(unit: Unit, found: Ticket, action: Action, *, narrowed: str | None = None) -> None:
    """Refuse unless both layers allow the action where the ticket stands.

    Raises:
        NotPermitted: carries the decision.
    """
    permit_all(unit, found, [(action, narrowed)])


def permit_all(unit: Unit, found: Ticket, asked: Iterable[tuple[Action, str | None]]) -> None:
    """Refuse unless every action, narrowed or not, is allowed where the ticket stands.

    Raises:
        NotPermitted: carries every decision that says no.
    """
    if unit.actor.is_system:
        return
    decisions = [
        decide(
            unit.catalogue.rules,
            unit.actor.profile or "",
            action,
            process=found.place_process,
            situation=found.situation,
            narrowed=narrowed,
        )
        for action, narrowed in asked
    ]
    reasons = [lacking(decision, unit.catalogue, found.diagram) for decision in decisions if not decision]
    if reasons:
        raise NotPermitted(" ".join(reason.detail for reason in reasons), reasons=reasons)


def may(unit: Unit, found: Ticket, action: Action) -> bool:
    """Whether the actor may do this where the ticket stands."""
    place = found.place
    return unit.actor.is_system or bool(
        decide(unit.catalogue.rules, unit.actor.profile or "", action, process=place.process, situation=place.element)
    )


def insist_on_open(*tickets: Ticket) -> None:
    """Refuse if any of them is finished or cancelled.

    Raises:
        NotActive: names all that are.
    """
    closed = [one for one in tickets if one.standing != "open"]
    if closed:
        told = " e ".join(f"{one.protocol} ({_STANDINGS[one.standing]})" for one in closed)
        raise NotActive(
            f"Isto só se faz com atendimento ativo; não está: {told}. Reabra-o antes, se o processo permitir.",
            closed={one.protocol: one.standing for one in closed},
        )


_STANDINGS = {"finished": "finalizado", "cancelled": "cancelado"}


def happened(unit: Unit, found: Ticket) -> dict[str, Any]:
    """What a conflict tells: where the ticket stands now, and the last thing that was done to it."""
    row = unit.connection.execute(
        select(ticket_history)
        .where(ticket_history.c.ticket_id == found.id)
        .order_by(desc(ticket_history.c.seq))
        .limit(1)
    ).one()
    return {
        "present": {
            "situation": found.situation,
            "process": found.place_process,
            "standing": found.standing,
            "revision": found.revision,
        },
        "happened": {
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "actor_name": name_of(unit, row.actor, found.view),
            "deed": row.deed,
            "left": row.left,
            "entered": row.entered,
        },
    }
