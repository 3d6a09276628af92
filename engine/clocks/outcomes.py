"""What became of a policy's clocks in a period: which kept their limits, which reached them, and whose they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.activities.limits import teams_of
from engine.processes.deployed import deployed
from engine.sla import life as lives
from engine.sla.clocks import standing
from engine.sla.instants import us
from engine.tickets.clocks import FACTS, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.clocks.past import Past
    from engine.sla.clocks import Phase
    from engine.sla.life import Life
    from engine.unit import Unit


@dataclass(frozen=True, slots=True)
class Outcome:
    """A clock that was decided: it ended within its limit, or reached it.

    Attributes:
        policy: key of the one that gave it its limit.
        used: working time until its end, or until the period's.
        team, person, subject: those of the ticket when it was decided.
    """

    clock: str
    policy: str
    kept: bool
    used: int
    team: str | None
    person: str | None
    subject: str | None


@dataclass(frozen=True, kw_only=True)
class Known:
    """One ticket as it was known at the end of a period.

    Attributes:
        row: with `version_id` and `process`.
        rows: of its history, up to then.
        later: number of the next history row; None: there is none.
    """

    row: Any
    rows: Sequence[Any]
    life: Life
    past: Past
    later: int | None


def outcomes(unit: Unit, known: Known, since: int, until: int) -> Iterator[Outcome]:
    """Every clock with a limit that was decided in the period; each is in one of two periods that adjoin."""
    if not unit.catalogue.policies:
        return
    facts = known.past.before(known.later)
    process = deployed(unit, known.row.version_id).settings[known.row.process].calendar
    teams = teams_of(unit, facts["team"], known.past.handed(known.later))
    chosen = {name: facts[name] for name in FACTS}
    terms = terms_of(unit.catalogue.policies, unit.catalogue.calendars, chosen, process, teams)
    for clock, phases in _clocks(known.life, until):
        measured = terms(_begin(phases))
        if measured.policy is None or (amount := measured.amount(clock)) is None:
            continue
        found = standing(phases, measured.calendar, amount)
        if found.reached is not None:
            at, inside = found.reached, since < found.reached <= until
        elif found.state == "over":
            at = _end(phases)
            inside = since <= at < until
        else:
            continue
        if inside:
            then = known.past.before(next((one.seq for one in known.rows if us(one.at) >= at), known.later))
            person = None if then["responsible"] is None else str(then["responsible"])
            kept = found.reached is None
            yield Outcome(clock, measured.policy.key, kept, found.consumed, then["team"], person, then["subject"])


def _clocks(life: Life, until: int) -> Iterator[tuple[str, Sequence[Phase]]]:
    yield "first_response", lives.first_response(life, until)
    yield from (("next_response", one) for one in lives.next_responses(life, until))
    yield "resolution", lives.resolution(life, until)


def _begin(phases: Sequence[Phase]) -> int:
    return next(one.begin for one in phases if one.state != "not_started")


def _end(phases: Sequence[Phase]) -> int:
    """When a clock that is over ended, for the last time."""
    at = phases[-1].end
    for one in reversed(phases):
        if one.state != "over":
            break
        at = one.begin
    return at
