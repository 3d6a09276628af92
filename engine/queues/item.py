"""An item of a queue in the hands of a command: a ticket's service item, or an activity in a ticket or without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import func, select

from engine.activities.model import SERVICE, activity, activity_note
from engine.errors import NotFound
from engine.people.absences import stands_in_for
from engine.people.knowing import name_of
from engine.queues import refusing
from engine.queues.sight import sees
from engine.rights import insist
from engine.tickets.access import permit, readable_ticket
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from datetime import datetime

    from engine.people.model import Person
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit


# Where an activity is, and who has it: what the history tells as it was before.
PLACED: Final = ("status", "team", "person_id")


@dataclass(kw_only=True, eq=False)
class Item:
    """Something to do, and who has it.

    Attributes:
        ticket: None: it is in no ticket.
        row: the columns of `activity`; None: the ticket's own service item.
    """

    unit: Unit
    ticket: Ticket | None
    row: dict[str, Any] | None
    _was: dict[str, Any] = field(default_factory=dict, repr=False)  # of an activity, what this command changed

    @property
    def id(self) -> UUID:
        """The activity's id; a service item has its ticket's."""
        found: UUID = self._of("id")
        return found

    @property
    def kind(self) -> str:
        """`service`, or what kind of activity it is."""
        return SERVICE if self.row is None else str(self.row["kind"])

    @property
    def team(self) -> str | None:
        """In whose queue it is, or was."""
        found: str | None = self._of("team")
        return found

    @property
    def person(self) -> Person | None:
        """Who has it."""
        found: Person | None = self.unit.catalogue.people.get(self.person_id)
        return found

    @property
    def person_id(self) -> UUID | None:
        """Id of who has it."""
        return self.ticket.responsible if self.row is None and self.ticket else self._of("person_id")

    @property
    def status(self) -> str:
        """`queued`, `pending` or `finished`."""
        if self.row is not None:
            return str(self.row["status"])
        assert self.ticket is not None
        if self.ticket.standing != "open":
            return "finished"
        return "pending" if self.ticket.responsible else "queued"

    @property
    def limit_at(self) -> datetime | None:
        """Until when it may wait."""
        found: datetime | None = self._of("limit_at")
        return found

    @property
    def about(self) -> str:
        """What the history of it is written under."""
        return self.ticket.about if self.ticket else f"activity:{self.id}"

    def put(self, **values: Any) -> None:
        """Change columns of an activity, once in a command; it is still as it was read."""
        assert self.row is not None
        key = {name: self.row[name] for name in ("id", "status")}
        self.unit.update(self.about, activity, key, **values)
        before = {name: self.row[name] for name in PLACED}
        self._was = {name: _text(old) for name, old in before.items() if values.get(name, old) != old}
        self.row = self.row | values

    def record(self, deed: str, *, note: str | None = None, **detail: Any) -> None:
        """Tell of it in the ticket's history, or in its own where it is in no ticket; a note is kept with it."""
        if self.row is None:
            assert self.ticket is not None
            self.ticket.record(deed, reason=note, detail=detail or None)
            return
        if note:
            detail["note"] = self._note(note)
        if self._was:
            detail["was"] = self._was
        if self.ticket is None:
            self.unit.record(self.about, deed, **detail)
            return
        own = {"element": self.row["element"]} if self.row["element"] else {"kind": self.row["kind"]}
        self.ticket.record(f"activity_{deed}", detail={"activity": str(self.id), **own, **detail})

    def insist_on_unfinished(self) -> None:
        """Refuse if it is finished.

        Raises:
            Conflict: tells by whom.
        """
        if self.status == "finished":
            raise refusing.finished(self)

    def present(self) -> dict[str, Any]:
        """What a conflict tells of it: where it is now, who has it, and who finished it how and when."""
        told = {"status": self.status, "team": self.team, **_called("responsible", self.person)}
        if self.row is None or self.status != "finished":
            return told
        who = self.row["finished_by"]
        people = self.unit.catalogue.people
        person = people.get(UUID(who.removeprefix("user:"))) if who.startswith("user:") else None
        by = _called("finished_by", person) | {"finished_by_name": name_of(self.unit, who)}
        return told | by | {"outcome": self.row["outcome"], "finished_at": self.row["finished_at"]}

    def _note(self, text: str) -> int:
        highest = select(func.max(activity_note.c.number)).where(activity_note.c.activity_id == self.id)
        number = (self.unit.connection.execute(highest).scalar() or 0) + 1
        values = {"activity_id": self.id, "number": number, "at": self.unit.now, "by": self.unit.actor.id}
        self.unit.insert(self.about, activity_note, **values, text=text)
        return int(number)

    def _of(self, name: str) -> Any:
        return getattr(self.ticket, name) if self.row is None else self.row[name]


def item_for(unit: Unit, action: Action, wanted: UUID) -> Item:
    """The item, its ticket locked, for a command that needs `action`.

    Raises:
        NotFound: there is none, or none this actor may know of. NotPermitted: in this order.
    """
    found = opened(unit, wanted, lock=True)
    if found.ticket is None:
        insist(unit, action)
    else:
        permit(unit, found.ticket, action)
    return found


def opened(unit: Unit, wanted: UUID, *, lock: bool) -> Item:
    """The item, for a command or to be shown.

    Raises:
        NotFound: there is none, or none this actor may know of.
    """
    known = unit.connection.execute(select(activity.c.ticket_id).where(activity.c.id == wanted)).one_or_none()
    if known is not None and known.ticket_id is None:
        return _alone(unit, wanted, lock=lock)
    try:
        ticket = readable_ticket(unit, wanted if known is None else known.ticket_id, lock=lock)
    except NotFound:
        raise NotFound(f"Não há atividade {wanted}.") from None
    if known is None:
        return Item(unit=unit, ticket=ticket, row=None)
    # Under the ticket's lock: what is read now is what the command changes.
    row = unit.connection.execute(select(activity).where(activity.c.id == wanted)).one()
    return Item(unit=unit, ticket=ticket, row=dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public access


def may(unit: Unit, action: Action) -> bool:
    """Whether the actor's profile allows it."""
    return unit.actor.is_system or bool(decide(unit.catalogue.rules, unit.actor.profile or "", action))


def own(item: Item) -> bool:
    """Whether the actor has it, or stands in for whoever has."""
    actor = item.unit.actor
    return actor.is_system or item.person_id in {actor.user_id, *stands_in_for(item.unit)} - {None}


def insist_on_reach(item: Item) -> None:
    """Refuse unless the actor has it, may take it, made it, or may assign it.

    Raises:
        NotPermitted: somebody else has it, or it waits in the queue of a team the actor is not in.
    """
    unit = item.unit
    waits_for_me = item.person_id is None and (item.team is None or item.team in unit.actor.teams)
    made = item.row is not None and item.row["created_by"] == unit.actor.id
    if not (waits_for_me or made or own(item) or may(unit, Action.ACTIVITY_ASSIGN)):
        raise refusing.not_yours(item, Action.ACTIVITY_ASSIGN)


def _called(name: str, person: Person | None) -> dict[str, str | None]:
    return {name: person.login if person else None, f"{name}_name": person.name if person else None}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _alone(unit: Unit, wanted: UUID, *, lock: bool) -> Item:
    statement = select(activity).where(activity.c.id == wanted)
    row = dict(unit.connection.execute(statement.with_for_update() if lock else statement).one()._mapping)  # noqa: SLF001 - its public access
    _ = unit.catalogue  # the rights of today
    unit.now = unit.engine.clock()  # the wait for the row's lock is over
    if not sees(unit, row):
        raise NotFound(f"Não há atividade {wanted}.")
    if lock:
        unit.replay()
    return Item(unit=unit, ticket=None, row=row)
