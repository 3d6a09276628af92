"""Tell a log to the engine, event by event, through the commands that everybody uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from engine.actors import REPLAY
from engine.errors import Conflict, FieldsMissing, Refused
from engine.replay.asking import moving, noting, opening, relocating
from engine.replay.errors import ReplayError, ReplayStopped
from engine.replay.noting import note
from engine.replay.recalling import came_by_itself, first_place, present, told_before
from engine.replay.tally import Tally
from engine.replay.timing import Clock, Timers
from engine.tickets.moves import Circumstances, weigh
from engine.tickets.moving import move
from engine.tickets.opening import open_ticket
from engine.tickets.queries import Moves, moves
from engine.tickets.relocation import relocate
from engine.tickets.ticking import Tick, tick

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from engine.replay.log import Event, Log
    from engine.replay.mapping import Target
    from engine.replay.noting import Kind
    from engine.replay.staging import Stage
    from engine.runtime.movement import Place
    from engine.runtime.process import Process
    from engine.tickets.moves import Option, Weighed
    from engine.tickets.ticket import Ticket

REPEATED_WITHIN: Final = timedelta(seconds=60)
_TRIES: Final = 5
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(kw_only=True)
class Case:
    """A case's ticket.

    Attributes:
        began: where it stood when it was opened.
        again: an earlier run opened it.
        left: how many of its events are not told yet.
        ticket: as the last command left it; None: it has to be read again.
        last_at: the instant of the last event of each activity.
    """

    id: UUID
    protocol: str
    began: Place
    again: bool
    left: int
    ticket: Ticket | None = None
    last_at: dict[str, datetime] = field(default_factory=dict)


class Replay:
    """One run over one log.

    Args:
        stage: its engine's clock becomes the replay's.
        opens: activities that, at the beginning of a case, do no more than open the ticket.
        progress: told after each event: how many are done, and the log's instant.
    """

    def __init__(
        self,
        stage: Stage,
        log: Log,
        *,
        opens: frozenset[str] = frozenset(),
        progress: Callable[[int, datetime], None] = lambda _done, _at: None,
    ) -> None:
        self.stage, self.log, self.opens, self.progress = stage, log, opens, progress
        self.engine = stage.engine
        self.clock = self.engine.clock = Clock()
        self.tally = Tally()
        self._timers = Timers()
        self._cases: dict[str, Case] = {}
        self._by_ticket: dict[UUID, Case] = {}
        self._left = Counter(event.case for event in log.events)
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
        key = self.stage.process.key
        if processes and key not in processes:
            raise ReplayError(
                f"Neste banco de dados, os casos de {self.log.name!r} já são atendimentos do processo "
                f"{', '.join(sorted(processes))}. Para reproduzi-los em {key!r}, use outro banco."
            )
        return events

    def _let_pass(self, until: datetime) -> None:
        """Fire the timers due until then, each at its own instant; and be there."""
        while (due := self._timers.pop(until)) is not None:
            due_at, ticket_id = due
            self.clock.set(due_at)
            fired = self.engine.run(tick, Tick(ticket=ticket_id), actor=REPLAY)
            ticket = self.engine.read(present, ticket_id, actor=REPLAY)
            self.tally.transitions += fired and ticket.incident is None
            self.tally.incidents += fired and ticket.incident is not None
            if fired or ticket.timer_due_at != due_at:  # else nothing here can make it fire
                self._follow(self._by_ticket[ticket_id], ticket)
        self.clock.set(until)

    def _follow(self, case: Case, ticket: Ticket) -> None:
        """Remember a ticket as a command left it, as long as there is more to tell of it."""
        case.ticket = ticket if case.left else None
        self._timers.follow(ticket)

    def _tell(self, event: Event) -> None:
        first = event.case not in self._cases
        case = self._open(event) if first else self._cases[event.case]
        case.left -= 1
        target = self.stage.targets.get(event.activity)
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
        ask = opening(event, self.log.name, self.stage.process.key)
        done = self.engine.run(open_ticket, ask, actor=REPLAY)
        ticket: Ticket = done.ticket
        began = self.engine.read(first_place, ticket.id, actor=REPLAY) if done.repeated else ticket.place
        case = Case(
            id=ticket.id,
            protocol=ticket.protocol,
            began=began,
            again=done.repeated,
            left=self._left[event.case],
        )
        self._cases[event.case] = self._by_ticket[ticket.id] = case
        self._follow(case, ticket)
        self.tally.opened += not done.repeated
        return case

    def _lead(self, event: Event, case: Case, target: Target) -> None:
        for tries_left in reversed(range(_TRIES)):
            ticket, weighed = self._weigh(case)
            try:
                self._decide(event, case, target, ticket, weighed)
            except Conflict:  # somebody else changed it: look again
                case.ticket = None
                if not tries_left:
                    raise
            else:
                return

    def _weigh(self, case: Case) -> tuple[Ticket, Weighed]:
        """The ticket with its moves: as the last command left it, if known; a move then asks for its revision."""
        if case.ticket is None or case.ticket.version_id != self.stage.version.id:
            return self.engine.read(moves, Moves(ticket=case.protocol), actor=REPLAY)
        catalogue = self.stage.catalogue
        around = Circumstances(
            rules=catalogue.rules,
            profile=REPLAY.profile,
            registries=catalogue.registries,
            profiles=catalogue.profiles,
            tables=catalogue.table,
            now=self.clock.at,
        )
        return case.ticket, weigh(self.stage.process, case.ticket, around)

    def _process_of(self, ticket: Ticket) -> Process:
        return self.stage.process if ticket.version_id == self.stage.version.id else ticket.diagram

    def _decide(self, event: Event, case: Case, target: Target, ticket: Ticket, weighed: Weighed) -> None:
        allowed = [option for option in weighed.options if option.allowed]
        chosen = next((option for option in allowed if _leads(option, target)), None)
        if chosen is not None:
            self._move(event, case, ticket, chosen.move)
            self.tally.used[weighed.place].add(chosen.move)
        elif (known := self._done_already(event, case, target, ticket)) is not None:
            self._note(event, case, *known)
            return
        elif target.place in self._process_of(ticket).situations:
            self._relocate(event, case, ticket, target)
        else:
            self._note(event, case, "no_way", f"nenhum movimento leva daqui a {target.place.element!r}")
        self.tally.visit(weighed.place, (option.move for option in allowed))

    def _done_already(self, event: Event, case: Case, target: Target, ticket: Ticket) -> tuple[Kind, str] | None:
        if ticket.place != target.place or ticket.waiting_for is not None:
            return None
        if event.at - case.last_at.get(event.activity, _NEVER) <= REPEATED_WITHIN:
            return "repeated_deed", "repetida em menos de um minuto"
        if self.engine.read(came_by_itself, ticket.id, actor=REPLAY):
            return "already_there", "já feita por uma transição automática"
        return None

    def _move(self, event: Event, case: Case, ticket: Ticket, flow: str) -> None:
        done = self.engine.run(move, moving(event, self.log.name, ticket, flow), actor=REPLAY)
        self._follow(case, done.ticket)
        self.tally.repeated += done.repeated
        self.tally.moves += not done.repeated

    def _relocate(self, event: Event, case: Case, ticket: Ticket, target: Target) -> None:
        ask = relocating(event, self.log.name, ticket, target.place)
        try:
            done = self.engine.run(relocate, ask, actor=REPLAY)
        except FieldsMissing as refusal:  # the log has no values for fields
            done = self.engine.run(relocate, replace(ask, waive=refusal.extra["missing"]), actor=REPLAY)
        self._follow(case, done)
        self.tally.relocations += 1

    def _note(self, event: Event, case: Case, kind: Kind, why: str) -> None:
        done = self.engine.run(note, noting(event, self.log.name, case.id, kind, why), actor=REPLAY)
        self._follow(case, done.ticket)
        self.tally.repeated += done.repeated
        self.tally.noted[kind] += not done.repeated


def _leads(option: Option, target: Target) -> bool:
    return option.move == target.move if target.move else option.leads_to == target.place
