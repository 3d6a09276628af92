"""Attachments as plain values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.tickets.sight import customer_sees
from permissions.personal import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket


def draft_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """`DraftShape`."""
    names = ("id", "name", "media_type", "kind", "size", "state", "uploaded_at", "expires_at")
    return {name: row[name] for name in names} | {"sha256": row["digest"]}


def attachment_body(ticket: Ticket, row: Mapping[str, Any]) -> dict[str, Any]:
    """`AttachmentShape`."""
    names = ("id", "seq", "media_type", "kind", "size", "state", "shown", "marked", "attached_at", "attached_by")
    there = row["removed_at"] is None
    sees = there and customer_sees(portal_visible=ticket.portal_visible, shown=row["shown"])
    return {name: row[name] for name in names} | {
        "name": ticket.view(TEXT, row["name"]) if there else None,
        "customer_sees": sees,
        "recording_consent": row["consent"],
        "removed_at": row["removed_at"],
        "url": f"/api/v1/tickets/{ticket.protocol}/attachments/{row['id']}" if there else None,
    }


def shown_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a customer is told of an attachment that is shown to them."""
    names = ("id", "name", "media_type", "kind", "size")
    return {name: row[name] for name in names} | {"at": row["attached_at"], "ready": row["state"] == "clean"}
