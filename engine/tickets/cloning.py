"""Clone a ticket: open a new one about the same thing, and keep where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.tickets.access import ticket_for
from engine.tickets.opening import Open, open_ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

COPIED = ("title", "description", "subject", "subsubject", "development", "block", "unit", "priority")


@dataclass(frozen=True, kw_only=True)
class Clone:
    """Which ticket to clone.

    Attributes:
        title, description: instead of the source's.
        fields: values of own fields; none are copied, and what opening requires is required here too.
    """

    ticket: str
    title: str | None = None
    description: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def clone(unit: Unit, ask: Clone) -> Ticket:
    """Open the clone: customer, subject, property, priority and texts; a new protocol, hour and first situation.

    Messages, tasks, links, deadlines, participants, team and own fields stay with the source; and so does what the
    actor may not see of it, or cloning would be a way to see it.

    Raises:
        NotFound, NotPermitted, Invalid, FieldsMissing: as in opening; nothing is stored.
    """
    source = ticket_for(unit, Action.TICKET_CLONE, ask.ticket)
    subject = unit.catalogue.registries.subjects.get(source.subject)
    view = source.view
    copied = {name: getattr(source, name) for name in COPIED if view.knows(name)}
    given = {"title": ask.title, "description": ask.description}
    opened = open_ticket(
        unit,
        Open(
            **copied | {name: value for name, value in given.items() if value is not None},
            customer=source.customer_key,
            fields=ask.fields,
            process=None if subject and subject.process else source.process,
        ),
    )
    opened.ticket.cloned_from = source.protocol
    opened.ticket.customer_id = source.customer_id  # also where the caller has no number for the customer
    opened.ticket.record("cloned_from", detail={"other": source.protocol})
    source.record("cloned", detail={"other": opened.ticket.protocol})
    return opened.ticket
