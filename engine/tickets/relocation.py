"""Put a ticket somewhere no diagram foresaw, with a reason: also the way off a bad version, or into another process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.activities import following as activities
from engine.activities.model import activity
from engine.errors import FieldsMissing, Invalid
from engine.processes.model import process_version
from engine.runtime import walk
from engine.runtime.movement import Place, Stuck
from engine.tickets import filling, moves, obstacles
from engine.tickets.access import permit, ticket_for
from engine.tickets.following import circumstances, close_assistance, close_incident, follow
from engine.tickets.moving import remember, told_before
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Relocate:
    """Where to put the ticket, and why.

    Attributes:
        situation: element id; `<process key>:<id>` for one in a called process's file.
        process: key; None: the ticket's own.
        version: number; None: the newest where `process` is given, else the ticket's own.
        reason: in the actor's words; must not be empty.
        waive: fields that may stay empty this time; needs `ticket.waive`, recorded as a release.
        source, event_id: natural key: told twice, it is done once, for ever.
    """

    ticket: str | UUID
    situation: str
    reason: str
    process: str | None = None
    version: int | None = None
    waive: Sequence[str] = ()
    seen: int | None = None
    source: str | None = None
    event_id: str | None = None


def relocate(unit: Unit, ask: Relocate) -> Ticket:
    """Discard every token, begin one at the situation; diagram-made activities are archived, assistance abandoned.

    Raises:
        NotPermitted, Stale, Invalid, FieldsMissing: nothing is changed.
    """
    ticket = ticket_for(unit, Action.TICKET_RELOCATE, ask.ticket, seen=ask.seen)
    if not ask.reason.strip():
        raise Invalid("reason: diga por que o atendimento é realocado.", code="reason_missing")
    if ask.waive:
        permit(unit, ticket, Action.TICKET_WAIVE)
    if ask.event_id is not None and told_before(unit, ticket, ask.source, ask.event_id):
        return ticket
    put(unit, ticket, ask)
    remember(unit, ticket, ask.source, ask.event_id, ticket.seq)
    return ticket


def put(unit: Unit, ticket: Ticket, ask: Relocate) -> None:
    """Relocate a ticket that is open in this command already."""
    left = ticket.place
    version_id = _version(unit, ticket, ask)
    before = (ticket.process, ticket.version_id)
    ticket.version_id = version_id
    if ask.process:
        ticket.process = ask.process
    target = _target(ticket, ask)
    try:
        movement = walk.relocate(ticket.diagram, target, ticket.facts(), unit.local_now, unit.catalogue.table)
    except Stuck as stuck:
        raise Invalid(stuck.detail, code="stuck", reasons=[obstacles.stuck_reason(stuck)]) from stuck
    waived = _insist_on_fields(unit, ticket, ask, target)
    _withdraw_activities(unit, ticket)
    detail: dict[str, Any] = {}
    if close_assistance(unit, ticket, "abandoned"):
        detail["assistance"] = "abandoned"
    close_incident(unit, ticket)
    ticket.incomplete = [name for name in ticket.incomplete if name not in waived and ticket.value(name) is None]
    if before != (ticket.process, ticket.version_id):
        detail["from_version"] = str(before[1])
    if waived:
        detail["waived"] = waived
        ticket.record("released", reason=ask.reason.strip(), detail={"waived": waived})
    follow(unit, ticket, replace(movement, left=left), "relocated", reason=ask.reason.strip(), detail=detail)


def _version(unit: Unit, ticket: Ticket, ask: Relocate) -> UUID:
    key = ask.process or ticket.process
    if ask.version is None:
        if ask.process is None:
            return ticket.version_id
        newest = unit.catalogue.processes.get(key)
        if newest is None:
            raise Invalid(f"process: {key!r} não está implantado.", code="process_unknown")
        return newest.id  # type: ignore[no-any-return]
    found: UUID | None = unit.connection.execute(
        select(process_version.c.id).where(process_version.c.key == key, process_version.c.number == ask.version)
    ).scalar()
    if found is None:
        raise Invalid(f"version: o processo {key!r} não tem a versão {ask.version}.", code="version_unknown")
    return found


def _target(ticket: Ticket, ask: Relocate) -> Place:
    process, _, element = ask.situation.rpartition(":")
    place = Place(process or ticket.process, element)
    situations = ticket.diagram.situations
    if place not in situations:
        known = ", ".join(str(p) if p.process != ticket.process else p.element for p in situations)
        raise Invalid(
            f"situation: {ask.situation!r} não é uma situação desta versão; existem {known}.",
            code="situation_unknown",
        )
    return place


def _insist_on_fields(unit: Unit, ticket: Ticket, ask: Relocate, target: Place) -> list[str]:
    facts = ticket.facts() | {"move": None}
    names, failed = moves.required(ticket.diagram, ticket, (), (), facts, circumstances(unit, ticket), place=target)
    if failed:
        raise Invalid(failed[0].detail, code=failed[0].code, reasons=failed)
    empty = [name for name in names if ticket.value(name) is None]
    missing = [name for name in empty if name not in ask.waive]
    if missing:
        reason = filling.missing_reason(unit.catalogue.registries, missing)
        raise FieldsMissing(
            f"{reason.detail} Preencha antes, ou dispense com `waive` se tiver o direito ticket.waive.",
            reasons=[reason],
            missing=missing,
        )
    return empty


def _withdraw_activities(unit: Unit, ticket: Ticket) -> None:
    rows = unit.connection.scalars(
        select(activity.c.id).where(
            activity.c.ticket_id == ticket.id, activity.c.status != "finished", activity.c.token.is_not(None)
        )
    )
    activities.archive_all(unit, ticket.about, ticket.id, list(rows), "relocated")
