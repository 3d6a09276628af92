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
from engine.rights import lacking
from engine.runtime import walk
from engine.runtime.movement import Movement, Place, Stuck
from engine.runtime.tables import TableFailed
from engine.tickets import filling
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

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
    """

    rules: Rules
    profile: str | None
    registries: Registries
    tables: Callable[[str], tuple[DecisionTable, int]]
    now: datetime
    seen: int | None = None
    happened: Callable[[], Mapping[str, Any]] = dict


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
    reasons = _standing_reasons(process, ticket, circumstances, name, spec)
    if spec is None:
        assert reasons
        return Option(move=name or "", label=name or "", reasons=tuple(reasons), happened=circumstances.happened)
    rights = _right_to(circumstances, ticket.place, spec.id)
    reasons += rights
    facts = ticket.facts()
    kept, wrong = filling.sort_out(circumstances.registries, proposed or {})
    facts |= filling.as_facts(circumstances.registries, kept)
    reasons += _guard_reasons(spec, facts, circumstances.now)
    requires, failed = required(
        process, ticket, spec.requires, spec.requires_decisions, facts | {"move": spec.id}, circumstances
    )
    reasons += failed
    reasons += wrong
    reasons += _strangers(circumstances, ticket.place, kept, requires)
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


def _standing_reasons(
    process: Process, ticket: Ticket, circumstances: Circumstances, name: str | None, spec: MoveSpec | None
) -> list[Reason]:
    reasons = []
    if circumstances.seen is not None and circumstances.seen != ticket.revision:
        detail = f"O atendimento mudou: você viu a revisão {circumstances.seen}, agora é a {ticket.revision}."
        fix = "Leia o atendimento de novo e repita o pedido com a revisão atual."
        reasons.append(Reason(code="stale", detail=detail, fix=fix, details={"revision": ticket.revision}))
    if ticket.ended:
        detail = "O atendimento chegou ao fim do processo; nada mais sai daqui."
        reasons.append(Reason(code="ended", detail=detail, fix="Uma realocação pode levá-lo a outra situação."))
    if spec is not None and ticket.waiting_for and not ticket.ended:
        waiting = ticket.waiting_for
        detail = f"O atendimento está entre situações: espera por {waiting['element']!r} ({waiting['cause']})."
        reasons.append(Reason(code="between_situations", detail=detail, details=waiting))
    if spec is None:
        offered = [m.id for m in situation.moves] if (situation := process.situations.get(ticket.place)) else []
        elsewhere = any(m.id == name for s in process.situations.values() for m in s.moves)
        here = f"A situação {ticket.situation!r} oferece: {', '.join(offered) or 'nenhuma opção'}."
        if elsewhere:
            detail = f"A opção {name!r} não parte da situação atual. {here}"
            reasons.append(Reason(code="moved_meanwhile", detail=detail, fix=here, details={"offered": offered}))
        else:
            detail = f"A opção {name!r} não existe." if name else "Diga qual opção: não há uma padrão."
            reasons.append(
                Reason(code="no_such_move", detail=f"{detail} {here}", fix=here, details={"offered": offered})
            )
    return reasons


def _right_to(circumstances: Circumstances, place: Place, move: str) -> list[Reason]:
    if circumstances.profile is None:
        return []
    reading = decide(circumstances.rules, circumstances.profile, Action.TICKET_READ)
    decision = decide(
        circumstances.rules,
        circumstances.profile,
        Action.TICKET_MOVE,
        process=place.process,
        situation=place.element,
        narrowed=move,
    )
    return [lacking(each) for each in (reading, decision) if not each]


def _guard_reasons(spec: MoveSpec, facts: Mapping[str, Any], now: datetime) -> list[Reason]:
    if spec.guard is None:
        return []
    text = spec.guard.text
    seen = {name: facts.get(name) for name in sorted(spec.guard.names)}
    try:
        if spec.guard.decide(facts, now):
            return []
    except Undecided as error:
        detail = f"Não dá para decidir se {text!r} vale: falta {', '.join(error.names)}."
        fix = f"Preencha {', '.join(error.names)}."
        return [
            Reason(
                code="guard_undecided",
                detail=detail,
                fix=fix,
                details={"guard": text, "missing": list(error.names)},
            )
        ]
    except EvaluationError as error:
        detail = f"A condição {text!r} não pode ser avaliada: {error}"
        return [Reason(code="guard_undecided", detail=detail, details={"guard": text, "values": seen})]
    told = ", ".join(f"{name} é {_spoken(value)}" for name, value in seen.items())
    detail = f"A condição {text!r} não vale agora: {told}."
    fix = f"A opção fica livre quando {text} valer."
    if any(name.startswith("subject") for name in seen):
        fix += " O assunto se altera com PATCH do atendimento."
    return [Reason(code="guard_false", detail=detail, fix=fix, details={"guard": text, "values": seen})]


def _spoken(value: Any) -> str:
    if value is None:
        return "vazio"
    if isinstance(value, bool):
        return "sim" if value else "não"
    return f"“{value}”" if isinstance(value, str) else str(value)


def _strangers(
    circumstances: Circumstances, place: Place, kept: Mapping[str, Any], requires: tuple[str, ...]
) -> list[Reason]:
    strangers = sorted(key for key in kept if key not in requires)
    if not strangers:
        return []
    if circumstances.profile is None or all(
        decide(
            circumstances.rules,
            circumstances.profile,
            Action.TICKET_FILL,
            process=place.process,
            situation=place.element,
            narrowed=key,
        )
        for key in strangers
    ):
        return []
    detail = f"Esta opção não pede {', '.join(strangers)}, e o perfil não pode preencher isso por conta própria."
    fix = f"Tire {', '.join(strangers)} de `fields`."
    return [Reason(code="field_not_for_this_move", detail=detail, fix=fix, details={"fields": strangers})]


def _try(
    process: Process, ticket: Ticket, spec: MoveSpec, facts: Mapping[str, Any], circumstances: Circumstances
) -> tuple[Movement | None, list[Reason]]:
    try:
        return (
            walk.advance(process, ticket.state, ticket.place, spec.id, facts, circumstances.now, circumstances.tables),
            [],
        )
    except Stuck as stuck:
        return None, [stuck_reason(stuck)]


def stuck_reason(stuck: Stuck) -> Reason:
    """A step that cannot be finished, as a reason."""
    return Reason(
        code="stuck",
        detail=stuck.detail,
        fix="O diagrama para aqui com estes dados: preencha o que falta, ou peça a correção a quem o desenha.",
        details={"kind": stuck.kind, "process": stuck.process, "element": stuck.element} | stuck.details,
    )
