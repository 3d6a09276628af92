"""Read who saw whose personal data, and forget it when its time is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.disclosure import access
from engine.errors import NotFound
from engine.people.knowing import id_of, name_of
from engine.registry.customers import known_row
from engine.registry.model import customer
from engine.rights import insist
from engine.tickets.model import ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from engine.actors import Actor
    from engine.unit import Engine, Unit


@dataclass(frozen=True, kw_only=True)
class ReadAccesses:
    """A page of accesses, the newest first.

    Attributes:
        customer: key; ticket: protocol; actor: a login, or an id such as `user:…`.
        since, until: from this instant on; before that one.
        before: the last one of the page before.
    """

    customer: str | None = None
    ticket: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None
    limit: int = 100


def read_accesses(unit: Unit, ask: ReadAccesses) -> list[dict[str, Any]]:
    """Who saw what of whom, when, through which door and why; without any of the data.

    Raises:
        NotPermitted, NotFound, Invalid.
    """
    _ = unit.catalogue
    insist(unit, Action.AUDIT_READ)
    statement = (
        select(access, customer.c.key.label("customer"), ticket.c.protocol.label("ticket"))
        .outerjoin(customer, customer.c.id == access.c.customer_id)
        .outerjoin(ticket, ticket.c.id == access.c.ticket_id)
    )
    if ask.customer is not None:
        statement = statement.where(access.c.customer_id == known_row(unit, ask.customer).id)
    if ask.ticket is not None:
        statement = statement.where(access.c.ticket_id == _ticket(unit, ask.ticket))
    if ask.actor is not None:
        statement = statement.where(access.c.actor == id_of(unit, ask.actor))
    if ask.since is not None:
        statement = statement.where(access.c.at >= ask.since)
    if ask.until is not None:
        statement = statement.where(access.c.at < ask.until)
    if ask.before is not None:
        statement = statement.where(access.c.id < ask.before)
    rows = unit.connection.execute(statement.order_by(access.c.id.desc()).limit(ask.limit))
    same = ("id", "answer", "at", "actor", "door", "classes", "ticket", "customer", "customer_id", "reason")
    return [{name: getattr(row, name) for name in same} | {"actor_name": name_of(unit, row.actor)} for row in rows]


def pages(engine: Engine, ask: ReadAccesses, actor: Actor) -> Iterator[Sequence[dict[str, Any]]]:
    """Everything asked for, page by page; the first is read before this returns, so that a refusal comes in time."""
    first = engine.read(read_accesses, ask, actor=actor)

    def rest() -> Iterator[Sequence[dict[str, Any]]]:
        page = first
        while page:
            yield page
            if len(page) < ask.limit:
                return
            page = engine.read(read_accesses, replace(ask, before=page[-1]["id"]), actor=actor)

    return rest()


@dataclass(frozen=True)
class ForgetAccesses:
    """Forget accesses older than this."""

    older_than: timedelta


def forget_accesses(unit: Unit, ask: ForgetAccesses) -> int:
    """Delete accesses whose time is over, at most a thousand at once; returns how many."""
    old = select(access.c.id).where(access.c.at < unit.now - ask.older_than).order_by(access.c.id).limit(_AT_ONCE)
    rows = unit.connection.execute(old.with_for_update(skip_locked=True)).all()
    if rows:
        unit.record(_ABOUT, "forgotten", rows=len(rows), older_than_days=ask.older_than.days)
    for row in rows:
        unit.delete(_ABOUT, access, id=row.id)
    return len(rows)


_ABOUT = "access:all"
_AT_ONCE = 1000


def _ticket(unit: Unit, protocol: str) -> UUID:
    found: UUID | None = unit.connection.execute(select(ticket.c.id).where(ticket.c.protocol == protocol)).scalar()
    if found is None:
        raise NotFound(f"Não há atendimento {protocol}.")
    return found
