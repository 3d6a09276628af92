"""Open a ticket: it begins where its subject's process begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.builtin import PORTAL
from engine.db import new_id
from engine.errors import FieldsMissing, Invalid, NotFound, ProcessDiffers, Reason
from engine.processes.deployed import label_of as label_of_process
from engine.registry.model import customer
from engine.rights import insist
from engine.runtime import walk
from engine.runtime.movement import Stuck
from engine.tickets import filling, moves, obstacles
from engine.tickets.access import permit, readable_ticket
from engine.tickets.following import circumstances, follow
from engine.tickets.keys import REGISTRY, wrong_keys
from engine.tickets.model import opening_key
from engine.tickets.protocol import new_protocol
from engine.tickets.ticket import Ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from engine.processes.model import Version
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Open:
    """What a new ticket is about.

    Attributes:
        subject, subsubject: keys; a subsubject is `<subject>.<key>`.
        customer: the customer's key.
        fields: values of own fields.
        process: only where no subject says it; default: the installation's.
        source, external_id: natural key: opened twice, it is the same ticket, for ever.
        inbound: opened by a message from outside: never refused for an empty field, `incomplete` instead.
        portal_visible: whether the customer sees it in the portal; None: as its channel has it.
    """

    title: str
    description: str = ""
    subject: str | None = None
    subsubject: str | None = None
    customer: str | None = None
    priority: str | None = None
    channel: str | None = None
    request_type: str | None = None
    development: str | None = None
    block: str | None = None
    unit: str | None = None
    contact_reason: str | None = None
    team: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    process: str | None = None
    source: str | None = None
    external_id: str | None = None
    inbound: bool = False
    portal_visible: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The ticket; `repeated`: it had been opened before under the same natural key."""

    ticket: Ticket
    repeated: bool = False


def open_ticket(unit: Unit, ask: Open) -> Opened:
    """Open the ticket, or give the one that this natural key opened before.

    Raises:
        NotPermitted, Invalid, FieldsMissing: nothing is stored.
    """
    if unit.key is not None and unit.catalogue and unit.earlier and unit.earlier.ticket_id:
        readable_ticket(unit, unit.earlier.ticket_id, lock=False)  # the right to read is asked again
    unit.replay()
    insist(unit, Action.TICKET_OPEN)
    if ask.external_id is not None and (known := _opened_before(unit, ask)):
        return Opened(ticket=readable_ticket(unit, known, lock=True), repeated=True)
    ticket = begin(unit, ask)
    if ask.portal_visible is not None and ask.portal_visible != (ask.channel == PORTAL):
        permit(unit, ticket, Action.TICKET_PUBLISH)
    return Opened(ticket=ticket)


def begin(unit: Unit, ask: Open) -> Ticket:
    """Begin the ticket where its process begins; whoever calls has asked for the right and the earlier answer.

    Raises:
        Invalid, ProcessDiffers, NotFound, FieldsMissing: nothing is stored.
    """
    whose = _customer(unit, ask.customer)
    values = _insist_on_what_is_said(unit, ask, whose)
    version = _version(unit, ask)
    ticket = _blank(unit, ask, version, whose)
    ticket.team = ticket.team or ticket.diagram.settings[version.key].team
    ticket.fill(values)
    try:
        movement = walk.begin(ticket.diagram, ticket.facts(), unit.local_now, unit.catalogue.table)
    except Stuck as stuck:
        reason = obstacles.stuck_reason(stuck)
        raise Invalid(stuck.detail, code="stuck", reasons=[reason]) from stuck
    _insist_on_fields(unit, ticket, ask, movement.place)
    if ask.external_id is not None:
        unit.insert(
            ticket.about,
            opening_key,
            source=ask.source or "",
            external_id=ask.external_id,
            ticket_id=ticket.id,
        )
    follow(unit, ticket, movement, "opened", detail={"fields": sorted(values)} if values else None)
    return ticket


def _opened_before(unit: Unit, ask: Open) -> UUID | None:
    found: UUID | None = unit.connection.execute(
        select(opening_key.c.ticket_id).where(
            opening_key.c.source == (ask.source or ""), opening_key.c.external_id == ask.external_id
        )
    ).scalar()
    return found


def _version(unit: Unit, ask: Open) -> Version:
    subject = unit.catalogue.registries.subjects.get(ask.subject)
    own = subject.process if subject else None
    if own and ask.process and own != ask.process:
        assert subject is not None
        followed = label_of_process(unit, own)
        raise ProcessDiffers(
            f"O assunto “{subject.label}” segue o processo “{followed}”, não {ask.process!r}. Deixe `process` de fora."
        )
    key = own or ask.process or unit.engine.settings.default_process
    version: Version | None = unit.catalogue.processes.get(key)
    if version is None:
        known = ", ".join(sorted(unit.catalogue.processes)) or "nenhum"
        raise Invalid(f"O processo {key!r} não está implantado; implantados: {known}.", code="process_unknown")
    return version


def _insist_on_what_is_said(unit: Unit, ask: Open, whose: Any) -> dict[str, Any]:
    """Refuse keys that nobody knows, values that do not fit, and the customer, all at once; returns the values."""
    registries = unit.catalogue.registries
    wrong = list(wrong_keys(registries, {name: getattr(ask, name) for name in REGISTRY}))
    if not ask.title.strip():
        wrong.append("title: escreva em poucas palavras do que se trata")
    values, odd = filling.sort_out(registries, ask.fields)
    sorts = [one for one in (Invalid.of(wrong).reasons, _stranger(ask, whose), odd) if one]
    reasons = [reason for one in sorts for reason in one]
    if reasons:
        code = reasons[0].code if len(sorts) == 1 else "invalid"
        kind = NotFound if code == _UNKNOWN else Invalid
        told = "; ".join(one.detail.rstrip(".") for one in reasons)
        raise kind(f"{told}.", code=code, reasons=reasons)
    return values


def _stranger(ask: Open, whose: Any) -> list[Reason]:
    """Why nothing can be opened for the customer."""
    code = matter = fix = ""
    if ask.customer is not None and whose is None:
        code, matter = _UNKNOWN, f"não há cliente {ask.customer!r}; cadastre-o antes"
        fix = "Confira a chave, ou cadastre o cliente antes."
    elif whose is not None and whose.retired_at is not None and not ask.inbound:
        code, matter = "customer_retired", f"o cliente {ask.customer!r} está aposentado; reative-o, ou escolha outro"
        fix = "Reative o cliente no cadastro, ou escolha outro."
    details = {"member": "customer"}
    return [Reason(code=code, detail=f"customer: {matter}", fix=fix, details=details)] if code else []


_UNKNOWN: Final = "customer_unknown"


def _blank(unit: Unit, ask: Open, version: Version, whose: Any) -> Ticket:
    registries = unit.catalogue.registries
    subject = registries.subjects.get(ask.subject)
    finer = registries.subsubjects.get(ask.subsubject)
    return Ticket.new(
        unit,
        id=new_id(),
        protocol=new_protocol(unit.now.year),
        revision=1,
        seq=0,
        version_id=version.id,
        process=version.key,
        place_process=version.key,
        situation="",
        standing="open",
        ended=False,
        entered_at=unit.now,
        shown=None,
        waiting_for=None,
        awaits=[],
        incomplete=[],
        state=b"",
        timer_due_at=None,
        incident=None,
        title=ask.title.strip(),
        description=ask.description,
        subject=ask.subject,
        subsubject=ask.subsubject,
        team=ask.team or (finer.team if finer else None) or (subject.team if subject else None),
        responsible=None,
        priority=ask.priority,
        channel=ask.channel,
        request_type=ask.request_type,
        customer_id=whose.id if whose else None,
        development=ask.development,
        block=ask.block,
        unit=ask.unit,
        contact_reason=ask.contact_reason,
        portal_visible=ask.channel == PORTAL if ask.portal_visible is None else ask.portal_visible,
        fields={},
        opened_at=unit.now,
        opened_by=unit.actor.id,
        changed_at=unit.now,
        customer_kind=whose.kind if whose else None,
        customer_key=ask.customer,
    )


def _customer(unit: Unit, key: str | None) -> Any:
    """The customer's row; None: there is none of that key."""
    if key is None:
        return None
    found = select(customer.c.id, customer.c.kind, customer.c.retired_at).where(customer.c.key == key)
    return unit.connection.execute(found).one_or_none()


def _insist_on_fields(unit: Unit, ticket: Ticket, ask: Open, place: Any) -> None:
    facts = ticket.facts() | {"move": None}
    names, failed = moves.required(ticket.diagram, ticket, (), (), facts, circumstances(unit, ticket), place=place)
    missing = [name for name in names if ticket.value(name) is None]
    if ask.inbound:
        ticket.incomplete = missing
        return
    reasons = list(failed)
    if missing:
        reasons.insert(0, filling.missing_reason(unit.catalogue.registries, missing))
    if missing:
        raise FieldsMissing(reasons[0].detail, reasons=reasons, missing=missing)
    if failed:
        raise Invalid(failed[0].detail, code=failed[0].code, reasons=reasons)
