"""Explain: may somebody do this to this ticket, which rules had a say, who made them, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from engine.errors import Invalid, Reason
from engine.permits.past import Stamp, person_at, place_at, profile_at, rules_at, stamps, taken_away
from engine.permits.profiles import profile_called
from engine.rights import insist, lacking
from engine.runtime.movement import Place
from engine.tickets import moves, scope
from engine.tickets.access import readable_ticket
from engine.tickets.following import circumstances
from permissions.actions import CATALOGUE, Action, Tab, UnknownAction, parse
from permissions.cells import Cell, cell_of
from permissions.decide import Decision, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.people.model import Person, Profile
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit
    from permissions.decide import Rules

_OF_TICKETS: Final = {Tab.RELATIONSHIP, Tab.WORKFLOW, Tab.ACTIVITIES}
_WITHOUT_READING: Final = {Action.TICKET_OPEN, Action.PROCESS_READ, Action.PROCESS_DEPLOY, Action.REPORT_READ}


@dataclass(frozen=True, kw_only=True)
class Explain:
    """The question.

    Attributes:
        action: of the catalogue, perhaps narrowed; None: `ticket.move`.
        move: the one move; the same as `ticket.move:<move>`.
        actor: a login, profile: a key; one of them at most. None of them: oneself. Others need `permission.explain`.
        at: the rights as of this instant, where the ticket stood then; None: now.
    """

    ticket: str
    action: str | None = None
    move: str | None = None
    actor: str | None = None
    profile: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The answer.

    Attributes:
        person: who; None where a profile was asked about.
        reached: whether the profile's scope reaches the ticket; None: that depends on the person, or is not known
            of the past.
        decisions: reading first, where it is asked for; then the action.
        reasons: exactly those that a refused call carries.
        stamps: of the rules that had a say, by id.
        gone: rules that once had a say, the latest first: what was changed, or taken away.
        change: cells that would have to hold something else; empty where no rule is in the way.
        named: whether the reader may know who changed rules.
    """

    ticket: Ticket
    place: Place
    at: datetime | None
    person: Person | None
    profile: Profile
    action: Action
    narrowed: str | None
    reached: bool | None
    decisions: Sequence[Decision]
    reasons: Sequence[Reason]
    stamps: Mapping[str, Stamp]
    gone: Sequence[Any]
    named: bool
    change: Mapping[Cell, bool | None] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Whether the call would be done."""
        return not self.reasons


def explain(unit: Unit, ask: Explain) -> Explained:
    """Explain; what it says is what the call then does.

    Raises:
        NotFound: there is no such ticket, profile or person, or the reader may not know of it.
        NotPermitted, Invalid: the question is not the reader's to ask, or means nothing.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    action, narrowed = _asked(ticket, ask)
    person, profile = _who(unit, ask)
    myself = person is not None and person.id == unit.actor.user_id
    own: Rules = unit.catalogue.rules
    rules, known = (own, None) if ask.at is None else rules_at(unit, ask.at, {profile.key})
    rules = rules if myself else rules.within(None)
    place = _place(unit, ticket, ask.at)
    decisions = [
        decide(rules, profile.key, each, process=place.process, situation=place.element, narrowed=what)
        for each, what in _questions(action, narrowed)
    ]
    considered = [rule for one in decisions for rule in one.considered]
    reached = _reached(unit, ticket, profile, person, ask.at)
    reasons = [_ended(person)] if person is not None and person.ended and ask.at is None else []
    reasons += [_out_of_scope(profile)] if reached is False else []
    if action == Action.TICKET_MOVE and ask.at is None:
        around = replace(circumstances(unit, ticket), rules=rules, profile=profile.key)
        reasons += moves.weigh_one(ticket.diagram, ticket, around, narrowed, None).reasons
    else:
        reasons += [lacking(one, unit.catalogue, ticket.diagram) for one in decisions if not one]
    return Explained(
        ticket=ticket,
        place=place,
        at=ask.at,
        person=person,
        profile=profile,
        action=action,
        narrowed=narrowed,
        reached=reached,
        decisions=decisions,
        reasons=reasons,
        stamps=stamps(unit, considered) if known is None else known,
        gone=_gone(unit, decisions, ask.at or unit.now),
        named=_may_explain(unit),
        change=smallest_change(decisions),
    )


def smallest_change(decisions: Sequence[Decision]) -> dict[Cell, bool | None]:
    """The cells that would have to hold something else for every decision to be yes."""
    found: dict[Cell, bool | None] = {}
    for one in decisions:
        found |= {cell_of(rule): None for rule in one.fix.remove}
    for one in decisions:
        found |= {cell_of(rule): True for rule in one.fix.add}
    return found


def _asked(ticket: Ticket, ask: Explain) -> tuple[Action, str | None]:
    said = ask.action or Action.TICKET_MOVE
    try:
        action, narrowed = parse(said)
    except UnknownAction as error:
        raise Invalid(f"action: {error}.", code="action_unknown") from error
    if ask.move is not None:
        if action != Action.TICKET_MOVE or narrowed not in (None, ask.move):
            raise Invalid("move: só junto com a ação ticket.move.")
        narrowed = ask.move
    if action == Action.TICKET_MOVE and narrowed is None:
        here = ticket.diagram.situations.get(ticket.place)
        offered = ", ".join(one.id for one in here.moves) if here else ""
        raise Invalid(f"move: diga qual opção; daqui partem: {offered or 'nenhuma'}.", code="move_missing")
    return action, narrowed


def _questions(action: Action, narrowed: str | None) -> list[tuple[Action, str | None]]:
    asked = (action, narrowed)
    of_ticket = CATALOGUE[action].tab in _OF_TICKETS and action not in _WITHOUT_READING
    if not of_ticket or action == Action.TICKET_READ:
        return [asked]
    return [(Action.TICKET_READ, None), asked]


def _who(unit: Unit, ask: Explain) -> tuple[Person | None, Profile]:
    if ask.actor is not None and ask.profile is not None:
        raise Invalid("actor, profile: um dos dois, ou nenhum.")
    people = unit.catalogue.people
    me: Person | None = people.get(unit.actor.user_id)
    person = me if ask.actor is None else next((one for one in people.values() if one.login == ask.actor), None)
    if ask.profile is not None or (ask.actor is not None and person is not me) or ask.at is not None:
        insist(unit, Action.PERMISSION_EXPLAIN)
    if ask.profile is not None:
        found = profile_called(unit, ask.profile)
        return None, found if ask.at is None else profile_at(unit, found, ask.at)
    if person is None:
        raise Invalid(f"actor: não há pessoa com o login {ask.actor!r}.", code="person_unknown")
    if ask.at is not None:
        person = person_at(unit, person, ask.at)
    found = profile_called(unit, person.profile)
    return person, found if ask.at is None else profile_at(unit, found, ask.at)


def _place(unit: Unit, ticket: Ticket, at: datetime | None) -> Place:
    if at is None:
        return ticket.place
    found = place_at(unit, ticket.id, at)
    if found is None:
        raise Invalid("as_of: o atendimento ainda não estava aberto nesse instante.", code="not_open_yet")
    return Place(*found)


def _reached(unit: Unit, ticket: Ticket, profile: Profile, person: Person | None, at: datetime | None) -> bool | None:
    if profile.scope == "all":
        return True
    if person is None or at is not None:
        return None
    reach = scope.reach_of_person(unit, person, profile.scope)
    row = {name: getattr(ticket, name) for name in ("team", "responsible", "opened_by")}
    return reach is None or reach.covers(row) or scope.works_in(unit, reach, ticket.id)


def _ended(person: Person) -> Reason:
    return Reason(
        code="person_ended",
        detail=f"{person.name} não tem mais acesso: saiu, e não entra nem com senha nem com token.",
        fix="Reative a pessoa, se ela voltou.",
    )


_SCOPES: Final = {"own": "os próprios atendimentos", "team": "os atendimentos dos próprios times"}


def _out_of_scope(profile: Profile) -> Reason:
    return Reason(
        code="out_of_scope",
        detail=f"O perfil “{profile.label}” alcança só {_SCOPES[profile.scope]}, e este não é um deles.",
        fix="Encaminhe o atendimento à pessoa ou ao time dela, ou amplie o alcance do perfil (scope).",
        details={"profile": profile.key, "scope": profile.scope},
    )


def _may_explain(unit: Unit) -> bool:
    if unit.actor.is_system:
        return True
    return bool(decide(unit.catalogue.rules, unit.actor.profile or "", Action.PERMISSION_EXPLAIN))


def _gone(unit: Unit, decisions: Sequence[Decision], until: datetime) -> list[Any]:
    """What stood where the smallest change would put something, and what rules that still hold were before."""
    asked = {name for one in decisions for name in (one.action, f"{one.action}:{one.narrowed}")}
    places = {place for one in decisions if one.place for place in _covering(one.place)}
    rows = taken_away(unit, decisions[0].profile, sorted(asked), until)
    return [row for row in rows if row.process is None or (row.process, row.situation) in places][:10]


def _covering(place: tuple[str, str]) -> set[tuple[str, str]]:
    process, situation = place
    return {(p, s) for p in (process, "*") for s in (situation, "*")}
