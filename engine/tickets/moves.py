"""The decision as a value: which moves a ticket has, for whom, and what stands in the way of each.

Refusing a command, listing the moves, explaining them to a manager: the same function, other arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import (
    FieldsMissing,
    Invalid,
    MovedMeanwhile,
    NoSuchMove,
    NotPermitted,
    Reason,
    Refused,
    Stale,
)
from engine.expressions import EvaluationError, Undecided
from engine.runtime import walk
from engine.runtime.movement import Movement, Place, Stuck
from engine.runtime.tables import TableFailed
from engine.tickets import filling, obstacles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from engine.people.model import Profile
    from engine.registry.model import Registries
    from engine.runtime.process import MoveSpec, Process
    from engine.runtime.tables import DecisionTable
    from engine.tickets.ticket import Ticket
    from permissions.decide import Rules


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Everything a decision depends on besides the ticket and the diagram.

    Attributes:
        profile: whose rights; None: the engine's own, never asked.
        seen: the revision the caller looked at, if it said so.
        happened: tells what was done last, for a conflict; asked only when there is one.
        sees: what the reader sees of the value of that name: reasons quote no more.
    """

    rules: Rules
    profile: str | None
    registries: Registries
    profiles: Mapping[str, Profile]
    tables: Callable[[str], tuple[DecisionTable, int]]
    now: datetime
    seen: int | None = None
    happened: Callable[[], Mapping[str, Any]] = dict
    sees: Callable[[str, Any], Any] = lambda _, value: value


@dataclass(frozen=True, kw_only=True)
class Option:
    """One move, allowed or not, with every reason.

    Attributes:
        move: the flow's id; what was asked for, if no flow has that id.
        leads_to: where it leads, when that is certain as things are.
        requires: fields it asks for; `missing` are those that are empty.
        movement: the step itself, already computed: what the command then writes down.
    """

    move: str
    label: str
    default: bool = False
    leads_to: Place | None = None
    requires: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    movement: Movement | None = None
    happened: Callable[[], Mapping[str, Any]] = dict

    @property
    def allowed(self) -> bool:
        """Whether the command would do it."""
        return not self.reasons

    def insist(self) -> Movement:
        """The movement, or the refusal that fits best, carrying all reasons.

        Raises:
            NotPermitted, Stale, MovedMeanwhile, NoSuchMove, FieldsMissing, Invalid: in this order.
        """
        if self.allowed:
            assert self.movement is not None
            return self.movement
        codes = {reason.code: reason for reason in self.reasons}
        for code, refusal, tells in _REFUSALS:
            if code in codes:
                extra = dict(self.happened()) if tells else {}
                if code == "fields_missing":
                    extra["missing"] = list(self.missing)
                raise refusal(codes[code].detail, code=code, reasons=self.reasons, **extra)
        first = self.reasons[0]
        raise Invalid(first.detail, code=first.code, reasons=self.reasons)


# Which answer comes first when several reasons hold; the last column: it tells what happened meanwhile.
_REFUSALS: tuple[tuple[str, type[Refused], bool], ...] = (
    ("profile_lacks", NotPermitted, False),
    ("token_lacks", NotPermitted, False),
    ("stale", Stale, True),
    ("moved_meanwhile", MovedMeanwhile, True),
    ("no_such_move", NoSuchMove, False),
    ("situation_lacks", NotPermitted, False),
    ("fields_missing", FieldsMissing, False),
)


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """All moves of the place where the ticket stands."""

    place: Place
    options: tuple[Option, ...]
    ask: Callable[[str | None], Option]

    def __getitem__(self, move: str | None) -> Option:
        """The option of that flow id; None: the situation's default."""
        return self.ask(move)


def weigh(
    process: Process, ticket: Ticket, circumstances: Circumstances, proposed: Mapping[str, Any] | None = None
) -> Weighed:
    """Weigh every move of the situation; `weighed[id]` answers for any id, also one that is not there."""
    situation = process.situations.get(ticket.place)

    def ask(move: str | None) -> Option:
        return weigh_one(process, ticket, circumstances, move, proposed)

    options = tuple(ask(spec.id) for spec in situation.moves) if situation else ()
    return Weighed(place=ticket.place, options=options, ask=ask)


def weigh_one(
    process: Process,
    ticket: Ticket,
    circumstances: Circumstances,
    move: str | None,
    proposed: Mapping[str, Any] | None = None,
) -> Option:
    """Weigh one move; None stands for the situation's default."""
    situation = process.situations.get(ticket.place)
    name = move or (situation.default if situation else None)
    spec = next((m for m in situation.moves if m.id == name), None) if situation else None
    reasons = obstacles.standing(process, ticket, circumstances, name, spec)
    if spec is None:
        assert reasons
        return Option(move=name or "", label=name or "", reasons=tuple(reasons), happened=circumstances.happened)
    rights = obstacles.right_to(process, circumstances, ticket.place, spec.id)
    reasons += rights
    facts = ticket.facts()
    kept, wrong = filling.sort_out(circumstances.registries, proposed or {})
    facts |= filling.as_facts(circumstances.registries, kept)
    reasons += obstacles.unguarded(spec, facts, circumstances)
    requires, failed = required(
        process, ticket, spec.requires, spec.requires_decisions, facts | {"move": spec.id}, circumstances
    )
    reasons += failed
    reasons += wrong
    reasons += obstacles.strangers_to(circumstances, ticket.place, kept, requires)
    refused = {name for reason in wrong for name in reason.details["fields"]}
    missing = tuple(
        key
        for key in requires
        if key not in refused and (kept.get(key) if key in kept else ticket.value(key)) in (None, "")
    )
    if missing:
        reasons.append(filling.missing_reason(circumstances.registries, missing))
    movement = None
    if not reasons:
        movement, stuck = _try(process, ticket, spec, facts, circumstances)
        reasons += stuck
    return Option(
        move=spec.id,
        label=spec.label,
        default=spec.default,
        leads_to=movement.place if movement and not movement.waiting else spec.leads_to,
        requires=requires,
        missing=missing,
        reasons=tuple(reasons),
        values=kept,
        movement=movement,
        happened=circumstances.happened,
    )


def required(
    process: Process,
    ticket: Ticket,
    names: tuple[str, ...],
    decisions: tuple[str, ...],
    facts: Mapping[str, Any],
    circumstances: Circumstances,
    place: Place | None = None,
) -> tuple[tuple[str, ...], list[Reason]]:
    """The union of what process, situation, the move itself and the decision tables ask for.

    Args:
        names, decisions: of the flow; empty where no move is made.
        place: the situation whose rules are asked; None: where the ticket stands.

    Returns:
        The field names, in a stable order, and a reason for each table that could not answer.
    """
    place = place or ticket.place
    situation = process.situations.get(place)
    own = process.settings[place.process]
    found = dict.fromkeys((*own.requires, *(situation.requires if situation else ()), *names, *ticket.incomplete))
    asked = dict.fromkeys((*own.requires_decisions, *(situation.requires_decisions if situation else ()), *decisions))
    facts = {**facts, "situation": place.element}
    failed = []
    for key in asked:
        try:
            table, _ = circumstances.tables(key)
            found |= dict.fromkeys(row["field"] for row in table.evaluate(facts, circumstances.now) if "field" in row)
        except (TableFailed, EvaluationError, Undecided, KeyError) as error:
            failed.append(
                Reason(
                    code="table_failed",
                    detail=f"A tabela de decisão {key!r} não respondeu: {error}",
                    fix="Quem desenha os processos precisa corrigir a tabela e implantá-la de novo.",
                    details={"decision": key},
                )
            )
    return tuple(found), failed


def _try(
    process: Process, ticket: Ticket, spec: MoveSpec, facts: Mapping[str, Any], circumstances: Circumstances
) -> tuple[Movement | None, list[Reason]]:
    try:
        return (
            walk.advance(process, ticket.state, ticket.place, spec.id, facts, circumstances.now, circumstances.tables),
            [],
        )
    except Stuck as stuck:
        return None, [obstacles.stuck_reason(stuck)]
