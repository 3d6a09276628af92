"""A ticket's clocks: its life as its history tells it, and the limits that follow from the policies."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.activities.limits import line_of, teams_of
from engine.history import ticket_history
from engine.processes.deployed import deployed
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.sla.instants import instant, us
from engine.sla.kept import Kept, Terms, kept
from engine.sla.life import Life, Said, Visit
from engine.tickets.promising import promised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from engine.runtime.process import Process
    from engine.sla.clocks import State
    from engine.sla.policies import Policies
    from engine.sla.shelf import Calendars, Had
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

FACTS: Final = ("subject", "subsubject", "priority", "customer_kind")
"""What chooses a ticket's policy."""
_OF: Final = ticket_history.c
_ROWS: Final = (_OF.ticket_id, _OF.seq, _OF.at, _OF.deed, _OF.version_id, _OF.entered, _OF.detail)


def move_on(unit: Unit, ticket: Ticket, happened: Iterable[Visit | Said], *, changed: bool) -> None:
    """Set the limits of the ticket's policies after what this command did.

    Args:
        happened: what it did, in order.
        changed: what chooses the policy is different now, or the ticket is new.
    """
    if not unit.catalogue.policies and ticket.clocks is None:
        return
    events = list(happened)
    if not (events or changed):
        return
    now = us(unit.now)
    rules = (unit.catalogue.policies, unit.catalogue.calendars)
    process = ticket.diagram.settings[ticket.process].calendar
    terms = terms_of(*rules, facts_of(ticket), process, teams_of(unit, ticket.team, ticket.handed))
    found: Kept | None = None
    if ticket.standing == "open":
        closed = any(isinstance(one, Visit) and not one.is_open for one in events)
        if ticket.clocks is None or changed or closed:
            found = kept(life_of(unit, ticket, events), now, terms)
        else:
            found = _moved_on(Kept.of_json(ticket.clocks), events, now, terms)
    ticket.promised = promised(unit, ticket.id, ticket.before, found, terms, seq=ticket.seq)
    _keep(ticket, found)


def _moved_on(found: Kept, events: Iterable[Visit | Said], now: int, terms: Callable[[int], Terms]) -> Kept:
    state: State = "paused" if found.resolution.since is not None else "running"
    for one in events:
        if isinstance(one, Visit):
            state = one.state
            found = found.entered(state, now, terms)
        else:
            found = found.said(ours=one.ours, state=state, now=now, terms=terms)
    return found


def _keep(ticket: Ticket, found: Kept | None) -> None:
    response, resolution = found.limits() if found is not None else (None, None)
    values = {
        "clocks": None if found is None else found.as_json(),
        "response_limit_at": None if response is None else instant(response),
        "resolution_limit_at": None if resolution is None else instant(resolution),
    }
    for name, value in values.items():
        setattr(ticket, name, value)


def facts_of(ticket: Any) -> dict[str, str | None]:
    """What chooses the ticket's policy, as it is now."""
    return {name: getattr(ticket, name) for name in FACTS}


def terms_of(
    policies: Policies,
    calendars: Calendars,
    facts: Mapping[str, str | None],
    process: str | None,
    teams: Sequence[Had],
) -> Callable[[int], Terms]:
    """What a ticket with these facts is measured by, by the instant at which a clock began.

    Args:
        process: key of its process's calendar, which counts where the policy names none; then the teams' count.
    """
    lines = cache(lambda own: calendars.along((own, process), teams))

    def terms(began: int) -> Terms:
        policy = policies.of(facts, instant(began))
        return Terms(policy=policy, calendar=lines(policy.calendar if policy else None))

    return terms


def life_of(unit: Unit, ticket: Ticket, more: Iterable[Visit | Said] = ()) -> Life:
    """The ticket's life; `more`: what this command did and has not written yet."""
    rows = unit.connection.execute(
        select(*_ROWS).where(_OF.ticket_id == ticket.id, tells_of_clocks()).order_by(_OF.seq)
    )
    return life_from(unit, rows, more)


def tells_of_clocks() -> Any:
    """The rows of a history that clocks depend on."""
    return _OF.entered.is_not(None) | _OF.deed.in_(("replied", "recorded", "customer_wrote", "message", "transition"))


def life_from(unit: Unit, rows: Iterable[Any], more: Iterable[Visit | Said] = ()) -> Life:
    """The life that a ticket's history rows tell of, in their order."""
    visits: list[Visit] = []
    talk: list[Said] = []
    for row in rows:
        at = us(row.at)
        if row.entered is not None:
            visits.append(visit(deployed(unit, row.version_id), row.entered, at, row.seq))
        ours = speaks(row.deed, row.detail)
        if ours is not None:
            talk.append(Said(at, row.seq, ours))
    for one in more:
        if isinstance(one, Visit):
            visits.append(one)
        else:
            talk.append(one)
    return Life(tuple(visits), tuple(talk))


def visit(process: Process, entered: str, at: int, seq: int) -> Visit:
    """A stay in a situation or end of that version."""
    key, _, element = entered.rpartition(":")
    place = Place(key, element)
    situation = process.situations.get(place)
    if situation is None:
        return Visit(at, seq, entered, process.ends[place].standing == "open", pauses=False)
    return Visit(at, seq, entered, situation.standing == "open", situation.pauses_sla)


def speaks(deed: str, detail: Mapping[str, Any] | None) -> bool | None:
    """Whether a history row tells that one of us answered (True), or that the customer wrote (False).

    Automatic replies answer nobody, and what the customer is not shown is no answer.
    """
    told = detail or {}
    if deed == "customer_wrote" or told.get("message") == "customer_replied":
        return False
    if deed == "recorded":
        return True
    if deed == "replied" and told.get("kind") == "manual_reply":
        return True if told.get("shown") or told.get("mailed") else None
    return None


def limit_of_situation(unit: Unit, ticket: Ticket) -> datetime | None:
    """The limit of the present situation: none where it pauses, is not open, or has no `sla`."""
    situation = ticket.diagram.situations.get(ticket.place)
    if situation is None or situation.sla is None or situation.pauses_sla or situation.standing != "open":
        return None
    line = line_of(unit, situation.calendar, ticket.team, ticket.handed)
    found: datetime | None = line.due(ticket.entered_at, amount_of(situation.sla))
    return found
