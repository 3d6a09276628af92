"""Two people at once: what was changed since one of them looked, and whether both changes fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.errors import Stale
from engine.history import ticket_history
from engine.tickets.access import STALE, happened
from engine.tickets.changes import label_of
from engine.tickets.chronicle import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


def insist_on_fresh(
    unit: Unit, ticket: Ticket, seen: int | None, proposed: Mapping[str, Any], *, disjoint: bool | None = None
) -> None:
    """Refuse if the ticket has changed since it was looked at.

    Args:
        seen: the revision looked at; None: whichever.
        proposed: what shall be changed, as the ticket shows it: columns by name, own fields as `fields.<key>`.
        disjoint: let it through when nobody else changed any of that; None: this route merges nothing.

    Raises:
        Stale: `conflicts` holds both values of what both have changed, theirs as far as the actor may see it.
    """
    if seen is None or seen == ticket.revision:
        return
    since = changed_since(unit, ticket, seen)
    conflicts = {}
    for name in sorted(proposed.keys() & since.keys()):
        theirs = _present(ticket, name)
        if theirs != proposed[name]:
            conflicts[name] = {"yours": proposed[name], "theirs": ticket.view.member(name, theirs), **since[name]}
    if disjoint and not conflicts and seen < ticket.revision:
        return
    if conflicts:
        told = ", ".join(label_of(unit, name.removeprefix("fields.")) for name in conflicts)
        detail = (
            f"Já foi mudado desde que foi lido: {told}. Escolha entre o seu valor e o atual, "
            "e repita o pedido com a revisão atual."
        )
    elif disjoint is None:
        detail = STALE
    else:
        detail = f"{STALE} Ninguém mudou o que você quer mudar: com ?merge=disjoint o pedido passa."
    raise Stale(detail, conflicts=conflicts, **happened(unit, ticket))


def changed_since(unit: Unit, ticket: Ticket, seen: int) -> dict[str, dict[str, Any]]:
    """What was changed after that revision: name -> who did it last, and when; as the history tells it."""
    rows = unit.connection.execute(
        select(ticket_history.c.at, ticket_history.c.actor, ticket_history.c.deed, ticket_history.c.detail)
        .where(ticket_history.c.ticket_id == ticket.id, ticket_history.c.revision >= seen)
        .order_by(ticket_history.c.seq)
    )
    found = {}
    for row in rows:
        detail = row.detail or {}
        columns = detail.get("changed", {})
        own = (name if name == "description" else f"fields.{name}" for name in detail.get("fields", ()))
        for name in (*columns, *own):
            found[name] = {
                "changed_by": row.actor,
                "changed_by_name": name_of(unit, row.actor, ticket.view),
                "changed_at": row.at,
            }
    return found


def _present(ticket: Ticket, name: str) -> Any:
    if name.startswith("fields."):
        return ticket.fields.get(name.removeprefix("fields."))
    if name == "responsible":
        return ticket.person.login if ticket.person else None
    return getattr(ticket, name)
