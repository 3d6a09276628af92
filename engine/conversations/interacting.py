"""Interact with a ticket: words, a move, a next action and a hand-over in one command, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.builtin import CHANNEL_LABELS, NOTE
from engine.conversations.composing import compose
from engine.conversations.saying import AUTOMATIC, Words, insist_on_words, say
from engine.errors import Invalid, MovedMeanwhile, Reason
from engine.runtime.movement import Place
from engine.tickets.access import happened, insist_on_open, permit_all, readable_ticket
from engine.tickets.alteration import change, insist_on_required, rights_to
from engine.tickets.merging import insist_on_fresh
from engine.tickets.moving import leave
from engine.tickets.next_action import put_next_action
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Whom the ticket goes to: a team's queue, a person of its team, or a person of another team."""

    team: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interact:
    """Everything one interaction may do; at least one of it.

    Attributes:
        words: what is said.
        move: the flow's id; `situation`: the present one, where the ticket shall stay. Either answers the demand
            for a situation.
        fields: values of own fields; with a move, those it asks for.
        next_action_at: when the customer is to be contacted again.
        reason: why, in the actor's words; kept in the history.
    """

    ticket: str | UUID
    words: Words | None = None
    move: str | None = None
    situation: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    next_action_at: datetime | None = None
    hand_over: HandOver | None = None
    reason: str | None = None
    seen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Interacted:
    """The ticket as it is now, and the row of what was said, if anything was."""

    ticket: Ticket
    interaction: Mapping[str, Any] | None


def interact(unit: Unit, ask: Interact) -> Interacted:
    """Do all that is asked, or nothing.

    Rights and demands are those of the situation where the ticket stands before. Next action and hand-over come
    first, since the move may require them, unless it is the move that opens the ticket again; the words come last, so
    that a standard reply tells what has become of it.

    Raises:
        NotFound, NotPermitted, Stale, MovedMeanwhile, NoSuchMove, NotActive, FieldsMissing, Invalid.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=True)
    handed = _handed(ask)
    permit_all(unit, ticket, _rights(ask, handed))
    insist_on_fresh(unit, ticket, ask.seen, _proposed(ask, handed))
    _insist_on_something(ask)
    _insist_on_situation(unit, ticket, ask)
    copies = insist_on_words(unit, ticket, ask.words) if ask.words else ()
    demanded = _demanded(unit, ticket, ask)
    if ask.move is None:
        _arrange(unit, ticket, ask, handed, ask.fields)
        if handed or ask.fields:
            insist_on_required(unit, ticket)
    elif ticket.standing == "open":
        _arrange(unit, ticket, ask, handed, {})
        _leave(unit, ticket, ask, handed)
    else:
        leave(unit, ticket, ask.move, ask.fields, reason=ask.reason)
        _arrange(unit, ticket, ask, handed, {})
        if handed:
            insist_on_required(unit, ticket)
    _insist_on_demands(ticket, ask, demanded)
    if ask.words is None:
        return Interacted(ticket=ticket, interaction=None)
    automatic = ask.words.kind == AUTOMATIC
    text, holds = compose(unit, ticket, ask.words.standard_reply or "") if automatic else (ask.words.text or "", ())
    row = say(unit, ticket, ask.words, text=text, holds=holds, copies=copies, reason=ask.reason)
    return Interacted(ticket=ticket, interaction=row)


def _handed(ask: Interact) -> dict[str, Any]:
    if ask.hand_over is None:
        return {}
    if ask.hand_over.team is None:
        return {"responsible": ask.hand_over.responsible}
    return {"team": ask.hand_over.team, "responsible": ask.hand_over.responsible}


def _rights(ask: Interact, handed: Mapping[str, Any]) -> list[tuple[Action, str | None]]:
    """All but the move's own, which is part of weighing it."""
    found = ask.words.rights() if ask.words else []
    if ask.next_action_at is not None:
        found.append((Action.TICKET_NEXT_ACTION, None))
    own = {} if ask.move else ask.fields
    return [*found, *(rights_to(handed, own) if handed or own else ())]


def _proposed(ask: Interact, handed: Mapping[str, Any]) -> dict[str, Any]:
    found = {**handed, **{f"fields.{name}": value for name, value in ask.fields.items()}}
    return found | ({"next_action_at": ask.next_action_at} if ask.next_action_at is not None else {})


def _insist_on_something(ask: Interact) -> None:
    empty = ask.hand_over is not None and ask.hand_over.team is None and ask.hand_over.responsible is None
    if empty or not (ask.words or ask.move or ask.fields or ask.hand_over or ask.next_action_at is not None):
        raise Invalid(
            "Diga ao menos uma coisa: interaction, move, fields, next_action_at ou hand_over (team ou responsible).",
            code="nothing_asked",
        )


def _insist_on_situation(unit: Unit, ticket: Ticket, ask: Interact) -> None:
    if ask.situation is None or ask.situation == ticket.situation:
        return
    raise MovedMeanwhile(
        f"O atendimento não está em “{_label(ticket, ask.situation)}”, e sim em “{_label(ticket, ticket.situation)}”. "
        "Para mudá-lo de situação, diga em `move` por qual opção.",
        **happened(unit, ticket),
    )


def _label(ticket: Ticket, situation: str) -> str:
    drawn = ticket.diagram.situations.get(Place(ticket.place_process, situation))
    return drawn.label if drawn else situation


def _demanded(unit: Unit, ticket: Ticket, ask: Interact) -> tuple[str, ...]:
    if ask.words is None:
        return ()
    found: tuple[str, ...] = unit.catalogue.demands.of(ticket.place_process, ticket.situation, ask.words.place)
    return found


def _insist_on_demands(ticket: Ticket, ask: Interact, demanded: tuple[str, ...]) -> None:
    missing = []
    if "situation" in demanded and not (ask.move or ask.situation):
        missing.append("situation")
    # Nobody is contacted again about a ticket that this very interaction closes.
    if "next_action" in demanded and ask.next_action_at is None and ticket.standing == "open":
        missing.append("next_action")
    if not missing:
        return
    assert ask.words is not None
    told = " e ".join(_DEMANDED[name] for name in missing)
    place = "uma anotação" if ask.words.place == NOTE else f"uma conversa por {CHANNEL_LABELS[ask.words.place]}"
    detail = f"Nesta situação, {place} exige {told}."
    fix = "Use POST …/interact com move, ou com a situation atual, e next_action_at."
    reasons = [Reason(code="demanded", detail=detail, fix=fix, details={"missing": missing})]
    raise Invalid(detail, code="demanded", reasons=reasons, missing=missing)


def _arrange(unit: Unit, ticket: Ticket, ask: Interact, handed: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    if ask.next_action_at is not None:
        put_next_action(unit, ticket, ask.next_action_at, reason=ask.reason)
    if handed:
        insist_on_open(ticket)
    change(unit, ticket, handed, fields, reason=ask.reason)


_DEMANDED = {"situation": "dizer a situação", "next_action": "marcar a próxima ação"}


def _leave(unit: Unit, ticket: Ticket, ask: Interact, handed: Mapping[str, Any]) -> None:
    wanted = {name: getattr(ticket, name) for name in ("team", "responsible")} if handed else {}
    leave(unit, ticket, ask.move, ask.fields, reason=ask.reason)
    lost = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    if lost:
        # The situation entered has a team of its own, but somebody said whom the ticket goes to.
        told = {}
        for name, value in lost.items():
            told[name] = [None if one is None else str(one) for one in (getattr(ticket, name), value)]
            setattr(ticket, name, value)
        ticket.record("altered", reason=ask.reason, detail={"changed": told})
