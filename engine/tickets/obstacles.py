"""What may stand in the way of a move, each kind of obstacle as reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.builtin import LABELS
from engine.errors import Reason
from engine.expressions import EvaluationError, Undecided
from engine.rights import lacking
from engine.tickets import keys
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.runtime.movement import Place, Stuck
    from engine.runtime.process import MoveSpec, Process
    from engine.tickets.moves import Circumstances
    from engine.tickets.ticket import Ticket


def standing(
    process: Process, ticket: Ticket, circumstances: Circumstances, name: str | None, spec: MoveSpec | None
) -> list[Reason]:
    """What of where the ticket stands is against it: changed meanwhile, ended, between situations, no such move."""
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
        element = _element(process, waiting)
        detail = f"O atendimento está entre situações: espera por “{element}” ({_CAUSES.get(waiting['cause'], '?')})."
        reasons.append(Reason(code="between_situations", detail=detail, details=waiting))
    if spec is None:
        situation = process.situations.get(ticket.place)
        moves = situation.moves if situation else ()
        offered = [m.id for m in moves]
        told = ", ".join(f"“{m.label}”" for m in moves) or "nenhuma opção"
        here = f"A situação “{situation.label if situation else ticket.situation}” oferece: {told}."
        elsewhere = next((m for s in process.situations.values() for m in s.moves if m.id == name), None)
        if elsewhere is not None:
            detail = f"A opção “{elsewhere.label}” não parte da situação atual. {here}"
            reasons.append(Reason(code="moved_meanwhile", detail=detail, fix=here, details={"offered": offered}))
        else:
            detail = f"A opção {name!r} não existe." if name else "Diga qual opção: não há uma padrão."
            reasons.append(
                Reason(code="no_such_move", detail=f"{detail} {here}", fix=here, details={"offered": offered})
            )
    return reasons


def _element(process: Process, waiting: Mapping[str, str]) -> str:
    diagram = process.diagrams.get(waiting["process"])
    node = diagram.nodes.get(waiting["element"]) if diagram else None
    return (node.name if node else "") or waiting["element"]


_CAUSES: Final = {
    "join": "outros caminhos têm de terminar",
    "timer": "um prazo",
    "message": "uma mensagem",
    "activity": "uma atividade",
    "call": "um processo chamado",
}


def right_to(process: Process, circumstances: Circumstances, place: Place, move: str) -> list[Reason]:
    """What rights are lacking for it."""
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
    return [lacking(each, circumstances, process) for each in (reading, decision) if not each]


def unguarded(spec: MoveSpec, facts: Mapping[str, Any], circumstances: Circumstances) -> list[Reason]:
    """Why its guard does not let it through; quotes what the reader may see."""
    if spec.guard is None:
        return []
    text = spec.guard.text
    try:
        if spec.guard.decide(facts, circumstances.now):
            return []
    except Undecided as error:
        empty = ", ".join(_called(circumstances, name) for name in error.names)
        detail = f"Não dá para decidir se a condição desta opção vale: falta {empty}."
        fix = f"Preencha {empty}."
        return [
            Reason(
                code="guard_undecided",
                detail=detail,
                fix=fix,
                details={"guard": text, "missing": list(error.names)},
            )
        ]
    except EvaluationError as error:
        detail = f"A condição desta opção não pode ser avaliada: {error}"
        values = _seen(spec.guard.names, facts, circumstances)
        return [Reason(code="guard_undecided", detail=detail, details={"guard": text, "values": values})]
    seen = _seen(spec.guard.names, facts, circumstances)
    told = ", ".join(_told(circumstances, name, seen[name], hidden=seen[name] != facts.get(name)) for name in seen)
    detail = f"A condição desta opção não vale agora: {told}."
    fix = f"A opção fica livre quando {text} valer."
    if any(name.startswith("subject") for name in seen):
        fix += " O assunto se altera com PATCH do atendimento."
    return [Reason(code="guard_false", detail=detail, fix=fix, details={"guard": text, "values": seen})]


def _seen(names: Iterable[str], facts: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
    return {name: circumstances.sees(name, facts.get(name)) for name in sorted(names)}


def _told(circumstances: Circumstances, name: str, value: Any, *, hidden: bool) -> str:
    if name in keys.REGISTRY and not hidden:
        value = keys.label(circumstances.registries, name, value)
    return f"{_called(circumstances, name)} {_spoken(value, hidden=hidden)}"


def _called(circumstances: Circumstances, name: str) -> str:
    """What people call the value that expressions know by this name."""
    own = circumstances.registries.fields.get(name.removeprefix("fields."))
    return own.label if own else _FACTS.get(name) or LABELS.get(name, name)


_FACTS: Final = {
    "subject.technical_assistance": "assistência técnica do assunto",
    "customer.kind": "tipo do cliente",
    "opened_at": "abertura",
    "situation": "situação",
    "standing": "estado",
    "move": "opção",
}


def _spoken(value: Any, *, hidden: bool) -> str:
    if hidden and value is None:
        return "não se mostra"
    if value is None:
        return "é vazio"
    if isinstance(value, bool):
        return "é sim" if value else "é não"
    return f"é “{value}”" if isinstance(value, str) else f"é {value}"


def strangers_to(
    circumstances: Circumstances, place: Place, kept: Mapping[str, Any], requires: tuple[str, ...]
) -> list[Reason]:
    """Values that the move does not ask for, if the profile may not fill them in on its own."""
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
    told = ", ".join(_called(circumstances, name) for name in strangers)
    detail = f"Esta opção não pede {told}, e o perfil não pode preencher isso por conta própria."
    fix = f"Tire {', '.join(strangers)} de `fields`."
    return [Reason(code="field_not_for_this_move", detail=detail, fix=fix, details={"fields": strangers})]


def stuck_reason(stuck: Stuck) -> Reason:
    """A step that cannot be finished, as a reason."""
    return Reason(
        code="stuck",
        detail=stuck.detail,
        fix="O diagrama para aqui com estes dados: preencha o que falta, ou peça a correção a quem o desenha.",
        details={"kind": stuck.kind, "process": stuck.process, "element": stuck.element} | stuck.details,
    )
