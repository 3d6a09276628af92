"""Where a ticket's tokens rest: plain values, without SpiffWorkflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from engine.runtime.movement import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runtime.diagram import Diagram, Node

MAX_LIVE: Final = 20  # tokens of one ticket; the 21st is an incident
RestKind = Literal["situation", "activity", "timer", "message", "join", "call"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """A boundary event that listens while a token rests at its host.

    Attributes:
        order: its place in the document.
        kind: `timer`, `message`, `error` or `escalation`.
        name: of the message, or the code; "" catches any error or escalation.
    """

    element: str
    order: int
    kind: str
    name: str
    interrupting: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """An element at which a token can rest.

    Attributes:
        order: its place in the document.
        main: whether it lies on the main path of its process.
        flows: a join's incoming flows, else empty.
        name: a message catch's message.
        called: a call activity's process.
        listeners: the boundary events on it, by element.
    """

    process: str
    element: str
    order: int
    kind: RestKind
    main: bool
    flows: frozenset[str]
    name: str
    called: str
    listeners: Mapping[str, Listener]


@dataclass(frozen=True, slots=True)
class Armed:
    """A boundary event that listens now; `due` (microseconds since 1970) only for timers."""

    listener: Listener
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A live token.

    Attributes:
        id: 16 bytes for an activity, by which it is finished; else empty.
        flow: the flow by which it came to a join.
        due: when a timer catch goes on, in microseconds since 1970.
        armed: the boundary events that listen, in document order.
        inner: the tokens inside a call; never empty there.
    """

    rest: Rest
    id: bytes = b""
    flow: str = ""
    due: int | None = None
    armed: tuple[Armed, ...] = ()
    inner: tuple[Token, ...] = ()


Tokens = tuple[Token, ...]


@dataclass(frozen=True)
class Timer:
    """A timer that is set: a catch event's, or (with `armed`) a boundary event's."""

    due: int
    depth: int
    order: int
    token: Token
    armed: Armed | None

    @property
    def element(self) -> str:
        """The catch or boundary event."""
        return self.token.rest.element if self.armed is None else self.armed.listener.element

    @property
    def due_at(self) -> datetime:
        """When it fires."""
        return at(self.due)


def rests_of(diagram: Diagram) -> dict[str, Rest]:
    """Every element of the diagram at which a token can rest."""
    orders = {element: order for order, element in enumerate(diagram.nodes)}
    found: dict[str, Rest] = {}
    for node in diagram.nodes.values():
        kind = _rest_kind(node)
        if kind is not None:
            found[node.id] = Rest(
                process=diagram.key,
                element=node.id,
                order=orders[node.id],
                kind=kind,
                main=node.id in diagram.main,
                flows=frozenset(node.incoming) if kind == "join" else frozenset(),
                name=node.event.name if node.event is not None else "",
                called=node.called or "",
                listeners={
                    boundary.id: Listener(
                        element=boundary.id,
                        order=orders[boundary.id],
                        kind=boundary.event.kind,
                        name=boundary.event.name,
                        interrupting=boundary.interrupting or boundary.event.kind == "error",
                    )
                    for boundary in diagram.attached(node.id)
                    if boundary.event is not None
                },
            )
    return found


def levels(tokens: Tokens, depth: int = 0) -> Iterator[tuple[Token, int]]:
    """All tokens, outermost first within each call, with their depth."""
    for token in tokens:
        yield token, depth
        yield from levels(token.inner, depth + 1)


def live_count(tokens: Tokens) -> int:
    """How many tokens there are; one that waits for a called process is counted in there."""
    return sum(token.rest.kind != "call" for token, _ in levels(tokens))


def activities_of(tokens: Tokens) -> dict[bytes, Rest]:
    """The open activities by the ids of their tokens."""
    return {token.id: token.rest for token, _ in levels(tokens) if token.id}


def timers_of(tokens: Tokens) -> list[Timer]:
    """All timers that are set, in the order in which they fire: by instant, outermost first, as drawn."""
    found: list[Timer] = []
    for token, depth in levels(tokens):
        if token.due is not None:
            found.append(Timer(token.due, depth, token.rest.order, token, None))
        found += [
            Timer(armed.due, depth, armed.listener.order, token, armed)
            for armed in token.armed
            if armed.due is not None
        ]
    return sorted(found, key=lambda timer: (timer.due, timer.depth, timer.order))


def awaited_in(tokens: Tokens) -> frozenset[str]:
    """Names of the messages somebody waits for."""
    return frozenset(name for _, _, name, _, _ in catchers(tokens))


def catchers(tokens: Tokens) -> Iterator[tuple[int, bool, str, Token, Armed | None]]:
    """Who waits for a message: depth, whether on the main path, message, token, boundary event."""
    for token, depth in levels(tokens):
        if token.rest.kind == "message":
            yield depth, token.rest.main, token.rest.name, token, None
        for armed in token.armed:
            if armed.listener.kind == "message":
                yield depth, token.rest.main, armed.listener.name, token, armed


def main_of(tokens: Tokens) -> Tokens:
    """The tokens that are left when all side branches are dropped."""
    return tuple(
        token if not token.inner else _with_inner(token, main_of(token.inner) or token.inner)
        for token in tokens
        if token.rest.main
    )


def situation_in(tokens: Tokens) -> Token | None:
    """The token of the situation in which the ticket rests, if it rests in one."""
    for token in tokens:
        if token.rest.main:
            if token.rest.kind == "situation":
                return token
            found = situation_in(token.inner)
            if found is not None:
                return found
    return None


def waiting_in(tokens: Tokens) -> Waiting | None:
    """Why the ticket is between situations; None if it rests in one or has no main token left."""
    mains = sorted((t for t in tokens if t.rest.main), key=lambda t: (t.rest.kind != "join", t.rest.order))
    if not mains or any(token.rest.kind == "situation" for token in mains):
        return None
    rest = mains[0].rest
    if rest.kind == "call" and any(token.rest.main for token in mains[0].inner):
        return waiting_in(mains[0].inner)
    assert rest.kind != "situation"
    return Waiting(process=rest.process, element=rest.element, cause=rest.kind)


def at(due: int) -> datetime:
    """The instant of so many microseconds since 1970."""
    return _EPOCH + due * _MICROSECOND


def microseconds(instant: datetime) -> int:
    """The instant as microseconds since 1970, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def _with_inner(token: Token, inner: Tokens) -> Token:
    return Token(token.rest, token.id, token.flow, token.due, token.armed, inner)


def _rest_kind(node: Node) -> RestKind | None:
    if node.kind == "user_task":
        return "activity" if node.is_activity else "situation"
    if node.kind == "call":
        return "call"
    if node.kind == "parallel" and len(node.incoming) > 1:
        return "join"
    if node.kind == "catch" and node.event is not None and node.event.kind in {"timer", "message"}:
        return "timer" if node.event.kind == "timer" else "message"
    return None
