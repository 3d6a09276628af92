"""Why an item is not to be had: it is finished, somebody has it, or it waits for others; and what to do about that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.errors import Conflict, Invalid, NotPermitted, Reason
from engine.people.knowing import name_of
from engine.tickets.keys import label
from permissions.actions import CATALOGUE

if TYPE_CHECKING:
    from engine.queues.item import Item
    from permissions.actions import Action


def finished(item: Item) -> Conflict:
    """It is finished; tells by whom."""
    present = item.present()
    if item.row is None:
        reason = Reason(
            code="item_finished",
            detail="O atendimento não está mais aberto.",
            fix="Reabra-o antes por uma movimentação (GET …/moves), se o processo permitir.",
            details=present,
        )
        return Conflict.because(reason, present=present)
    if cause := item.row["cause"]:
        detail = f"O processo já arquivou a atividade: {_CAUSES.get(cause, cause)}."
    else:
        deed = "arquivada" if item.row["outcome"] == "archived" else "finalizada"
        detail = f"A atividade já foi {deed} por {name_of(item.unit, item.row['finished_by'])}."
    reason = Reason(
        code="activity_finished", detail=detail, fix="Se ainda há o que fazer, crie outra.", details=present
    )
    return Conflict.because(reason, present=present)


_CAUSES: Final = {
    "interrupted": "o atendimento seguiu sem ela",
    "ticket_closed": "o atendimento foi encerrado",
    "relocated": "o atendimento foi realocado",
}


def taken(item: Item) -> Conflict:
    """Somebody else was faster."""
    who = item.person.name if item.person else "outra pessoa"
    present = item.present()
    reason = Reason(
        code="taken",
        detail=f"{who} pegou antes.",
        fix=f"Pegue o próximo da fila, ou peça a {who} que lhe transfira este.",
        details=present,
    )
    return Conflict.because(reason, present=present)


def not_yours(item: Item, action: Action) -> NotPermitted:
    """What is somebody else's is handed over by whoever may assign."""
    team = label(item.unit.catalogue.registries, "team", item.team)
    who, whom = f"na fila da equipe “{team}”", "a alguém da equipe"
    if item.person:
        who, whom = f"com {item.person.name}", f"a {item.person.name}"
    right = CATALOGUE[action].label_pt.lower()
    reason = Reason(
        code="not_yours",
        detail=f"Isto está {who}.",
        fix=f"Peça {whom}, ou a quem pode {right}.",
        details=item.present() | {"right": action},
    )
    return NotPermitted(f"{reason.detail} {reason.fix}", reasons=[reason])


def not_a_member(item: Item, action: Action) -> NotPermitted:
    """Only members take from a team's queue."""
    team = label(item.unit.catalogue.registries, "team", item.team)
    right = CATALOGUE[action].label_pt.lower()
    reason = Reason(
        code="not_a_member",
        detail=f"Só quem é da equipe “{team}” pega da fila dela.",
        fix=f"Peça a quem cuida da equipe que inclua você, ou a quem pode {right} que lhe entregue.",
        details={"team": item.team, "right": action},
    )
    return NotPermitted(f"{reason.detail} {reason.fix}", reasons=[reason])


def queued(item: Item) -> Invalid:
    """It is given back, and nobody has it."""
    fix = "Pegue-o antes, se quer tratá-lo; ou transfira-o."
    return Invalid.because(Reason(code="queued", detail="Isto já está na fila.", fix=fix, details=item.present()))
