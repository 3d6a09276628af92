"""What if: who would gain and lose which move on how many running tickets, and which tickets nobody could move.

Tickets are counted by version and situation and never weighed one by one: rights depend on nothing else of them
but the scope, which is a condition in the same count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import false, or_

from engine.permits.cells import insist_on_cells
from engine.permits.places import Shown, Stand, counts, places, situation_at
from engine.permits.profiles import people_with, profile_called
from engine.rights import insist
from engine.tickets.scope import absent, condition, reach_in
from permissions.actions import CATALOGUE, Action, parse
from permissions.cells import Cell, changed, nearly_alike, of_profiles
from permissions.decide import Rules, decide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from engine.runtime.movement import Place
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Suppose:
    """A change that nobody has made yet.

    Attributes:
        changes: as in `SetCells`.
        scopes: profile -> the scope it would have.
    """

    changes: Mapping[Cell, bool | None] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A profile gains or loses an action in a place.

    Attributes:
        place: None for actions that are not asked by situation.
        people: who have the profile.
        tickets: running ones on which somebody of them gains or loses it; None where it is not about tickets.
    """

    profile: str
    action: Action
    narrowed: str | None
    place: Place | None
    gained: bool
    people: int
    tickets: int | None


@dataclass(frozen=True, kw_only=True)
class Stranded:
    """Running tickets in a situation that nobody who may act could move any more; `before`: could move even now."""

    place: Place
    tickets: int
    before: int


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """What the change would do.

    Attributes:
        running: tickets that were looked at.
        effects: but for those in situations where no ticket that people of the profile reach stands now.
        untouched: how many of these there are.
        shown: what is known of each place, for labels.
        alike: pairs of profiles that would differ in one cell at most.
    """

    running: int
    effects: Sequence[Effect]
    untouched: int
    stranded: Sequence[Stranded]
    shown: Mapping[Place, Shown]
    alike: Sequence[tuple[str, str, Cell | None]]


def suppose(unit: Unit, ask: Suppose) -> Supposed:
    """What the change would do; nothing is changed.

    Raises:
        NotPermitted, NotFound, Invalid: as the change itself would be refused.
    """
    insist(unit, Action.PERMISSION_MANAGE)
    insist_on_cells(unit, ask.changes)
    both = Supposition(unit, ask)
    shown = places(unit, both.running)
    effects = [*both.moves(shown), *both.actions(shown)]
    felt = [one for one in effects if one.place is None or one.tickets]
    return Supposed(
        running=sum(both.running.values()),
        effects=felt,
        untouched=len(effects) - len(felt),
        stranded=list(both.stranded()),
        shown=shown,
        alike=both.alike(),
    )


@dataclass(frozen=True)
class Side:
    """Rights before or after: of the profiles that change, and of all others."""

    rules: Rules
    scopes: Mapping[str, str]

    def may(self, profile: str, action: Action, narrowed: str | None, place: Place | None) -> bool:
        """Whether the rules allow it, and what is done to tickets only where they let tickets be read, too."""
        where = {} if place is None else {"process": place.process, "situation": place.element}
        if is_about_tickets(action) and not decide(self.rules, profile, Action.TICKET_READ):
            return False
        return bool(decide(self.rules, profile, action, narrowed=narrowed, **where))


def is_about_tickets(action: Action) -> bool:
    """Whether the action is done to a ticket that is there."""
    return CATALOGUE[action].by_situation or (action.startswith("ticket.") and action != Action.TICKET_OPEN)


class Supposition:
    """Both sides of a change, and the counts they need, each made once."""

    def __init__(self, unit: Unit, ask: Suppose) -> None:
        self.unit = unit
        known = unit.catalogue
        self.ask = ask
        for key in ask.scopes:
            profile_called(unit, key)
        self.touched = sorted({cell.profile for cell in ask.changes} | set(ask.scopes))
        everything: Rules = known.rules.within(None)
        scopes = {key: one.scope for key, one in known.profiles.items()}
        self.before = Side(everything, scopes)
        mine = changed(of_profiles(everything, self.touched), ask.changes)
        self.after = Side(mine, scopes | dict(ask.scopes))
        self.running = counts(unit)
        self.people = {key: people_with(unit, key) for key, one in known.profiles.items() if not one.retired}
        self._reached: dict[tuple[str, str], Mapping[Stand, int]] = {}
        self._may: dict[tuple[bool, str, Action, str | None, Place | None], bool] = {}

    def moves(self, shown: Mapping[Place, Shown]) -> Iterator[Effect]:
        """Moves gained and lost, of every situation in force or with tickets in it."""
        stands = self._by_place()
        for profile in self.touched:
            for place, one in sorted(shown.items()):
                for move in one.moves:
                    having = [stand for stand in stands[place] if self.offers(stand, move)]
                    yield from self._effect(profile, Action.TICKET_MOVE, move, place, having)

    def actions(self, shown: Mapping[Place, Shown]) -> Iterator[Effect]:
        """Other actions gained and lost, of those that the change names."""
        stands = self._by_place()
        for profile in self.touched:
            named = {parse(cell.action) for cell in self.ask.changes if cell.profile == profile}
            for action, narrowed in sorted(named, key=str):
                if action == Action.TICKET_MOVE:
                    continue
                for place in sorted(shown) if CATALOGUE[action].by_situation else [None]:
                    having = list(self.running) if place is None else stands[place]
                    yield from self._effect(profile, action, narrowed, place, having)

    def _by_place(self) -> dict[Place, list[Stand]]:
        stands: dict[Place, list[Stand]] = defaultdict(list)
        for stand in self.running:
            stands[stand.place].append(stand)
        return stands

    def _effect(
        self,
        profile: str,
        action: Action,
        narrowed: str | None,
        place: Place | None,
        having: Sequence[Stand],
    ) -> Iterator[Effect]:
        now = self.may(profile, action, narrowed, place, after=False)
        then = self.may(profile, action, narrowed, place, after=True)
        had = self._sum(self.before, profile, having) if now else 0
        has = self._sum(self.after, profile, having) if then else 0
        if now == then and had == has:
            return
        yield Effect(
            profile=profile,
            action=action,
            narrowed=narrowed,
            place=place,
            gained=then if now != then else has > had,
            people=len(self.people.get(profile, ())),
            tickets=abs(has - had) if is_about_tickets(action) else None,
        )

    def stranded(self) -> Iterator[Stranded]:
        """Situations with tickets that nobody could move, though there are moves."""
        found: dict[Place, list[int]] = {}
        for stand, number in self.running.items():
            then = self._left(stand, number, after=True)
            if then:
                before, tickets = found.setdefault(stand.place, [0, 0])
                found[stand.place] = [before + self._left(stand, number, after=False), tickets + then]
        for place, (before, tickets) in sorted(found.items()):
            yield Stranded(place=place, tickets=tickets, before=before)

    def _left(self, stand: Stand, number: int, *, after: bool) -> int:
        able = self.able(stand, after=after)
        if able is None or self._everywhere(able, after=after):
            return 0
        return number - self._together(able, after=after).get(stand, 0)

    def able(self, stand: Stand, *, after: bool) -> frozenset[str] | None:
        """The profiles of people who may move tickets that stand there; None: there is no move for anybody."""
        situation = situation_at(self.unit, stand)
        if situation is None or not situation.moves:
            return None
        moves = [one.id for one in situation.moves]
        return frozenset(
            key
            for key, people in self.people.items()
            if people and any(self.may(key, Action.TICKET_MOVE, one, stand.place, after=after) for one in moves)
        )

    def alike(self) -> list[tuple[str, str, Cell | None]]:
        """Profiles that would differ in one cell at most, one of them changed by this."""
        others = (rule for rule in self.before.rules.all if rule.profile not in self.touched)
        return nearly_alike(
            [*others, *self.after.rules.all], {k: self.after.scopes[k] for k in self.people}, self.touched
        )

    def may(self, profile: str, action: Action, narrowed: str | None, place: Place | None, *, after: bool) -> bool:
        """Whether the profile's rules let it do that, before or after; decided once."""
        key = (after and profile in self.touched, profile, action, narrowed, place)
        if key not in self._may:
            side = self.after if key[0] else self.before
            self._may[key] = side.may(profile, action, narrowed, place)
        return self._may[key]

    def within(self, profiles: Collection[str], *, after: bool) -> ColumnElement[bool] | None:
        """The condition on tickets that people of these profiles reach; None: all of them do."""
        side = self.after if after else self.before
        ways = [self._condition(key, side.scopes[key]) for key in sorted(profiles)]
        return None if any(way is None for way in ways) else or_(false(), *(w for w in ways if w is not None))

    def _everywhere(self, profiles: Collection[str], *, after: bool) -> bool:
        side = self.after if after else self.before
        return any(side.scopes[key] == "all" for key in profiles)

    def _condition(self, profile: str, scope: str) -> ColumnElement[bool] | None:
        people = self.people.get(profile, ())
        if not people:
            return false()
        ids = {one.id for one in people} | {away for one in people for away in absent(self.unit, one.id)}
        reach = reach_in(scope, ids, {team for one in people for team in one.teams})
        return None if reach is None else condition(reach)

    def _together(self, profiles: frozenset[str], *, after: bool) -> Mapping[Stand, int]:
        key = (",".join(sorted(profiles)), f"{after}")
        if key not in self._reached:
            self._reached[key] = counts(self.unit, self.within(profiles, after=after)) if profiles else {}
        return self._reached[key]

    def _sum(self, side: Side, profile: str, stands: Sequence[Stand]) -> int:
        key = (profile, side.scopes[profile])
        if key not in self._reached:
            where = self._condition(*key)
            self._reached[key] = self.running if where is None else counts(self.unit, where)
        return sum(self._reached[key].get(stand, 0) for stand in stands)

    def offers(self, stand: Stand, move: str) -> bool:
        """Whether the situation has the move, in the version on which these tickets run."""
        situation = situation_at(self.unit, stand)
        return situation is not None and any(one.id == move for one in situation.moves)
