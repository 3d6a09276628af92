"""Tickets as plain values for JSON, written by hand: a schema's dump costs ten times as much.

That they have the documented shapes is held by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.commands import answer, etag
from engine.activities.rings import overdue, ring
from engine.processes.deployed import deployed, number_of
from engine.runtime.movement import Place
from engine.tickets.sight import situation_shown
from permissions.personal import ADDRESS, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.privacy.sight import View
    from engine.runtime.process import Process
    from engine.tickets.moves import Option
    from engine.tickets.ticket import Ticket
    from engine.unit import Answer, Unit


def ticket_body(ticket: Ticket) -> dict[str, Any]:
    """`TicketShape`."""
    person = ticket.person
    process = ticket.diagram
    view = ticket.view
    return {
        "protocol": ticket.protocol,
        "revision": ticket.revision,
        "title": ticket.title,
        "process": ticket.process,
        "version": ticket.version,
        "situation": ticket.situation,
        "situation_label": label_of(process, ticket.place_process, ticket.situation),
        "situation_process": ticket.place_process,
        "standing": ticket.standing,
        "ended": ticket.ended,
        "subject": ticket.subject,
        "subsubject": ticket.subsubject,
        "team": ticket.team,
        "responsible": person.login if person else None,
        "priority": ticket.priority,
        "next_action_at": ticket.next_action_at,
        "incomplete": ticket.incomplete,
        "opened_at": ticket.opened_at,
        "entered_at": ticket.entered_at,
        "changed_at": ticket.changed_at,
        "timer_due_at": ticket.timer_due_at,
        "description": view(TEXT, ticket.description),
        "channel": ticket.channel,
        "request_type": ticket.request_type,
        "customer": ticket.customer_key,
        "development": ticket.development,
        "block": view(ADDRESS, ticket.block),
        "unit": view(ADDRESS, ticket.unit),
        "contact_reason": ticket.contact_reason,
        "portal_visible": ticket.portal_visible,
        "cloned_from": ticket.source,
        "customer_sees": situation_shown(process, ticket.shown),
        "fields": view.fields(ticket.fields),
        "withheld": view.withheld,
        "waiting_for": ticket.waiting_for,
        "awaits": ticket.awaits,
        "incident": ticket.incident,
        "opened_by": ticket.opened_by,
        "limit_at": ticket.limit_at,
        "response_limit_at": ticket.response_limit_at,
        "resolution_limit_at": ticket.resolution_limit_at,
    }


def told(ticket: Ticket, **more: Any) -> Answer:
    """A ticket as an answer, with its revision as ETag."""
    return answer(200, ticket_body(ticket) | more, ETag=etag(ticket.revision))


def listed(unit: Unit, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """`ListedShape` of each row."""
    people = unit.catalogue.people
    versions: dict[Any, tuple[Process, int]] = {}
    labels: dict[tuple[Any, str, str], str] = {}
    found = []
    for row in rows:
        version_id = row.version_id
        if version_id not in versions:
            versions[version_id] = deployed(unit, version_id), number_of(unit, version_id)
        process, number = versions[version_id]
        place = (version_id, row.place_process, row.situation)
        if place not in labels:
            labels[place] = label_of(process, row.place_process, row.situation)
        person = people.get(row.responsible)
        found.append(
            {
                "protocol": row.protocol,
                "revision": row.revision,
                "title": row.title,
                "process": row.process,
                "version": number,
                "situation": row.situation,
                "situation_label": labels[place],
                "situation_process": row.place_process,
                "standing": row.standing,
                "ended": row.ended,
                "subject": row.subject,
                "subsubject": row.subsubject,
                "team": row.team,
                "responsible": person.login if person else None,
                "priority": row.priority,
                "next_action_at": row.next_action_at,
                "incomplete": row.incomplete,
                "opened_at": row.opened_at,
                "entered_at": row.entered_at,
                "changed_at": row.changed_at,
                "timer_due_at": row.timer_due_at,
            }
        )
    return found


def activity_body(unit: Unit, row: Any, view: View) -> dict[str, Any]:
    """`ActivityShape`, as the reader of its ticket sees it."""
    name = row.name
    if row.element is not None:
        name = deployed(unit, row.version_id).activities[Place(row.process, row.element)].label
    person = unit.catalogue.people.get(row.person_id)
    as_they_are = ("process", "element", "team", "status", "created_at", "due_kind", "limit_at")
    return {"id": row.id, "kind": row.kind, "name": name} | {
        **{one: getattr(row, one) for one in as_they_are},
        "ring": ring(row.status, row.limit_at, row.yellow_at, unit.now),
        "overdue": overdue(row.status, row.limit_at, unit.now),
        "description": view(TEXT, row.description),
        "responsible": person.login if person else None,
    }


def option_body(process: Process, option: Option) -> dict[str, Any]:
    """`OptionShape`."""
    leads_to = option.leads_to
    return {
        "move": option.move,
        "label": option.label,
        "allowed": option.allowed,
        "default": option.default,
        "leads_to": None if leads_to is None else place_body(process, leads_to),
        "requires": option.requires,
        "missing": option.missing,
        "reasons": [reason.as_dict() for reason in option.reasons],
    }


def place_body(process: Process, place: Place) -> dict[str, Any]:
    """`PlaceShape`."""
    found = process.situations.get(place) or process.ends[place]
    return {
        "process": place.process,
        "situation": place.element,
        "label": found.label,
        "standing": found.standing,
    }


def label_of(process: Process, key: str, element: str) -> str:
    """What people call the situation or end."""
    place = Place(key, element)
    found = process.situations.get(place) or process.ends[place]
    return found.label
