"""What personal data an answer carries: noted where it is shown, and told of before the answer leaves."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, Text, Uuid

from engine.db import Json, UtcDateTime, metadata, new_id
from permissions.actions import Action
from permissions.decide import decide, decide_in_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from permissions.decide import Rules

# One row for each answer and subject; almost every answer has one subject. No value of anybody ever stands here.
access = Table(
    "access",
    metadata,
    Column("id", Uuid, primary_key=True),  # grows with time
    Column("answer", Uuid, nullable=False),  # the same for all subjects of one answer
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("door", String(200), nullable=False),  # method and route, without what callers put into it
    Column("classes", Json, nullable=False),  # of personal data, see permissions/personal.py
    Column("ticket_id", Uuid),
    Column("customer_id", Uuid),
    Column("reason", Text),  # of a reveal, in the actor's words
    Index("ix_access_customer", "customer_id", "id"),
    Index("ix_access_ticket", "ticket_id", "id"),
    Index("ix_access_actor", "actor", "id"),
)

door: Final[ContextVar[str]] = ContextVar("tramita_door", default="-")
"""Through which door the present answer will leave."""


class Subject(NamedTuple):
    """Whom personal data is about: a ticket, a customer, or both."""

    ticket: UUID | None
    customer: UUID | None


class Shown(NamedTuple):
    """One class of data shown where a ticket stands; without a place: in the register of customers."""

    kind: str
    process: str | None
    situation: str | None


class Disclosed:
    """The personal data that one answer carries; empty until somebody shows a value that is not masked."""

    __slots__ = ("reason", "shown", "subjects", "told")

    def __init__(self) -> None:
        self.shown: set[Shown] = set()
        self.subjects: dict[Subject, set[str]] = {}
        self.reason: str | None = None
        self.told = False  # its rows are written: nothing may be added

    def __bool__(self) -> bool:
        return bool(self.subjects)

    def note(self, kind: str, place: tuple[str, str] | None, subject: Subject) -> None:
        """A value of this class is about to be shown."""
        assert not self.told, "personal data shown after its access row was written"
        self.shown.add(Shown(kind, *(place or (None, None))))
        self.subjects.setdefault(subject, set()).add(kind)

    def rows(self, actor: str, at: datetime) -> Iterator[dict[str, Any]]:
        """Rows of `access`."""
        self.told = True
        answer = new_id()
        for subject, kinds in self.subjects.items():
            yield {
                "id": new_id(),
                "answer": answer,
                "at": at,
                "actor": actor,
                "door": door.get(),
                "classes": sorted(kinds),
                "ticket_id": subject.ticket,
                "customer_id": subject.customer,
                "reason": self.reason,
            }

    def allowed(self, rules: Rules, profile: str) -> bool:
        """Whether a profile with these rules would be shown all of it now."""
        return all(may_see(rules, profile, *one) for one in self.shown)

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside a stored answer."""

        def text(id_: UUID | None) -> str | None:
            return None if id_ is None else str(id_)

        return {
            "shown": sorted([list(one) for one in self.shown], key=str),
            "subjects": [[text(one.ticket), text(one.customer), sorted(kinds)] for one, kinds in self.subjects.items()],
        }

    @classmethod
    def of_json(cls, found: Mapping[str, Sequence[Any]] | None) -> Self:
        """From what was kept."""
        one = cls()
        for shown in (found or {}).get("shown", ()):
            one.shown.add(Shown(*shown))
        for ticket, customer, kinds in (found or {}).get("subjects", ()):
            subject = Subject(UUID(ticket) if ticket else None, UUID(customer) if customer else None)
            one.subjects[subject] = set(kinds)
        return one


def may_see(rules: Rules, profile: str, kind: str, process: str | None, situation: str | None) -> bool:
    """Whether a profile sees data of this class whole: on a ticket both layers are asked, in the register the first."""
    return may(rules, profile, Action.TICKET_READ_CUSTOMER, kind, process, situation)


def may(rules: Rules, profile: str, action: Action, kind: str, process: str | None, situation: str | None) -> bool:
    """Whether a profile may do this to data of this class."""
    if process is None or situation is None:
        return bool(decide_in_profile(rules, profile, action, narrowed=kind))
    return bool(decide(rules, profile, action, process=process, situation=situation, narrowed=kind))
