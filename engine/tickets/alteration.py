"""Alter and forward a ticket: what it is about, who has it, when it is due, texts and own fields, in one command."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine.errors import FieldsMissing, Invalid, ProcessDiffers
from engine.people.absences import on_duty
from engine.processes.deployed import label_of as label_of_process
from engine.tickets import filling, moves
from engine.tickets.access import insist_on_open, permit_all, readable_ticket
from engine.tickets.assistance import insist_on_assisted
from engine.tickets.following import circumstances
from engine.tickets.keys import BELONGS, REGISTRY, label, wrong_keys
from engine.tickets.merging import insist_on_fresh
from engine.tickets.next_action import insist_on_future
from engine.tickets.relocation import Relocate, put
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

COLUMNS = (
    "title",
    "description",
    "subject",
    "subsubject",
    "development",
    "block",
    "unit",
    "team",
    "responsible",
    "priority",
    "request_type",
    "contact_reason",
    "next_action_at",
    "portal_visible",
)
_RIGHTS = {
    "team": Action.TICKET_FORWARD,
    "responsible": Action.TICKET_FORWARD,
    "next_action_at": Action.TICKET_NEXT_ACTION,
    "portal_visible": Action.TICKET_PUBLISH,
}
# What may still be said of a ticket that is finished or cancelled, beside what was left incomplete and own fields.
_AFTERWARDS = frozenset({"portal_visible", "contact_reason"})
# Texts may hold personal data: history says that they changed, not what they said.
_UNTOLD = frozenset({"title", "description"})


@dataclass(frozen=True, kw_only=True)
class Alter:
    """What shall be different.

    Attributes:
        changes: column -> new value, of `COLUMNS`; `responsible` is a login, None gives the ticket back to the
            team's queue; a new `team` alone does so too.
        fields: values of own fields.
        situation: where to go on, when the new subject lives in another process; needs the right to relocate.
        reason: asked for when the process changes.
        disjoint: let it through when others, since `seen`, changed nothing of what is changed here.
    """

    ticket: str | UUID
    changes: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    situation: str | None = None
    reason: str | None = None
    seen: int | None = None
    disjoint: bool = False


def alter(unit: Unit, ask: Alter) -> Ticket:
    """Alter the ticket; refused while anything the proposed subject requires is empty, naming all of it.

    Raises:
        NotPermitted, Stale, NotActive, Invalid, ProcessDiffers, FieldsMissing: nothing is changed.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    permit_all(unit, ticket, rights_to(ask.changes, ask.fields))
    proposed = {**ask.changes, **{f"fields.{name}": value for name, value in ask.fields.items()}}
    insist_on_fresh(unit, ticket, ask.seen, proposed, disjoint=ask.disjoint)
    if ask.changes.keys() - _AFTERWARDS - set(ticket.incomplete):
        insist_on_open(ticket)
    subject = ticket.subject
    change(unit, ticket, ask.changes, ask.fields, reason=ask.reason)
    if ticket.subject != subject and (process := _other_process(unit, ticket)):
        _go_over(unit, ticket, ask, process)
    elif ask.situation:
        raise Invalid("situation: só quando o novo assunto segue outro processo; para isso há a realocação.")
    else:
        insist_on_required(unit, ticket)
    return ticket


def rights_to(changes: Mapping[str, Any], fields: Mapping[str, Any]) -> list[tuple[Action, str | None]]:
    """The rights that these changes ask for; none at all are an alteration too."""
    found: dict[tuple[Action, str | None], None] = {}
    for name in changes:
        found[_RIGHTS.get(name, Action.TICKET_ALTER), None] = None
    for name in fields:
        found[Action.TICKET_FILL, name] = None
    return list(found) or [(Action.TICKET_ALTER, None)]


def change(
    unit: Unit, ticket: Ticket, changes: Mapping[str, Any], fields: Mapping[str, Any], *, reason: str | None = None
) -> None:
    """Put the values into an open ticket and tell of it; whoever calls insists on what is required.

    Raises:
        Invalid: names everything that does not fit.
    """
    values = filling.insist(unit.catalogue.registries, fields)
    fresh = _checked(unit, ticket, changes)
    if "subject" in fresh:
        insist_on_assisted(unit, ticket, fresh["subject"])
    told: dict[str, Any] = {}
    for name, value in fresh.items():
        before = getattr(ticket, name)
        if before != value:
            told[name] = None if name in _UNTOLD else [_plain(before), _plain(value)]
            setattr(ticket, name, value)
    filled = sorted(name for name, value in values.items() if ticket.value(name) != value)
    ticket.fill(values)
    if told or filled:
        detail = ({"changed": told} if told else {}) | ({"fields": filled} if filled else {})
        ticket.record("altered", reason=reason, detail=detail)


def insist_on_required(unit: Unit, ticket: Ticket) -> None:
    """Refuse while anything is empty that process, situation, subject or subsubject require as they are now.

    Raises:
        FieldsMissing: names all of it.
    """
    facts = ticket.facts() | {"move": None}
    names, failed = moves.required(ticket.diagram, ticket, (), (), facts, circumstances(unit, ticket))
    if failed:
        raise Invalid(failed[0].detail, code=failed[0].code, reasons=failed)
    missing = [name for name in names if ticket.value(name) is None]
    if missing:
        reason = filling.missing_reason(unit.catalogue.registries, missing)
        raise FieldsMissing(reason.detail, reasons=[reason], missing=missing)


def _checked(unit: Unit, ticket: Ticket, asked: Mapping[str, Any]) -> dict[str, Any]:
    if strange := sorted(asked.keys() - set(COLUMNS)):
        raise Invalid(f"{', '.join(strange)}: não se altera aqui; alteram-se {', '.join(COLUMNS)} e fields.")
    changes = {name: value for name, value in asked.items() if value != getattr(ticket, name)}
    if changes.get("next_action_at") is not None:
        insist_on_future(unit, changes["next_action_at"])
    for name, above in BELONGS.items():
        if not changes.keys().isdisjoint(above) and name not in asked:
            changes[name] = None
    present = {name: getattr(ticket, name) for name in REGISTRY}
    wrong = list(wrong_keys(unit.catalogue.registries, {n: changes[n] for n in REGISTRY if n in changes}, present))
    if "title" in changes and not (changes["title"] or "").strip():
        wrong.append("title: escreva em poucas palavras do que se trata")
    if "description" in changes and not isinstance(changes["description"], str):
        wrong.append("description: use um texto")
    if "portal_visible" in changes and not isinstance(changes["portal_visible"], bool):
        wrong.append("portal_visible: use true ou false")
    wrong += _hand_over(unit, ticket, changes)
    if wrong:
        raise Invalid.of(wrong)
    return changes


def _hand_over(unit: Unit, ticket: Ticket, changes: dict[str, Any]) -> list[str]:
    """Find the person of a login; a new team without a person queues the ticket. Returns what is wrong."""
    login = changes.get("responsible")
    if login is None:
        if "team" in changes:
            changes["responsible"] = None
        return []
    person = next((p for p in unit.catalogue.people.values() if p.login == login and not p.ended), None)
    if person is None:
        return [f"responsible: não há pessoa com o login {login!r}"]
    changes["responsible"] = person.id
    if person.id == ticket.responsible and "team" not in changes:
        return []
    team = changes.get("team", ticket.team)
    changes["responsible"] = on_duty(unit, person, team).id
    if not team or team in person.teams:
        return []
    return [f"responsible: {person.name} não é da equipe {label(unit.catalogue.registries, 'team', team)}"]


def _other_process(unit: Unit, ticket: Ticket) -> str | None:
    subject = unit.catalogue.registries.subjects.get(ticket.subject)
    own = (subject.process if subject else None) or unit.engine.settings.default_process
    return own if own != ticket.process else None


def _go_over(unit: Unit, ticket: Ticket, ask: Alter, process: str) -> None:
    if ask.situation is None:
        subject = label(unit.catalogue.registries, "subject", ticket.subject)
        there, here = label_of_process(unit, process), ticket.diagram.settings[ticket.process].label
        raise ProcessDiffers(
            f"O assunto “{subject}” segue o processo “{there}”, e este atendimento está em “{here}”. "
            "Diga em `situation` onde ele continua (precisa do direito de realocar) e, em `reason`, por quê.",
            process=process,
        )
    permit_all(unit, ticket, [(Action.TICKET_RELOCATE, None)])
    reason = (ask.reason or "").strip()
    if not reason:
        raise Invalid("reason: diga por que o atendimento muda de processo.", code="reason_missing")
    put(
        unit,
        ticket,
        Relocate(ticket=ticket.protocol, situation=ask.situation, reason=reason, process=process),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
