"""What one step did to a ticket's tokens: values only, to be written down by the commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, order=True)
class Place:
    """A situation or end, named by the process whose file holds it and the element's id."""

    process: str
    element: str

    def __str__(self) -> str:
        return f"{self.process}:{self.element}"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Why there are no moves just now: the main token is not in a situation.

    Attributes:
        cause: `join`, `timer`, `message`, `activity` or `call` (side work inside a called process still open).
    """

    process: str
    element: str
    cause: Literal["join", "timer", "message", "activity", "call"]


@dataclass(frozen=True, kw_only=True)
class NewActivity:
    """A diagram asks somebody to do something: `token` is the 16-byte id by which finishing it is told."""

    token: bytes
    process: str
    element: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """An `action` of a service or send task: becomes an outbox row."""

    process: str
    element: str
    action: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What moved the token: the history's answer to "why".

    Attributes:
        kind: `open`, `move`, `timer`, `message`, `activity`, `relocation`.
        element: flow id of a move, boundary or catch event of a timer or message, the activity's element.
        due_at: a timer's own instant (its tick may be later).
    """

    kind: Literal["open", "move", "timer", "message", "activity", "relocation"]
    process: str = ""
    element: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Movement:
    """The outcome of one step.

    Attributes:
        state: the tokens that are left, encoded; b"" when none is.
        left: the place the ticket stood in before the step (None when it was just opened).
        place: the place it stands in now: the last situation entered, or the end reached.
        entered: the situation or end entered in this step; empty when it stays where it was (a self-loop move
            does enter again). A place that another branch takes away within the step has not been entered.
        ended: True when the last main token was consumed: no way back.
        waiting: set while the main token is between situations.
        timer_due_at: the earliest timer that is set now.
        created, dropped: activities that begin; tokens of activities that were withdrawn, with cause
            (`interrupted`, `ticket_closed`).
        acts: actions for the outbox, in order.
        sets: team, priority, responsible, request_type as set by business rule tasks.
        decisions: (element, decision id, version number) of each table asked during the step.
        called, returned: keys of processes entered through / left at a call activity in this step.
        awaits: names of the messages that somebody waits for now.
    """

    state: bytes
    place: Place
    cause: Cause
    left: Place | None = None
    entered: tuple[Place, ...] = ()
    ended: bool = False
    waiting: Waiting | None = None
    timer_due_at: datetime | None = None
    created: tuple[NewActivity, ...] = ()
    dropped: tuple[tuple[bytes, str], ...] = ()
    acts: tuple[Act, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    decisions: tuple[tuple[str, str, int], ...] = ()
    called: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    awaits: frozenset[str] = frozenset()


class Stuck(Exception):  # noqa: N818 - the outcome of a step, told by raising
    """The step cannot be finished; nothing of it may be stored.

    Attributes:
        kind: `no_way_out` (no condition of an automatic gateway is true), `undecided` (a condition compares
            with a missing value), `table` (a decision table failed, e.g. two rows of a UNIQUE one match),
            `too_many_tokens` (more than 20), `too_many_steps`, `uncaught` (an error nobody catches), `lost`
            (nothing ready or waiting, though not ended), `state` (the stored state cannot be read), `timer` (its
            expression gives no instant).
        process, element: where.
        detail: one Portuguese sentence.
    """

    def __init__(self, kind: str, process: str, element: str, detail: str, **details: Any) -> None:
        super().__init__(detail)
        self.kind = kind
        self.process = process
        self.element = element
        self.detail = detail
        self.details = details
