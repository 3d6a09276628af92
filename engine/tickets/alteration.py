"""Alter and forward a ticket: subject, team, responsible, priority, texts and own fields, in one command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine.errors import FieldsMissing, Invalid, ProcessDiffers
from engine.tickets import filling, moves
from engine.tickets.access import permit, ticket_for
from engine.tickets.following import circumstances
from engine.tickets.opening import wrong_keys
from engine.tickets.relocation import Relocate, put
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

COLUMNS = ("title", "description", "subject", "subsubject", "team", "responsible", "priority", "request_type")


@dataclass(frozen=True, kw_only=True)
class Alter:
    """What shall be different.

    Attributes:
        changes: column -> new value, of `COLUMNS`; `responsible` is a login, None gives the ticket back.
        fields: values of own fields.
        situation: where to go on, when the new subject lives in another process; needs the right to relocate.
        reason: asked for when the process changes.
    """

    ticket: str | UUID
    changes: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    situation: str | None = None
    reason: str | None = None
    seen: int | None = None


def alter(unit: Unit, ask: Alter) -> Ticket:
    """Alter the ticket; refused while anything the proposed subject requires is empty, naming all of it.

    Raises:
        NotPermitted, Stale, Invalid, ProcessDiffers, FieldsMissing: nothing is changed.
    """
    ticket = ticket_for(unit, Action.TICKET_ALTER, ask.ticket, seen=ask.seen)
    values = filling.insist(unit.catalogue.registries, ask.fields)
    for name in values:
        permit(unit, ticket, Action.TICKET_FILL, narrowed=name)
    before = {name: getattr(ticket, name) for name in COLUMNS}
    for name, value in _changes(unit, ticket, ask).items():
        setattr(ticket, name, value)
    ticket.fill(values)
    after = {name: getattr(ticket, name) for name in COLUMNS if getattr(ticket, name) != before[name]}
    # Texts may hold personal data: history says that they changed, not what they said.
    told = {
        name: [_plain(before[name]), _plain(value)] if name not in {"title", "description"} else "changed"
        for name, value in after.items()
    }
    if told or values:
        ticket.record("altered", reason=ask.reason, detail=told | ({"fields": sorted(values)} if values else {}))
    if "subject" in after and (process := _other_process(unit, ticket)):
        _go_over(unit, ticket, ask, process)
    elif ask.situation:
        raise Invalid("situation: só quando o novo assunto segue outro processo; para isso há a realocação.")
    else:
        _insist_on_fields(unit, ticket)
    return ticket


def _changes(unit: Unit, ticket: Ticket, ask: Alter) -> dict[str, Any]:
    changes = dict(ask.changes)
    if strange := sorted(changes.keys() - set(COLUMNS)):
        raise Invalid(f"{', '.join(strange)}: não se altera aqui; alteram-se {', '.join(COLUMNS)} e fields.")
    if "subject" in changes and changes["subject"] != ticket.subject:
        changes.setdefault("subsubject", None)
    wrong = wrong_keys(
        unit,
        subject=changes.get("subject", ticket.subject),
        subsubject=changes.get("subsubject", ticket.subsubject),
        team=changes.get("team"),
    )
    if "title" in changes and not (changes["title"] or "").strip():
        wrong.append("title: escreva em poucas palavras do que se trata")
    if changes.get("responsible") is not None:
        login = changes["responsible"]
        person = next((p for p in unit.catalogue.people.values() if p.login == login and not p.ended), None)
        changes["responsible"] = person.id if person else None
        if person is None:
            wrong.append(f"responsible: não há pessoa com o login {login!r}")
        else:
            team = changes.get("team", ticket.team)
            if team and team not in person.teams:
                wrong.append(f"responsible: {login!r} não é da equipe {team!r}")
    elif "team" in changes and "responsible" not in changes and ticket.responsible:
        person = unit.catalogue.people.get(ticket.responsible)
        if person is None or changes["team"] not in person.teams:
            changes["responsible"] = None
    if wrong:
        raise Invalid("; ".join(wrong) + ".")
    return changes


def _other_process(unit: Unit, ticket: Ticket) -> str | None:
    subject = unit.catalogue.registries.subjects.get(ticket.subject)
    own = (subject.process if subject else None) or unit.engine.settings.default_process
    return own if own != ticket.process else None


def _go_over(unit: Unit, ticket: Ticket, ask: Alter, process: str) -> None:
    if ask.situation is None:
        raise ProcessDiffers(
            f"O assunto {ticket.subject!r} segue o processo {process!r}, e este atendimento está em "
            f"{ticket.process!r}. Diga em `situation` onde ele continua em {process!r} "
            "(precisa do direito ticket.relocate) e, em `reason`, por quê.",
            process=process,
        )
    permit(unit, ticket, Action.TICKET_RELOCATE)
    reason = (ask.reason or "").strip()
    if not reason:
        raise Invalid("reason: diga por que o atendimento muda de processo.", code="reason_missing")
    put(
        unit,
        ticket,
        Relocate(ticket=ticket.protocol, situation=ask.situation, reason=reason, process=process),
    )


def _insist_on_fields(unit: Unit, ticket: Ticket) -> None:
    facts = ticket.facts() | {"move": None}
    names, failed = moves.required(ticket.diagram, ticket, (), (), facts, circumstances(unit, ticket))
    if failed:
        raise Invalid(failed[0].detail, code=failed[0].code, reasons=failed)
    missing = [name for name in names if ticket.value(name) is None]
    if missing:
        reason = filling.missing_reason(unit.catalogue.registries, missing)
        raise FieldsMissing(reason.detail, reasons=[reason], missing=missing)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
