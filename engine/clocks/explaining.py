"""Explain a ticket's clocks: each with the rule and the calendar that made it, and every second of its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import select

from engine.clocks.figures import figures, interval_told, seconds_of
from engine.clocks.past import COLUMNS, Past, rules_of
from engine.errors import Invalid
from engine.history import ticket_history
from engine.processes.deployed import deployed, number_of
from engine.queues import telling
from engine.runtime.movement import Place
from engine.sla import life as lives
from engine.sla.clocks import Interval, Phase, ledger
from engine.sla.durations import amount_of
from engine.sla.instants import instant, us
from engine.tickets.access import readable_ticket
from engine.tickets.clocks import FACTS, life_from, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from engine.clocks.past import Rules
    from engine.runtime.places import Situation
    from engine.sla.calendars import Calendar
    from engine.sla.kept import Terms
    from engine.sla.life import Life
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Explain:
    """A ticket's clocks.

    Attributes:
        as_of: as they were, or will be if nothing happens, at that instant; None: now.
        rules: `then`: as calendars and policies were known at that instant; `now`: as they are.
        whole: with every interval.
    """

    ticket: str
    as_of: datetime | None = None
    rules: Literal["then", "now"] = "then"
    whole: bool = False


def explain(unit: Unit, ask: Explain) -> dict[str, Any]:
    """The clocks, from history alone.

    Raises:
        NotFound: there is no such ticket that the actor may read.
        Invalid: the instant lies before the ticket was opened, or more than a year ahead.
    """
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    as_of = ask.as_of or unit.now
    insist_on_instant(as_of, ticket.opened_at, unit.now, "o atendimento foi aberto")
    rules = rules_of(unit, as_of if ask.rules == "then" and as_of < unit.now else None)
    rows = _rows(unit, ticket)
    told = _Told(unit, ticket, rows, us(as_of), rules, whole=ask.whole)
    answer = {
        "ticket": ticket.protocol,
        "as_of": as_of,
        "rules": ask.rules,
        "opened_at": ticket.opened_at,
        "situation": told.life.visits[-1].place,
        "situation_label": told.label(told.life.visits[-1].place),
        "clocks": list(told.clocks()),
    }
    if ask.whole:
        announced = telling.told_of_ticket(unit, ticket.id, as_of)
        answer |= told.ledger() | {"announcements": telling.told(unit, announced)}
    return answer


def insist_on_instant(as_of: datetime, begins: datetime, now: datetime, what: str) -> None:
    """Refuse an instant at which there was nothing to explain.

    Raises:
        Invalid: says what would do.
    """
    if as_of < begins:
        raise Invalid(f"as_of: só a partir de {begins.isoformat()}, quando {what}.", code="as_of")
    if as_of > now + AHEAD:
        raise Invalid("as_of: no máximo um ano à frente.", code="as_of")


class _Told:
    """One ticket's clocks at one instant."""

    def __init__(self, unit: Unit, ticket: Ticket, rows: Sequence[Any], now: int, rules: Rules, *, whole: bool) -> None:
        self.unit, self.ticket, self.now, self.rules, self.whole = unit, ticket, now, rules, whole
        self.rows = [row for row in rows if us(row.at) <= now]
        self.life: Life = life_from(unit, self.rows)
        self.past = Past(rows, {name: getattr(ticket, name) for name in COLUMNS})
        self._later = next((row.seq for row in rows if us(row.at) > now), None)
        self._versions = {row.entered: row.version_id for row in self.rows if row.entered is not None}
        self._entered = {row.seq: row for row in self.rows if row.entered is not None}

    def clocks(self) -> Iterator[dict[str, Any]]:
        """The present situation's, then those of the policy."""
        number = len(self.life.visits) - 1
        situation, calendar, rule = self._measure(number)
        if situation is not None and situation.sla and situation.standing == "open" and not situation.pauses_sla:
            phases = lives.situation(self.life, number, self.now)
            limit = amount_of(situation.sla)
            yield figures("situation", phases, calendar, limit, rule=rule, label=self.label, whole=self.whole)
        present = self.past.before(self._later)
        facts = {name: present[name] for name in FACTS}
        teams = self.rules.teams(present["team"], self.past.handed(self._later))
        terms = terms_of(self.rules.policies, self.rules.calendars, facts, self._process_calendar(), teams)
        opened = terms(self.life.opened)
        for name, phases in (
            ("first_response", lives.first_response(self.life, self.now)),
            *(("next_response", one) for one in lives.next_responses(self.life, self.now)),
            ("resolution", lives.resolution(self.life, self.now)),
        ):
            began = next((one.begin for one in phases if one.state != "not_started"), self.now)
            own = opened if name != "next_response" else terms(began)
            amount = own.amount(name)
            if amount is None:
                continue
            rule = self._policy(own, name)
            yield figures(name, phases, own.calendar, amount, rule=rule, label=self.label, whole=self.whole)

    def ledger(self) -> dict[str, Any]:
        """Every second of the ticket's life, each visit by the calendar of its situation."""
        spans: list[Interval] = []
        visits = []
        for number, visit in enumerate(self.life.visits):
            end = self.life.visits[number + 1].begin if number + 1 < len(self.life.visits) else self.now
            situation, calendar, _ = self._measure(number)
            own = list(ledger([Phase(visit.begin, end, visit.state, visit.place)], calendar))
            spans += own
            sla = situation.sla if situation is not None and visit.state == "running" else None
            limit = None if sla is None else calendar.due(instant(visit.begin), amount_of(sla))
            visits.append(
                {
                    "situation": visit.place,
                    "situation_label": self.label(visit.place),
                    "entered_at": instant(visit.begin),
                    "left_at": instant(end) if number + 1 < len(self.life.visits) else None,
                    "sla": sla,
                    "limit_at": limit,
                    "breached": limit is not None and us(limit) <= end,
                    "calendar": calendar.at(instant(end)).calendar,
                    "seconds": seconds_of(own),
                }
            )
        return {
            "seconds": seconds_of(spans),
            "visits": visits,
            "intervals": [interval_told(one, self.label) for one in spans],
        }

    def label(self, place: str) -> str:
        """What people call a place today."""
        process = deployed(self.unit, self._versions[place])
        key, _, element = place.rpartition(":")
        found = process.situations.get(Place(key, element)) or process.ends.get(Place(key, element))
        return found.label if found else element

    def _measure(self, number: int) -> tuple[Situation | None, Calendar, dict[str, Any]]:
        """A visit's situation, how time counted in it, and the rule that gives it its limit."""
        visit = self.life.visits[number]
        row = self._entered[visit.seq]
        key, _, element = visit.place.rpartition(":")
        situation = deployed(self.unit, row.version_id).situations.get(Place(key, element))
        left = self.life.visits[number + 1].seq if number + 1 < len(self.life.visits) else self._later
        team = self.past.before(left)["team"]
        own = (situation.calendar if situation else None,)
        calendar = self.rules.line(own, team, self.past.handed(left))
        rule = {
            "source": "diagram",
            "process": key,
            "version": number_of(self.unit, row.version_id),
            "element": element,
            "amount": situation.sla if situation else None,
            "team": team,
        }
        return situation, calendar, rule

    def _process_calendar(self) -> str | None:
        version = deployed(self.unit, self._entered[self.life.visits[-1].seq].version_id)
        return version.settings[version.key].calendar

    def _policy(self, terms: Terms, clock: str) -> dict[str, Any]:
        policy = terms.policy
        assert policy is not None, "an amount comes from a policy"
        entry = self.unit.catalogue.registries.sla_policies.get(policy.key)
        return {
            "source": "policy",
            "policy": policy.key,
            "label": entry.label if entry else policy.label,
            "version": policy.number,
            "valid_from": policy.valid_from,
            "criteria": policy.criteria,
            "amount": getattr(policy, clock),
        }


def _rows(unit: Unit, ticket: Ticket) -> Sequence[Any]:
    told = ticket_history.c
    columns = (told.seq, told.at, told.deed, told.version_id, told.entered, told.detail)
    return unit.connection.execute(select(*columns).where(told.ticket_id == ticket.id).order_by(told.seq)).all()
