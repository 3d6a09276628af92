"""Tell a log to the engine, event by event, through the commands that everybody uses."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from engine.actors import REPLAY
from engine.errors import Conflict, FieldsMissing, Refused
from engine.replay.errors import ReplayError, ReplayStopped
from engine.replay.noting import Note, note
from engine.replay.recalling import came_by_itself, first_place, present, told_before
from engine.replay.timing import Clock, Timers
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Moves, moves
from engine.tickets.relocation import Relocate, relocate
from engine.tickets.ticking import Tick, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from engine.replay.log import Event, Log
    from engine.replay.mapping import Target
    from engine.replay.noting import Kind
    from engine.runtime.movement import Place
    from engine.tickets.moves import Option, Weighed
    from engine.tickets.ticket import Ticket
    from engine.unit import Engine

REPEATED_WITHIN: Final = timedelta(seconds=60)
_TRIES: Final = 5
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(kw_only=True)
class Tally:
    """What one run did.

    Attributes:
        only_opened: events that did no more than open their ticket.
        repeated: events that had been told before this run.
        visits: how often a move or deviation was told of a ticket in that place, with these moves allowed there.
        used: the moves taken from each place.
    """

    opened: int = 0
    only_opened: int = 0
    moves: int = 0
    relocations: int = 0
    repeated: int = 0
    transitions: int = 0
    incidents: int = 0
    noted: Counter[Kind] = field(default_factory=Counter)
    visits: Counter[tuple[Place, frozenset[str]]] = field(default_factory=Counter)
    used: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(kw_only=True)
class Case:
    """A case's ticket.

    Attributes:
        began: where it stood when it was opened.
        again: an earlier run opened it.
        last_at: the instant of the last event of each activity.
    """

    id: UUID
    protocol: str
    began: Place
    again: bool
    last_at: dict[str, datetime] = field(default_factory=dict)


class Replay:
    """One run over one log.

    Args:
        engine: its clock becomes the replay's.
        process: key of the process in which tickets are opened.
        targets: what each mapped activity does.
        opens: activities that, at the beginning of a case, do no more than open the ticket.
        progress: told after each event: how many are done, and the log's instant.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log,
        *,
        process: str,
        targets: Mapping[str, Target],
        opens: frozenset[str] = frozenset(),
        progress: Callable[[int, datetime], None] = lambda _done, _at: None,
    ) -> None:
        self.engine, self.log = engine, log
        self.clock = engine.clock = Clock()
        self.process, self.targets, self.opens = process, targets, opens
        self.progress = progress
        self.tally = Tally()
        self.timers = Timers()
        self._cases: dict[str, Case] = {}
        self._told: frozenset[str] = frozenset()

    def run(self) -> Tally:
        """Tell every event at its instant, timers in between at theirs.

        Raises:
            ReplayError: this log was told to another process before.
            ReplayStopped: the engine refused an event that no relocation could help.
        """
        self._told = self._earlier()
        for done, event in enumerate(self.log.events, 1):
            try:
                self._let_pass(event.at)
                self._tell(event)
            except Refused as refusal:
                raise ReplayStopped(
                    f"{self.log.file}, linha {event.line}: {event.activity!r} do caso {event.case!r} foi recusado: "
                    f"{refusal.detail} O que veio antes fica; uma nova execução continua daqui."
                ) from refusal
            self.progress(done, event.at)
        return self.tally

    def _earlier(self) -> frozenset[str]:
        events, processes = self.engine.read(told_before, self.log.name, actor=REPLAY)
        if processes and self.process not in processes:
            raise ReplayError(
                f"Neste banco de dados, os casos de {self.log.name!r} já são atendimentos do processo "
                f"{', '.join(sorted(processes))}. Para reproduzi-los em {self.process!r}, use outro banco."
            )
        return events

    def _let_pass(self, until: datetime) -> None:
        """Fire the timers due until then, each at its own instant; and be there."""
        while (due := self.timers.pop(until)) is not None:
            due_at, ticket_id = due
            self.clock.set(due_at)
            fired = self.engine.run(tick, Tick(ticket=ticket_id), actor=REPLAY)
            ticket = self.engine.read(present, ticket_id, actor=REPLAY)
            self.tally.transitions += fired and ticket.incident is None
            self.tally.incidents += fired and ticket.incident is not None
            if fired or ticket.timer_due_at != due_at:  # else nothing here can make it fire
                self.timers.follow(ticket)
        self.clock.set(until)

    def _tell(self, event: Event) -> None:
        first = event.case not in self._cases
        case = self._cases[event.case] if not first else self._open(event)
        target = self.targets.get(event.activity)
        if event.id in self._told:
            self.tally.repeated += 1
        elif first and (event.activity in self.opens or (target is not None and target.place == case.began)):
            self.tally.repeated += case.again
            self.tally.only_opened += not case.again
        elif target is None:
            self._note(event, case, "unmapped", "não está no mapa")
        else:
            self._lead(event, case, target)
        case.last_at[event.activity] = event.at

    def _open(self, event: Event) -> Case:
        ask = Open(
            title=f"{event.case} ({self.log.name})",
            process=self.process,
            source=self.log.name,
            external_id=event.case,
            inbound=True,  # it has happened: an empty field cannot refuse it
        )
        done = self.engine.run(open_ticket, ask, actor=REPLAY)
        ticket: Ticket = done.ticket
        self.timers.follow(ticket)
        self.tally.opened += not done.repeated
        began = self.engine.read(first_place, ticket.id, actor=REPLAY) if done.repeated else ticket.place
        case = self._cases[event.case] = Case(id=ticket.id, protocol=ticket.protocol, began=began, again=done.repeated)
        return case

    def _lead(self, event: Event, case: Case, target: Target) -> None:
        for tries_left in reversed(range(_TRIES)):
            ticket, weighed = self.engine.read(moves, Moves(ticket=case.protocol), actor=REPLAY)
            try:
                self._decide(event, case, target, ticket, weighed)
            except Conflict:  # somebody else moved it between reading and moving: look again
                if not tries_left:
                    raise
            else:
                return

    def _decide(self, event: Event, case: Case, target: Target, ticket: Ticket, weighed: Weighed) -> None:
        offered = frozenset(option.move for option in weighed.options if option.allowed)
        chosen = next((option for option in weighed.options if option.allowed and _leads(option, target)), None)
        if chosen is not None:
            self._move(event, ticket, chosen.move)
            self.tally.used[weighed.place].add(chosen.move)
        elif (known := self._done_already(event, case, target, ticket)) is not None:
            self._note(event, case, *known)
            return
        elif target.place in ticket.diagram.situations:
            self._relocate(event, ticket, target)
        else:
            self._note(event, case, "no_way", f"nenhum movimento leva daqui a {target.place.element!r}")
        self.tally.visits[weighed.place, offered] += 1

    def _done_already(self, event: Event, case: Case, target: Target, ticket: Ticket) -> tuple[Kind, str] | None:
        if ticket.place != target.place or ticket.waiting_for is not None:
            return None
        if event.at - case.last_at.get(event.activity, _NEVER) <= REPEATED_WITHIN:
            return "repeated_deed", "repetida em menos de um minuto"
        if self.engine.read(came_by_itself, ticket.id, actor=REPLAY):
            return "already_there", "já feita por uma transição automática"
        return None

    def _move(self, event: Event, ticket: Ticket, flow: str) -> None:
        ask = Move(ticket=ticket.id, move=flow, reason=_said(event), source=self.log.name, event_id=event.id)
        done = self.engine.run(move, ask, actor=REPLAY)
        self.timers.follow(done.ticket)
        self.tally.repeated += done.repeated
        self.tally.moves += not done.repeated

    def _relocate(self, event: Event, ticket: Ticket, target: Target) -> None:
        ask = Relocate(
            ticket=ticket.id,
            situation=str(target.place),
            reason=f"{_said(event)}: nenhum movimento leva de {ticket.situation!r} a {target.place.element!r}",
            source=self.log.name,
            event_id=event.id,
        )
        try:
            done = self.engine.run(relocate, ask, actor=REPLAY)
        except FieldsMissing as refusal:  # the log has no values for fields
            ask = replace(ask, waive=refusal.extra["missing"])
            done = self.engine.run(relocate, ask, actor=REPLAY)
        self.timers.follow(done)
        self.tally.relocations += 1

    def _note(self, event: Event, case: Case, kind: Kind, why: str) -> None:
        ask = Note(
            ticket=case.id,
            kind=kind,
            activity=event.activity,
            reason=f"{_said(event)}: {why}",
            source=self.log.name,
            event_id=event.id,
        )
        done = self.engine.run(note, ask, actor=REPLAY)
        self.tally.repeated += done.repeated
        self.tally.noted[kind] += not done.repeated


def _leads(option: Option, target: Target) -> bool:
    return option.move == target.move if target.move else option.leads_to == target.place


def _said(event: Event) -> str:
    by = f", por {event.resource}" if event.resource else ""
    return f"replay: {event.activity}{by}"
