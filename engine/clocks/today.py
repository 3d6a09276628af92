"""How tickets are measured by the rules of today: found out once for all that are alike."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.activities import limits
from engine.processes.deployed import deployed
from engine.runtime.movement import Place
from engine.sla.durations import amount_of
from engine.sla.instants import us
from engine.tickets.clocks import facts_of, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from engine.runtime.places import Situation
    from engine.sla.calendars import Calendar
    from engine.sla.durations import Amount
    from engine.sla.kept import Terms
    from engine.sla.policies import Policies
    from engine.unit import Unit

ALIKE: Final = (
    *("version_id", "process", "place_process", "situation", "team"),
    *("subject", "subsubject", "priority", "customer_kind"),
)
"""What tickets that are alike have in common; a row of one begins with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """How a ticket is measured.

    Attributes:
        line: how time counts for its situation.
        amount: how long it may stay there; None: as long as it wants.
        terms: of its policies' clocks, by the instant at which one began.
        situation_asks, policies_ask: whether the change that made the refresh can be about them.
    """

    situation: Situation | None
    line: Calendar
    amount: Amount | None
    terms: Callable[[int], Terms]
    situation_asks: bool
    policies_ask: bool

    def limit(self, entered_at: datetime) -> datetime | None:
        """The limit of a stay that began then."""
        return None if self.amount is None else self.line.due(entered_at, self.amount)


class Today:
    """The rules of one catalogue, as a refresh uses them.

    Args:
        because: what has changed, as `<registry>/<key>`; anything else may be about every ticket.
    """

    def __init__(self, unit: Unit, because: str) -> None:
        self.policies: Policies = unit.catalogue.policies
        self.kinds = any(one.customer_kind is not None for one in self.policies.versions)
        self.because = because
        self._registry, _, self._key = because.partition("/")
        self._turns = sorted({us(one.valid_from) for one in self.policies.versions if one.valid_from is not None})
        self._known: dict[Sequence[Any], Measure] = {}

    def of(self, unit: Unit, row: Any) -> Measure:
        """How the ticket of that row is measured; it begins with the columns `ALIKE`, and has `handed`."""
        if row.handed:
            return self._measure(unit, row)
        alike = row[: len(ALIKE)]
        found = self._known.get(alike)
        if found is None:
            found = self._known[alike] = self._measure(unit, row)
        return found

    def _measure(self, unit: Unit, row: Any) -> Measure:
        process = deployed(unit, row.version_id)
        situation = process.situations.get(Place(row.place_process, row.situation))
        limited = situation is not None and situation.sla and not situation.pauses_sla
        line = limits.line_of(unit, situation.calendar if situation else None, row.team, row.handed)
        calendars, own = unit.catalogue.calendars, process.settings[row.process].calendar
        teams = limits.teams_of(unit, row.team, row.handed)
        suiting = [one for one in self.policies.versions if one.suits(facts_of(row))]
        lines = [calendars.along((key, own), teams) for key in {None, *(one.calendar for one in suiting)}]
        return Measure(
            situation=situation,
            line=line,
            amount=amount_of(situation.sla) if situation and situation.sla and limited else None,
            terms=self._by_turns(terms_of(self.policies, calendars, facts_of(row), own, teams)),
            situation_asks=self._registry != "sla_policies" and self._may_be_about(row, [line]),
            policies_ask=any(one.key == self._key for one in suiting)
            if self._registry == "sla_policies"
            else self._may_be_about(row, lines),
        )

    def _may_be_about(self, row: Any, lines: Iterable[Calendar]) -> bool:
        """Whether what has changed, which is no policy, can be about a ticket whose time counts by these."""
        if row.handed:
            return True
        if self._registry == "calendars":
            return any(line.key == self._key for line in lines)
        return self._registry != "teams" or row.team == self._key

    def _by_turns(self, terms: Callable[[int], Terms]) -> Callable[[int], Terms]:
        """The same, asked once for each stretch in which no policy begins."""
        found: dict[int, Terms] = {}

        def terms_then(began: int) -> Terms:
            turn = bisect_right(self._turns, began)
            if turn not in found:
                found[turn] = terms(began)
            return found[turn]

        return terms_then
