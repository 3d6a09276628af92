"""What the staff see of a contact that was opened in the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.portal.forms import chosen_of
from engine.portal.opening import contact_of
from engine.tickets.access import readable_ticket
from engine.tickets.scope import reached
from permissions.personal import CONTACT, NAME

if TYPE_CHECKING:
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class ReadPortalContact:
    """A ticket, by protocol."""

    ticket: str


def read_portal_contact(unit: Unit, ask: ReadPortalContact) -> dict[str, Any]:
    """What the form asked beside the ticket's own members; personal data as far as the reader may see it.

    Raises:
        NotFound: no such ticket for this reader, or it was not opened in the portal.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    found = contact_of(unit, ticket)
    if found is None:
        raise NotFound(f"O atendimento {ask.ticket} não foi aberto no portal.", code="no_portal_contact")
    chosen = (one.label if one else None for one in chosen_of(unit.catalogue.registries, found))
    first, second, third = chosen
    return {
        "form": found.form,
        "classification": first or found.classification,
        "subclassification": second,
        "contact_form": third,
        "contact_name": ticket.view(NAME, found.contact_name),
        "contact_phone": ticket.view(CONTACT, found.contact_phone),
        "contact_email": ticket.view(CONTACT, found.contact_email),
        "follows": next(iter(reached(unit, [found.follows] if found.follows else [])), None),
    }
