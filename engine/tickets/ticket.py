"""A ticket in the hands of a command: what it was, what it is now, and what will be written of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from engine.activities import limits
from engine.builtin import FIELDS
from engine.people.absences import on_duty, stands_in_for
from engine.privacy.sight import View
from engine.processes.deployed import deployed, number_of
from engine.runtime.movement import Cause, Movement, Place
from engine.sla.instants import us
from engine.sla.life import Said, Visit
from engine.tickets import clocks as own_clocks
from engine.tickets import filling
from engine.tickets.arming import arm
from engine.tickets.model import field_value, ticket
from engine.tickets.scope import reached
from engine.tickets.sentences import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.activities.arming import Step
    from engine.people.model import Person
    from engine.runtime.process import Process
    from engine.unit import Unit


@dataclass(kw_only=True, eq=False)
class Ticket:
    """One row of `ticket`, and what belongs to it; see `engine.tickets.model` for the columns."""

    id: UUID
    protocol: str
    revision: int
    seq: int
    version_id: UUID
    process: str
    place_process: str
    situation: str
    standing: str
    ended: bool
    entered_at: datetime
    shown: list[str] | None
    waiting_for: dict[str, str] | None
    awaits: list[str]
    incomplete: list[str]
    state: bytes
    timer_due_at: datetime | None
    incident: int | None
    title: str
    description: str
    subject: str | None
    subsubject: str | None
    team: str | None
    responsible: UUID | None
    priority: str | None
    channel: str | None
    request_type: str | None
    customer_id: UUID | None
    development: str | None = None
    block: str | None = None
    unit: str | None = None
    contact_reason: str | None = None
    next_action_at: datetime | None = None
    portal_visible: bool = False
    cloned_from: str | None = None
    fields: dict[str, Any]
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    limit_at: datetime | None = None
    limit_version: int = 0
    yellow_at: datetime | None = None
    to_announce: list[list[str]] | None = None
    announce_at: datetime | None = None
    announced: str | None = None
    announced_at: datetime | None = None
    response_limit_at: datetime | None = None
    resolution_limit_at: datetime | None = None
    handed: list[list[Any]] | None = None
    clocks: dict[str, Any] | None = None
    customer_kind: str | None = None
    customer_key: str | None = None
    concluded_visit: int | None = field(default=None, repr=False)  # whose end this command tells
    shown_last: int | None = field(default=None, repr=False)  # number of what this command shows the customer
    promised: list[Step] | None = field(default=None, repr=False)  # of its policy, to be told; None: as it was
    _unit: Unit = field(repr=False)
    _stirred: bool = field(default=False, repr=False)  # moved, if only to where it was
    _happened: list[Any] = field(default_factory=list, repr=False)  # what its clocks have to hear
    _diagram: tuple[UUID, Process] | None = field(default=None, repr=False)
    _was: dict[str, Any] | None = field(default=None, repr=False)  # None: a new ticket

    @classmethod
    def read(cls, unit: Unit, row: Mapping[str, Any]) -> Ticket:
        """From a row; what is changed of it is written when the command ends."""
        was = {name: row[name] for name in COLUMNS}
        was["state"] = bytes(was["state"])
        kind, key = row["customer_kind"], row["customer_key"]
        return cls._kept(unit, cls(**was, customer_kind=kind, customer_key=key, _unit=unit, _was=was))

    @classmethod
    def new(cls, unit: Unit, /, **values: Any) -> Ticket:
        """A ticket that is not in the database yet."""
        return cls._kept(unit, cls(**values, _unit=unit))

    @staticmethod
    def _kept(unit: Unit, one: Ticket) -> Ticket:
        unit.ticket_id = one.id
        unit.keep(one)
        return one

    @property
    def about(self) -> str:
        """The name under which history is kept."""
        return f"ticket:{self.id}"

    @property
    def before(self) -> Mapping[str, Any] | None:
        """The columns as they were read; None: a new ticket."""
        return self._was

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.place_process, self.situation)

    @property
    def diagram(self) -> Process:
        """The compiled process of its version; once asked for, it is known after the unit has ended too."""
        if self._diagram is None or self._diagram[0] != self.version_id:
            self._diagram = (self.version_id, deployed(self._unit, self.version_id))
        return self._diagram[1]

    @property
    def version(self) -> int:
        """The version's number, as people say it."""
        return number_of(self._unit, self.version_id)

    @property
    def person(self) -> Person | None:
        """Who is responsible."""
        found: Person | None = self._unit.catalogue.people.get(self.responsible)
        return found

    @property
    def source(self) -> str | None:
        """The protocol of the ticket it was cloned from, if the command's actor reaches that one."""
        return next(iter(reached(self._unit, [self.cloned_from] if self.cloned_from else [])), None)

    @property
    def view(self) -> View:
        """What the command's actor sees of its personal data, where it stands now."""
        place = (self.place_process, self.situation)
        return View(self._unit, place, ticket=self.id, customer=self.customer_id)

    def facts(self) -> dict[str, Any]:
        """What expressions and tables see of it: dotted names to plain values."""
        registries = self._unit.catalogue.registries
        subject = registries.subjects.get(self.subject)
        return filling.as_facts(registries, self.fields) | {
            "subject": self.subject,
            "subject.technical_assistance": bool(subject and subject.technical_assistance),
            "subsubject": self.subsubject,
            "priority": self.priority,
            "channel": self.channel,
            "request_type": self.request_type,
            "development": self.development,
            "block": self.block,
            "unit": self.unit,
            "contact_reason": self.contact_reason,
            "team": self.team,
            "responsible": str(self.responsible) if self.responsible else None,
            "situation": self.situation,
            "standing": self.standing,
            "customer": str(self.customer_id) if self.customer_id else None,
            "customer.kind": self.customer_kind,
            "opened_at": self.opened_at,
            "description": self.description or None,
        }

    def value(self, name: str) -> Any:
        """The value of something a rule may require; None when it is empty."""
        found = getattr(self, FIELDS[name]) if name in FIELDS else self.fields.get(name)
        return None if found == "" else found

    def fill(self, values: Mapping[str, Any]) -> None:
        """Set own fields (and the description); values are checked already."""
        changed = {name: value for name, value in values.items() if self.value(name) != value}
        own = {name: value for name, value in changed.items() if name not in FIELDS}
        if "description" in changed:
            self.description = changed["description"]
        if own:
            self.fields = self.fields | own
            for name, value in own.items():
                self._unit.insert(
                    self.about,
                    field_value,
                    ticket_id=self.id,
                    field=name,
                    revision=self.revision + (self._was is not None),
                    value=value,
                )
        if self.incomplete:
            self.incomplete = [name for name in self.incomplete if self.value(name) is None]

    def follow(self, movement: Movement) -> None:
        """Stand where the movement led, and take over what the diagram set."""
        now = self._unit.now
        for name, value in movement.sets.items():
            own = self._on_duty(UUID(value), movement.sets) if name == "responsible" and value else value
            setattr(self, name, own)
        self.state = movement.state
        self.timer_due_at = movement.timer_due_at
        self.waiting_for = (
            {
                "process": movement.waiting.process,
                "element": movement.waiting.element,
                "cause": movement.waiting.cause,
            }
            if movement.waiting
            else None
        )
        self.awaits = sorted(movement.awaits)
        self.ended = movement.ended
        self._stirred = True
        if movement.entered or self._was is None:
            self._enter(movement.place, now, movement.sets)

    def _enter(self, place: Place, now: datetime, given: Mapping[str, Any]) -> None:
        self.place_process, self.situation, self.entered_at = place.process, place.element, now
        situation = self.diagram.situations.get(place)
        found = situation or self.diagram.ends[place]
        self._happened.append(own_clocks.visit(self.diagram, str(place), us(now), self.seq + 1))
        was, self.standing = self.standing, found.standing
        if found.customer_label or found.standing != "open":
            self.shown = [place.process, place.element]
        elif was != "open":
            self.shown = None  # it goes on: the customer does not read the old end
        if was != "open" and found.standing == "open" and "responsible" not in given:
            self.responsible = None  # reopened, it waits in the queue
        if situation and situation.own_team and situation.team != self.team:
            self._reroute(situation.team)

    def _on_duty(self, person_id: UUID, sets: Mapping[str, Any]) -> UUID:
        person = self._unit.catalogue.people.get(person_id)
        return on_duty(self._unit, person, sets.get("team", self.team)).id if person else person_id

    def _reroute(self, team: str | None) -> None:
        person = self._unit.catalogue.people.get(self.responsible)
        self.team = team
        if person is None or team not in person.teams:
            self.responsible = None

    def record(self, deed: str, *, actor: str | None = None, cause: Cause | None = None, **columns: Any) -> int:
        """Write a history row; returns its number among the ticket's rows."""
        assert deed in SENTENCES, f"engine/tickets/sentences.py has no sentence for {deed!r}"
        self.seq += 1
        if (ours := own_clocks.speaks(deed, columns.get("detail"))) is not None:
            self._happened.append(Said(us(self._unit.now), self.seq, ours))
        if cause is not None:
            columns["cause"] = {
                "kind": cause.kind,
                "process": cause.process,
                "element": cause.element,
                "due_at": cause.due_at.isoformat() if cause.due_at else None,
            }
        absent = self._was["responsible"] if self._was and actor is None else None
        if absent is not None and absent in stands_in_for(self._unit):
            columns["detail"] = {**(columns.get("detail") or {}), "stands_in_for": str(absent)}
        columns |= {"version_id": self.version_id, "revision": self._was["revision"] if self._was else 0}
        self._unit.record_ticket(self.id, self.seq, deed, actor=actor, **columns)
        return self.seq

    def settle(self, unit: Unit) -> None:
        """Write what has changed: called by the unit at the end of the command."""
        self._keep_time(unit)
        arm(unit, self)
        if self._was is None:
            unit.insert(self.about, ticket, **{name: getattr(self, name) for name in COLUMNS})
            return
        changed = {name: getattr(self, name) for name in COLUMNS if getattr(self, name) != self._was[name]}
        if not changed:
            return
        if self._stirred or changed.keys() - _UNSEEN:
            changed["revision"] = self.revision = self._was["revision"] + 1
        if "revision" in changed or self.shown_last is not None:
            changed["changed_at"] = self.changed_at = unit.now
        unit.update(self.about, ticket, {"id": self.id, "seq": self._was["seq"]}, **changed)

    def _keep_time(self, unit: Unit) -> None:
        """Let the limits follow what was done: the present situation's, and those of policies."""
        was = self._was
        changed = was is None or any(getattr(self, name) != was[name] for name in _MEASURES)
        if was is not None and self.team != was["team"]:
            self.handed = limits.passed_on(unit, was)
            changed |= limits.calendar_of(unit, self.team) != limits.calendar_of(unit, was["team"])
        if was is None or self.team != was["team"] or any(isinstance(one, Visit) for one in self._happened):
            self.limit_at = own_clocks.limit_of_situation(unit, self)
        own_clocks.move_on(unit, self, self._happened, changed=changed)


# What changes without anybody changing the ticket: nobody looked at it, and no revision counts it.
_UNSEEN: Final = frozenset({"seq", "response_limit_at", "resolution_limit_at", "handed", "clocks"})
_MEASURES: Final = ("subject", "subsubject", "priority", "customer_id", "process", "version_id")
COLUMNS = tuple(column.name for column in ticket.columns)
assert set(COLUMNS) <= {f.name for f in fields(Ticket)}
