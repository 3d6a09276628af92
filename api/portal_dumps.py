"""What the portal shows, as plain values: nothing here that a customer must not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from api.attachment_dumps import shown_body
from engine.attachments.kinds import offered as taken
from engine.portal.forms import LABELS, own_fields
from engine.processes.deployed import deployed
from engine.tickets.sight import next_step_shown, situation_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.config import Settings
    from engine.portal.accounts import Listed
    from engine.portal.forms import Offered
    from engine.portal.showing import Contact, Message
    from engine.registry.model import OwnField, Registries
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

PREFIX: Final = "/portal/v1"


def form_body(registries: Registries, offer: Offered, settings: Settings) -> dict[str, Any]:
    """`FormShape`."""
    form = offer.form

    def choice(one: Any) -> dict[str, Any]:
        asked = [_asked(name, entry) for name, entry in own_fields(registries, one).items()]
        return {"key": one.key, "label": one.label, "fields": asked}

    return {
        "form": form.key,
        "label": form.label,
        "parts": [
            {"part": part, "label": label, "required": form.requires(part)}
            for part, label in LABELS.items()
            if part in form.asks
        ],
        "classifications": [
            choice(one) | {"subclassifications": [choice(finer) for finer in offer.finer[one.key].values()]}
            for one in offer.classifications.values()
        ],
        "contact_forms": [choice(one) for one in offer.contact_forms.values()],
        "attachments": {
            "max_files": form.max_files if "attachments" in form.asks else 0,
            "max_bytes": settings.attachment_max_bytes,
            "suffixes": [suffix for kind in taken(settings) for suffix in kind.suffixes],
        },
    }


def _asked(name: str, entry: OwnField) -> dict[str, Any]:
    return {"field": name, "label": entry.label, "type": entry.type, "choices": entry.choices}


def listed(unit: Unit, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """`ListedContactShape` of each row."""
    known: Registries = unit.catalogue.registries

    def label(entries: Mapping[str, Any], key: str | None) -> str | None:
        return entries[key].label if key is not None and key in entries else None

    return [
        {
            "protocol": row.protocol,
            "title": row.title,
            "standing": row.standing,
            "situation": situation_shown(deployed(unit, row.version_id), row.shown),
            "classification": label(known.classifications, row.classification),
            "subclassification": label(known.subclassifications, row.subclassification),
            "opened_at": row.opened_at,
            "changed_at": row.changed_at,
        }
        for row in rows
    ]


def standing_body(ticket: Ticket) -> dict[str, Any]:
    """`StandingShape`."""
    return {
        "protocol": ticket.protocol,
        "revision": ticket.revision,
        "title": ticket.title,
        "standing": ticket.standing,
        "situation": situation_shown(ticket.diagram, ticket.shown),
        "next_step": next_step_shown(ticket.diagram, ticket.place, ticket.shown),
        "opened_at": ticket.opened_at,
        "changed_at": ticket.changed_at,
    }


def contact_body(contact: Contact) -> dict[str, Any]:
    """`ContactShape`."""
    ticket, answers = contact.ticket, contact.answers
    first, second, third = ({"key": one.key, "label": one.label} if one else None for one in contact.chosen)
    last = contact.messages[-1].seq if contact.more else None
    return standing_body(ticket) | {
        "opened_by": contact.opened_by,
        "classification": first,
        "subclassification": second,
        "contact_form": third,
        "contact": None
        if answers is None
        else {"name": answers.contact_name, "phone": answers.contact_phone, "email": answers.contact_email},
        "fields": [{"field": entry.key, "label": entry.label, "value": value} for entry, value in contact.values],
        "follows": contact.follows,
        "takes_messages": contact.takes_messages,
        "messages": [message_body(ticket.protocol, one) for one in contact.messages],
        "next": None if last is None else f"{PREFIX}/tickets/{ticket.protocol}/messages?after={last}",
        "attachments": [_file(ticket.protocol, row) for row in contact.attachments],
    }


def message_body(protocol: str, message: Message) -> dict[str, Any]:
    """`MessageShape`."""
    return {
        "number": message.seq,
        "at": message.at,
        "written_by": "customer" if message.ours else "staff",
        "author": message.author,
        "text": message.text,
        "attachments": [_file(protocol, row) for row in message.files],
    }


def _file(protocol: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return shown_body(row) | {"url": f"{PREFIX}/tickets/{protocol}/attachments/{row['id']}"}


def account_body(one: Listed) -> dict[str, Any]:
    """`AccountShape`."""
    names = ("id", "name", "email", "admin", "active", "invited_at")
    return {name: getattr(one, name) for name in names}
